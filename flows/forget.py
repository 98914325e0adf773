"""Forgetting a person, and old words: what is due is taken out of all that is stored, and stays out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from flows.configuration import Scorer, load_scorer
from flows.errors import UsageError
from flows.files import empty_folder
from flows.forgotten import SIDES_SCHEMA, Forgotten, read_forgotten, remember_sides, remember_user
from flows.ingest.ledger import Ledger, make_ledger, read_deliveries
from flows.keys import load_key
from flows.publish import folder_in_force
from flows.release_removal import take_old_texts_out_of_releases, take_out_of_releases
from flows.resolve import Resolved, resolve, with_recorded_tables
from flows.retention import keep_text_days
from flows.scored_cache import clear
from flows.scoring_users import REPUTATION_COLUMNS
from flows.settings import Layout, Settings
from flows.staged_removal import Due, Taken, sides_in_staged, take_out
from transforms.factors.history import reputation_history, reputation_sides
from transforms.factors.reputation import score_reputation
from transforms.privacy.pseudonym import PseudonymKey, is_pseudonym, pseudonymise
from transforms.registry import Identifier


@dataclass(frozen=True)
class Forgetting:
    """What became of a person.

    Attributes:
        pseudonym: Under which the person was stored.
        taken: How much was taken out of staged files.
        releases: How many releases were written anew.
    """

    pseudonym: str
    taken: Taken
    releases: int


def forget(layout: Layout, user_id: str) -> Forgetting:
    """Remove a person from all that is stored, and remember the pseudonym, so that nothing brings the person back.

    Disputes stay as anonymous facts: outcome and scores without the person. The text of the person's messages and the
    person's reputation rows go. Done again after it was interrupted, it goes on where it stopped.

    Args:
        layout: The data directory.
        user_id: The identifier as exports write it, or the pseudonym.

    Returns:
        What became of the person.

    Raises:
        UsageError: The identifier is empty, or the key is not that of the data directory.
    """
    pseudonym = _pseudonym_of(user_id, load_key(layout))
    scorer = load_scorer()
    # What a failed run left behind is not staged, and would not be looked through.
    empty_folder(layout.work)
    _remember_sides_of(layout, pseudonym, scorer)
    remember_user(layout, pseudonym)
    taken = take_out(layout, Due(read_forgotten(layout), None, scorer.lexicon))
    # Scored pieces hold texts as well; they are made again from what is left.
    clear(layout)
    sides = read_forgotten(layout).sides
    return Forgetting(pseudonym, taken, take_out_of_releases(layout, pseudonym, sides))


def forgetting_text(forgetting: Forgetting, layout: Layout) -> str:
    """Say what became of a person, and what is left to do.

    Args:
        forgetting: What became of the person.
        layout: The data directory.

    Returns:
        Lines of text, without the identifier.
    """
    taken = forgetting.taken
    return (
        f"Forgotten: {forgetting.pseudonym}. Without the person now: {taken.disputes:,} rows of disputes; removed: the "
        f"text of {taken.messages:,} messages and {taken.reputation:,} rows of reputation; written anew: "
        f"{forgetting.releases} releases.\nThe pseudonym is remembered, so a later delivery does not bring the person "
        f"back. The files that were delivered (such as those in {layout.inbox}) still name the person: delete them, or "
        "take the person out of them.\nThe next run publishes without the person: rulings run"
    )


def take_out_what_is_due(settings: Settings, ledger: Ledger) -> Ledger:
    """Take forgotten persons and old words out of what a run has just staged, or has kept long enough.

    Args:
        settings: The run's settings.
        ledger: Everything delivered.

    Returns:
        The ledger, read again where something was taken out.

    Raises:
        UsageError: The retention period cannot be read.
    """
    layout = settings.layout
    forgotten, days = read_forgotten(layout), keep_text_days(layout)
    if not forgotten.users and days is None:
        return ledger
    if forgotten.users:
        forgotten = remember_sides(layout, sides_in_staged(layout, forgotten))
    if take_out(layout, Due(forgotten, _texts_before(settings), load_scorer().lexicon)) != Taken():
        clear(layout)
    return make_ledger(layout, ledger.deliveries)


def take_old_texts_out(settings: Settings) -> int:
    """Take out of the kept releases what has grown too old since they were published.

    Args:
        settings: The run's settings.

    Returns:
        How many releases were written anew.
    """
    before = _texts_before(settings)
    return 0 if before is None else take_old_texts_out_of_releases(settings.layout, before)


def _texts_before(settings: Settings) -> datetime | None:
    days = keep_text_days(settings.layout)
    return None if days is None else settings.started_at - timedelta(days=days)


def _pseudonym_of(user_id: str, key: PseudonymKey) -> str:
    written = user_id.strip()
    if not written:
        raise UsageError("the identifier is empty; name the user as the export does")
    if is_pseudonym(written, Identifier.USER):
        return written
    return str(pseudonymise(pl.Series([written]), Identifier.USER, key).item())


def _remember_sides_of(layout: Layout, pseudonym: str, scorer: Scorer) -> None:
    """Remember which sides of disputes were the person's, with the points of their reputation."""
    sides = sides_in_staged(layout, Forgotten((pseudonym,), read_forgotten(layout).sides))
    resolved = resolve(make_ledger(layout, read_deliveries(folder_in_force(layout))), layout)
    points = _points_of(resolved, pseudonym, scorer)
    together = sides.join(points, on=["dispute_id", "party"], how="left")
    remember_sides(layout, together.select(name for name in SIDES_SCHEMA if name in together.columns))


def _points_of(resolved: Resolved, pseudonym: str, scorer: Scorer) -> pl.DataFrame:
    """Score the reputation of one user's sides, for the last time; others have no part in it."""
    is_theirs = pl.any_horizontal(pl.col(name) == pseudonym for name in ("buyer_id", "seller_id"))
    months = [
        with_recorded_tables(
            resolved.rows("disputes", month).select(REPUTATION_COLUMNS).filter(is_theirs), resolved, month
        )
        for month in resolved.months
    ]
    if not months:
        return pl.DataFrame(schema=SIDES_SCHEMA)
    disputes = pl.concat(months).collect().lazy()
    mine = pl.col("user_id") == pseudonym
    return score_reputation(
        reputation_sides(disputes).filter(mine),
        resolved.rows("reputation").filter(mine),
        reputation_history(disputes).filter(mine),
        scorer.weights.reputation,
    ).collect()
