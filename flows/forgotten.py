"""Who was forgotten: pseudonyms, and the sides of disputes that were theirs, so that nothing brings them back."""

import json
from dataclasses import dataclass

import polars as pl

from flows.files import write_json_atomically, write_parquet_atomically
from flows.settings import Layout
from flows.storage import Place
from transforms.factors.reputation import COUNTS, PARTS

USERS_FILE = "forgotten.json"
SIDES_FILE = "forgotten-sides.parquet"
#: A side of a dispute, and the points that its reputation had before the user was forgotten.
SIDES_SCHEMA: dict[str, pl.DataType] = {
    "dispute_id": pl.String(),
    "party": pl.String(),
    **{part.name: pl.Int32() for part in PARTS},
    **dict.fromkeys(COUNTS, pl.Int64()),
}
_SIDE = ("dispute_id", "party")


@dataclass(frozen=True)
class Forgotten:
    """Who was forgotten.

    Attributes:
        users: Pseudonyms, in order.
        sides: The sides of disputes that were theirs, as in ``SIDES_SCHEMA``.
    """

    users: tuple[str, ...]
    sides: pl.DataFrame


def read_forgotten(layout: Layout) -> Forgotten:
    """Read who was forgotten so far."""
    path = layout.state / USERS_FILE
    users = tuple(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else ()
    return Forgotten(users, _read_sides(layout.state / SIDES_FILE))


def _read_sides(path: Place) -> pl.DataFrame:
    if not path.is_file():
        return pl.DataFrame(schema=SIDES_SCHEMA)
    found = pl.read_parquet(str(path))
    # A part that a later version knows was not kept.
    return found.select(
        (pl.col(name) if name in found.columns else pl.lit(None)).cast(dtype) for name, dtype in SIDES_SCHEMA.items()
    )


def remember_user(layout: Layout, pseudonym: str) -> None:
    """Add a pseudonym to those that are forgotten."""
    users = sorted({*read_forgotten(layout).users, pseudonym})
    write_json_atomically(layout.state / USERS_FILE, users)


def remember_sides(layout: Layout, sides: pl.DataFrame) -> Forgotten:
    """Add sides of disputes to those of forgotten users; what is known of a side already stays.

    Args:
        layout: The data directory.
        sides: Some or all columns of ``SIDES_SCHEMA``.

    Returns:
        Who is forgotten now.
    """
    before = read_forgotten(layout)
    new = sides.unique(_SIDE).join(before.sides, on=_SIDE, how="anti")
    together = pl.concat([before.sides, new], how="diagonal").select(*SIDES_SCHEMA).sort(_SIDE)
    write_parquet_atomically(together, layout.state / SIDES_FILE)
    return Forgotten(before.users, together)


def kept_sides(forgotten: Forgotten, disputes: pl.DataFrame) -> pl.DataFrame:
    """Return the reputation that was kept of sides whose user was forgotten.

    Args:
        forgotten: Who was forgotten.
        disputes: Disputes in force with ``dispute_id``, ``buyer_id`` and ``seller_id``; further columns are kept.

    Returns:
        The sides of disputes that have no user now, with their points.
    """
    nobody = pl.when(pl.col("party") == "buyer").then("buyer_id").otherwise("seller_id").is_null()
    known = forgotten.sides.filter(pl.any_horizontal(pl.col(part.name).is_not_null() for part in PARTS))
    return known.join(disputes, on="dispute_id").filter(nobody)
