"""The scores of both sides and the parts that they consist of."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flows.explain.release import Row, clean, rows
from transforms.factors import FACTORS
from transforms.registry import output_table
from transforms.registry.enumerations import FACTOR, PARTY

if TYPE_CHECKING:
    import duckdb

_DECIMALS: Final = 4
_ORDER: Final = {
    (factor.name, part.name): place for factor in FACTORS for place, part in enumerate(factor.parts)
}  # as the parts are declared


@dataclass(frozen=True)
class Part:
    """Points that a part of a score gives or takes."""

    part: str
    points: float


@dataclass(frozen=True)
class Score:
    """The score of a side for a factor; None is not recorded. Its parts add up to it."""

    score: float | None
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class FactorScores:
    """A factor: the scores of both sides, and buyer minus seller."""

    factor: str
    buyer: Score
    seller: Score
    advantage: float | None

    def of(self, party: str) -> Score:
        """The score of a side."""
        return self.buyer if party == "buyer" else self.seller


@dataclass(frozen=True)
class Scores:
    """All scores of a dispute; ``extra`` are the extra factors of a profile, by name."""

    factors: tuple[FactorScores, ...]
    overall_advantage: float | None
    extra: dict[str, float | str | None]

    def factor(self, name: str) -> FactorScores:
        """The scores of one factor."""
        return next(each for each in self.factors if each.factor == name)


def read_scores(connection: "duckdb.DuckDBPyConnection", dispute_id: str) -> Scores:
    """Read the scores of a dispute.

    Args:
        connection: A release.
        dispute_id: The dispute.

    Returns:
        Its scores; all None where the release has none.
    """
    found = rows(connection, "select * from core.factor_scores where dispute_id = $id", {"id": dispute_id})
    row: Row = found[0] if found else {}
    parts = rows(
        connection, "select party, factor, part, points from core.score_parts where dispute_id = $id",
        {"id": dispute_id},
    )  # fmt: skip
    declared = output_table("core.factor_scores").column_names
    return Scores(
        factors=tuple(_factor(name, row, parts) for name in FACTOR.values),
        overall_advantage=_rounded(row.get("overall_advantage")),
        extra={clean(name): value for name, value in row.items() if name not in declared},
    )


def _factor(name: str, row: Row, parts: list[Row]) -> FactorScores:
    sides = {
        party: Score(
            _rounded(row.get(f"{party}_{name}")),
            tuple(
                _part(each) for each in sorted(parts, key=_place) if (each["party"], each["factor"]) == (party, name)
            ),
        )
        for party in PARTY.values
    }
    return FactorScores(name, sides["buyer"], sides["seller"], _rounded(row.get(f"{name}_advantage")))


def _part(row: Row) -> Part:
    return Part(row["part"], round(row["points"], _DECIMALS))


def _place(row: Row) -> tuple[int, str]:
    return _ORDER.get((row["factor"], row["part"]), len(_ORDER)), row["part"]


def _rounded(value: float | None) -> float | None:
    # Scores are whole ten-thousandths; their difference need not be one in binary. Adding zero drops its sign.
    return None if value is None else round(value, _DECIMALS) + 0.0
