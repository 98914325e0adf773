"""How like cases were ruled: which cases are like, and the shares of the outcomes among them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flows.explain.release import Row, rows
from flows.explain.scores import Scores
from flows.report.suppression import K, Line, suppressed_cells
from sql import FOLDER
from transforms.registry.enumerations import FACTOR, RULED_OUTCOMES
from transforms.statistics.reference import sql_parameters
from transforms.statistics.specs import NOT_RECORDED

if TYPE_CHECKING:
    import duckdb

#: Fewer like cases than this tell too little.
FEWEST: Final = 30
#: What is asked of like cases, beside the claim; given up from the last to the first while there are too few.
CRITERIA: Final = ("category", "evidence", "rules", "tone", "reputation")
_TOTAL: Final = "total"
#: The estimator of the marts, a macro.
_RATES: Final = FOLDER / "temp" / "rates.sql"


@dataclass(frozen=True)
class Level:
    """The level of a factor that the dispute is in, as ``marts.factor_outcomes`` cuts it.

    Attributes:
        factor: The factor.
        level: Its name there, ``not_recorded``, or None where no ruled dispute could tell it.
        place: Its place among the levels of recorded values, from 1; None where it has none.
        n_levels: How many levels of recorded values there are.
        level_low: Smallest value in it.
        level_high: Largest value in it.
    """

    factor: str
    level: str | None
    place: int | None
    n_levels: int
    level_low: float | None = None
    level_high: float | None = None


@dataclass(frozen=True)
class OutcomeShare:
    """How often like cases were ruled so; None where the count is hidden."""

    outcome: str
    n: int | None
    share: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class LikeCases:
    """Ruled disputes that are like this one, itself left out.

    Attributes:
        claim: The claim that all of them share; None: not recorded in any.
        levels: The levels of the dispute.
        same: What else they share with the dispute.
        set_aside: What had to be given up to find enough of them.
        fewest: Fewest cases that are told about.
        smallest_count: Counts under it are hidden, with a second one where the total would tell them.
        n: How many there are; None where there are fewer than ``fewest``.
        n_sellers: Their sellers; None where not recorded or fewer than ``smallest_count``.
        status: As in ``marts.outcome_rates``; ``too_few_cases`` where there are too few.
        outcomes: How they were ruled.
    """

    claim: str | None
    levels: tuple[Level, ...]
    same: tuple[str, ...]
    set_aside: tuple[str, ...]
    fewest: int
    smallest_count: int
    n: int | None
    n_sellers: int | None
    status: str
    outcomes: tuple[OutcomeShare, ...]

    def share_of(self, outcome: str) -> OutcomeShare | None:
        """The share of an outcome, if like cases can be told about."""
        return next((each for each in self.outcomes if each.outcome == outcome), None)


def read_like_cases(
    connection: "duckdb.DuckDBPyConnection", dispute_id: str, dispute: Row, scores: Scores
) -> LikeCases:
    """Find like cases and how they were ruled.

    Like cases have the same claim and category and the same level of each factor. Where they are fewer than
    ``FEWEST``, or so uneven that every count would be hidden, levels of reputation, tone, rules and evidence are given
    up in that order, and then the category.

    Args:
        connection: A release.
        dispute_id: The dispute.
        dispute: Its row of ``core.disputes``.
        scores: Its scores.

    Returns:
        The like cases.
    """
    bounds = rows(connection, "select distinct factor, level, level_low, level_high from marts.factor_outcomes")
    levels = tuple(_level(factor, scores.factor(factor).advantage, bounds) for factor in FACTOR.values)
    conditions = {"category": "disputes.category is not distinct from $category"}
    conditions |= {level.factor: _condition(level, bounds) for level in levels}
    parameters = {"dispute_id": dispute_id, "claim": dispute["claim"], "category": dispute["category"]}
    n_same = _most_alike(connection, conditions, parameters)
    same = CRITERIA[: n_same or 0]
    set_aside = tuple(reversed(CRITERIA[len(same) :]))
    found = LikeCases(dispute["claim"], levels, same, set_aside, FEWEST, K, None, None, "too_few_cases", ())
    if n_same is None:
        return found
    if "category" not in same:
        del parameters["category"]
    connection.execute(_RATES.read_text(encoding="utf-8"))
    query = _shares_query(" and ".join(["true", *(conditions[name] for name in same)]))
    return _with_shares(found, rows(connection, query, {**parameters, **sql_parameters()}))


def _level(factor: str, value: float | None, bounds: list[Row]) -> Level:
    """The level that a value falls into, by the rule of transforms.statistics.levels; open disputes have none there."""
    own = _recorded_bounds(factor, bounds)
    if value is None or not own:
        return Level(factor, NOT_RECORDED if value is None else None, None, len(own))
    # Advantages have four decimals, but as differences they need not be the closest binary number to them.
    low, high = ([round(each[name], 4) + 0.0 for each in own] for name in ("level_low", "level_high"))
    place = next((place for place, upto in enumerate(high) if value <= upto), len(own) - 1)
    return Level(factor, own[place]["level"], place + 1, len(own), low[place], high[place])


def _recorded_bounds(factor: str, bounds: list[Row]) -> list[Row]:
    recorded = [each for each in bounds if each["factor"] == factor and each["level_high"] is not None]
    return sorted(recorded, key=lambda each: each["level_high"])


def _condition(level: Level, bounds: list[Row]) -> str:
    """The level as a condition; a value between two levels belongs to the upper one."""
    column = f"scores.{level.factor}_advantage"
    if level.level == NOT_RECORDED:
        return f"{column} is null"
    if level.place is None:
        return "false"
    highs = [each["level_high"] for each in _recorded_bounds(level.factor, bounds)]
    above = [f"{column} > {highs[level.place - 2]!r}::double"] if level.place > 1 else []
    upto = [f"{column} <= {highs[level.place - 1]!r}::double"] if level.place < len(highs) else []
    return " and ".join([f"{column} is not null", *above, *upto])


_CASES: Final = """
    from core.disputes as disputes
    left join core.factor_scores as scores using (dispute_id)
    where disputes.is_ruled
        and disputes.claim is not distinct from $claim
        and disputes.dispute_id <> $dispute_id
