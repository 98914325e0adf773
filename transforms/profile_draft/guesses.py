"""Which header of a file is which column of a table: words and values together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from transforms.profile_draft.dates import ENOUGH
from transforms.profile_draft.facts import Facts, readable_as
from transforms.profile_draft.headers import WEAK, is_attribute, likeness
from transforms.profile_draft.labels import Labels, read_labels, winner_in_header
from transforms.registry import Column, Identifier, Kind, Table

#: From here on a header is taken for a column, and from there on without a doubt.
LIKELY: Final = 0.62
CERTAIN: Final = 0.9
#: Shares of readable values: from here on they speak for a column, and below that against it.
_MOST: Final = 0.9
_FEW: Final = 0.5
_SUPPORT: Final = 0.2
_TELLS: Final = 0.1
_MOST_DIFFERENT: Final = 60
_PERCENT: Final = 100
#: Fewer different values in so many rows are kinds of people and not people.
_FEWEST_PERSONS: Final = 20
_ROWS_PER_PERSON: Final = 20


@dataclass(frozen=True)
class Guess:
    """A header that is taken for a column.

    Attributes:
        facts: The values under the header.
        column: The column.
        score: From 0 to 1 and a little more: how likely.
        reason: Why, in words.
        labels: How its labels are read, for enumerations and booleans.
        scale: What its numbers have to be multiplied by.
    """

    facts: Facts
    column: Column
    score: float
    reason: str
    labels: Labels | None = None
    scale: float = 1.0

    @property
    def is_sure(self) -> bool:
        """Whether nobody needs to look at it."""
        return self.score >= CERTAIN


@dataclass(frozen=True)
class TableGuess:
    """How a file fits a table.

    Attributes:
        table: The table.
        guesses: Header to guess.
        further: Column to headers that say the same of rows in which its own header says nothing.
        doubts: Header to a column whose name it bears and whose values it does not have, with the reason.
    """

    table: Table
    guesses: Mapping[str, Guess]
    further: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doubts: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """How much of the table is found; a required column counts for more."""
        return sum(
            min(guess.score, 1.0) * (3.0 if guess.column.required else 1.0) for guess in self.guesses.values()
        ) - 3.0 * len(self.lacking)

    @property
    def lacking(self) -> tuple[str, ...]:
        """Required columns for which no header was found."""
        found = {guess.column.name for guess in self.guesses.values()}
        return tuple(column.name for column in self.table.columns if column.required and column.name not in found)


def guess_table(columns: Sequence[Facts], table: Table) -> TableGuess:
    """Find the columns of a table among those of a file.

    Args:
        columns: The columns of the file in order.
        table: The table.
    """
    rated: list[Guess] = []
    doubts: dict[str, tuple[str, str]] = {}
    for facts in columns:
        for column in table.columns:
            guess = rate(facts, table, column)
            if isinstance(guess, Guess):
                rated.append(guess)
            elif guess:
                doubts.setdefault(facts.header, (column.name, guess))
    chosen = _assigned(rated)
    if table.name == "disputes":
        _by_content(columns, table, chosen)
    in_order = {facts.header: chosen[facts.header] for facts in columns if facts.header in chosen}
    return TableGuess(
        table, in_order, _further(rated, in_order),
        {header: doubt for header, doubt in doubts.items() if header not in in_order},
    )  # fmt: skip


def rate(facts: Facts, table: Table, column: Column) -> Guess | str | None:
    """Tell how likely a header is a column.

    Args:
        facts: The header and its values.
        table: The table.
        column: A column of it.

    Returns:
        A guess; or why the values speak against a header that speaks for it; or None.
    """
    like = likeness(facts.header, table.name, column.name)
    if like.score < WEAK:
        return None
    if column.name != "outcome" and winner_in_header(facts):
        # Who it names is not who it identifies.
        return None
    labels = read_labels(facts, column) if column.kind in {Kind.ENUM, Kind.BOOLEAN} else None
    scale = _scale(facts, column)
    if not facts.filled:
        return Guess(facts, column, like.score, f"like {like.spelling}; it has no values", labels)
    support, against = _support(facts, table, column, labels, scale)
    against = against or _against_identifier(facts, column, like.score)
    if against:
        return against
    score = like.score + support
    if score < LIKELY or (like.score <= WEAK and support < _SUPPORT):
        return None
    return Guess(facts, column, score, f"like {like.spelling}", labels, scale)


def _support(facts: Facts, table: Table, column: Column, labels: Labels | None, scale: float) -> tuple[float, str]:
    """What the values say for a column, or against it in words."""
    if labels is not None:
        return _support_of_labels(facts, column, labels)
    if column.kind is Kind.TEXT:
        return _support_of_text(facts, column, is_key=table.key == (column.name,))
    share = readable_as(facts, column.kind)
    if share < _FEW:
        return 0.0, f"only {share:.0%} of its values are {_WORDS[column.kind]}"
    if column.kind in {Kind.INTEGER, Kind.FLOAT, Kind.DECIMAL} and _is_outside(facts, column, scale):
        return 0.0, f"its numbers lie outside {column.minimum:g} to {column.maximum:g}"
    return (_SUPPORT if share >= _MOST else 0.0), ""


_WORDS = {
    Kind.TIMESTAMP: "dates", Kind.DATE: "dates", Kind.DECIMAL: "amounts", Kind.INTEGER: "whole numbers",
    Kind.FLOAT: "numbers",
}  # fmt: skip


def _support_of_labels(facts: Facts, column: Column, labels: Labels) -> tuple[float, str]:
    if column.name == "outcome" and _names_winners(labels):
        # Of "Awarded" and "Consumer" the latter says who won.
        return _SUPPORT + _TELLS, ""
    if labels.share >= _MOST and not labels.patterns:
        return _SUPPORT, ""
    if labels.share >= _FEW:
        return _SUPPORT / 2, ""
    # What an outcome is called is anybody's guess; the person fills it in.
    if column.name == "outcome" and facts.different <= _MOST_DIFFERENT:
        return 0.0, ""
    return 0.0, f"only {labels.share:.0%} of its values are known for {column.name}"


def _support_of_text(facts: Facts, column: Column, *, is_key: bool) -> tuple[float, str]:
    if column.free_text:
        return (_SUPPORT, "") if facts.different > facts.filled / 10 else (0.0, "")
    if is_key and facts.different < _FEW * facts.filled:
        return 0.0, "its values come again and again"
    return (_SUPPORT if is_key and facts.is_unique else 0.0), ""


def _against_identifier(facts: Facts, column: Column, likeness_of_header: float) -> str:
    """Why a column whose header has a word for a person more or less does not say who it is.

    Who the seller is decides every interval: "Line of Business" taken for the seller would make four of hundreds.
    """
    is_user = column.identifier is Identifier.USER
    if not (is_user or column.name == "decider_id") or likeness_of_header >= CERTAIN:
        return ""
    if is_attribute(facts.header):
        return "its header says what somebody is, not who"
    if not is_user:
        return ""
    if _are_quantities(facts):
        return "its values are quantities"
    if facts.different < min(_FEWEST_PERSONS, facts.filled / _ROWS_PER_PERSON):
        return f"it has only {facts.different} different values"
    return ""


def _are_quantities(facts: Facts) -> bool:
    return facts.number_share >= ENOUGH and readable_as(facts, Kind.INTEGER) < _MOST


def _is_outside(facts: Facts, column: Column, scale: float) -> bool:
    if column.minimum is None or column.maximum is None:
        return False
    numbers = facts.numbers * scale
    inside = facts.share(((numbers >= column.minimum) & (numbers <= column.maximum)).fill_null(value=False))
    return inside < _FEW * facts.number_share


def _scale(facts: Facts, column: Column) -> float:
    """A share that is written without the percent sign, or an amount in hundredths, as its header says."""
    if column.name == "positive_rate":
        top = facts.numbers.max()
        return 0.01 if isinstance(top, float) and 1 < top <= _PERCENT else 1.0
    in_cents = column.kind is Kind.DECIMAL and any(
        word in facts.header.casefold() for word in ("cent", "(分)", "（分）", "fen", "_分")
    )
    return 0.01 if in_cents else 1.0


def _assigned(rated: Sequence[Guess]) -> dict[str, Guess]:
    """Give each column the header that fits it best, and each header one column."""
    chosen: dict[str, Guess] = {}
    taken: set[str] = set()
    # Among equals the fuller column is meant.
    for guess in sorted(rated, key=lambda each: (-round(each.score, 6), -each.facts.filled)):
        if guess.facts.header not in chosen and guess.column.name not in taken:
            chosen[guess.facts.header] = guess
            taken.add(guess.column.name)
    return chosen


def _by_content(columns: Sequence[Facts], table: Table, chosen: dict[str, Guess]) -> None:
    """Find by their values alone what a dispute cannot do without."""
    found = {guess.column.name for guess in chosen.values()}
    free = [facts for facts in columns if facts.header not in chosen and facts.filled]
    if not {"opened_at", "ruled_at"} & found:
        _take_dates(chosen, [facts for facts in free if facts.dates.share >= ENOUGH], table)
    if "outcome" not in found:
        outcome = table.column("outcome")
        _take(chosen, free, outcome, lambda facts: _tells_winner(facts, outcome), "its values tell who won")
    if "dispute_id" not in found:
        _take(chosen, free, table.column("dispute_id"), _is_key, "every row has another value")


def _take_dates(chosen: dict[str, Guess], dated: Sequence[Facts], table: Table) -> None:
    """Take the only dates for those of the ruling; of several the earliest and the latest are first and last."""
    if len(dated) == 1:
        _take(chosen, dated, table.column("ruled_at"), bool, "the only dates")
    elif dated:
        in_order = sorted(dated, key=lambda facts: facts.mean_date)
        _take(chosen, in_order[:1], table.column("opened_at"), bool, f"the earliest of {len(dated)} columns of dates")
        _take(chosen, in_order[-1:], table.column("ruled_at"), bool, f"the latest of {len(dated)} columns of dates")


def _take(
    chosen: dict[str, Guess], free: Sequence[Facts], column: Column, fits: Callable[[Facts], bool], reason: str
) -> None:
    for facts in free:
        if facts.header not in chosen and fits(facts):
            labels = read_labels(facts, column) if column.enumeration else None
            chosen[facts.header] = Guess(facts, column, LIKELY, reason, labels)
            return


def _tells_winner(facts: Facts, outcome: Column) -> bool:
    labels = read_labels(facts, outcome)
    return labels.share >= _MOST and _names_winners(labels) and facts.different <= _MOST_DIFFERENT


def _names_winners(labels: Labels) -> bool:
    """Whether its labels say that the buyer won, and that the seller did."""
    return {"buyer_wins", "seller_wins"} <= {reading.value for reading in labels.mapped.values()}


def _is_key(facts: Facts) -> bool:
    longest = 40
    is_value = facts.dates.share >= ENOUGH or _are_quantities(facts)
    return facts.is_unique and facts.length <= longest and not is_value


def _further(rated: Sequence[Guess], chosen: Mapping[str, Guess]) -> dict[str, tuple[str, ...]]:
    """Find what else says how a dispute ended, where the column that was chosen says nothing in some rows."""
    own = next((guess for guess in chosen.values() if guess.column.name == "outcome"), None)
    if own is None or own.facts.filled >= own.facts.rows:
        return {}
    others = [
        guess.facts.header for guess in rated
        if guess.column.name == "outcome" and guess.facts.header not in chosen
        and guess.labels and guess.labels.share > 0
    ]  # fmt: skip
    return {"outcome": (own.facts.header, *others)} if others else {}