"""


def _most_alike(
    connection: "duckdb.DuckDBPyConnection", conditions: dict[str, str], parameters: dict[str, Any]
) -> int | None:
    """How many of the criteria can be asked for so that enough cases are left; None if not even the claim."""
    steps = range(len(CRITERIA), -1, -1)
    counts = [
        f"count(*) filter ({' and '.join([f'outcome = {outcome!r}', *wanted])}) as {outcome}_{step}"
        for step in steps
        for wanted in [[conditions[name] for name in CRITERIA[:step]]]
        for outcome in RULED_OUTCOMES
    ]
    found = rows(connection, f"select {', '.join(counts)} {_CASES}", parameters)[0]
    return next((step for step in steps if _is_enough([found[f"{each}_{step}"] for each in RULED_OUTCOMES])), None)


def _is_enough(counts: list[int]) -> bool:
    """Whether so many cases of each outcome tell something that may be shown."""
    hidden = _hidden(dict(zip(RULED_OUTCOMES, counts, strict=True)))
    return sum(counts) >= FEWEST and len(hidden) < sum(n > 0 for n in counts)


def _hidden(counts: dict[str, int]) -> set[str]:
    """Outcomes whose count is under the smallest that is shown, or would tell such a one."""
    cells = {("", "", outcome): n for outcome, n in counts.items()}
    total = ("", "", _TOTAL)
    hidden = suppressed_cells({**cells, total: sum(counts.values())}, [Line(tuple(cells), total)])
    return {outcome for _, _, outcome in hidden}


def _shares_query(where: str) -> str:
    """The shares by the estimator of the marts, for the like cases; ``all`` serves its likeness of sellers' rulings."""
    counts = ", ".join(f"count(*) filter (outcome = '{outcome}') as {outcome}" for outcome in RULED_OUTCOMES)
    nothing = ", ".join(f"0 as {outcome}" for outcome in RULED_OUTCOMES)
    return f"""
        with slices as (
            select 'like' as slice, disputes.seller_id, disputes.outcome {_CASES} and {where}
            union all
            select 'all' as slice, seller_id, outcome from core.disputes where is_ruled
        ),
        seller_counts as (
            select slice, 0 as value, seller_id, {counts}
            from slices group by slice, seller_id
            union all by name
            select 'like' as slice, 0 as value, {nothing}
        )
        select outcome, n, n_total, n_clusters, share, ci_low, ci_high, status
        from temp.rates('seller_counts', $normal_quantile, $t_quantiles)
        where slice = 'like'
    """


def _with_shares(found: LikeCases, rates: list[Row]) -> LikeCases:
    """Fill in the shares, the buyer's victory first; small counts are hidden as in the report."""
    total, status = rates[0]["n_total"], rates[0]["status"]
    hidden = _hidden({rate["outcome"]: rate["n"] for rate in rates})
    by_outcome = {rate["outcome"]: rate for rate in rates}
    sellers = rates[0]["n_clusters"] if status != "not_clustered" else None
    return LikeCases(
        found.claim, found.levels, found.same, found.set_aside, found.fewest, found.smallest_count,
        n=total,
        n_sellers=sellers if sellers is not None and sellers >= K else None,
        status=status,
        outcomes=tuple(
            _share(by_outcome[outcome], is_hidden=outcome in hidden) for outcome in reversed(RULED_OUTCOMES)
        ),
    )  # fmt: skip


def _share(rate: Row, *, is_hidden: bool) -> OutcomeShare:
    if is_hidden:
        return OutcomeShare(rate["outcome"], None, None, None, None)
    shares = (round(rate[name], 4) for name in ("share", "ci_low", "ci_high"))
    return OutcomeShare(rate["outcome"], rate["n"], *shares)
