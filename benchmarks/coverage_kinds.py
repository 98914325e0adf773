"""Kinds of interval whose coverage is measured; a new kind is a function and a line in ``KINDS``."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import duckdb
import numpy as np
import polars as pl

from benchmarks import coverage_worlds as worlds
from flows.sql_runner import read_sql_files, run_sql_files
from transforms.statistics.accuracy import Estimate
from transforms.statistics.clusters import Floats
from transforms.statistics.comparison import BUYER_WINS, Comparison, Question, compare
from transforms.statistics.consistency import consistency
from transforms.statistics.contrasts import products_of
from transforms.statistics.design import Design, prepare
from transforms.statistics.effect_rows import PERCENT, effect_rows
from transforms.statistics.effects import FittedModel, fit_model
from transforms.statistics.estimate import factor_association
from transforms.statistics.families import Family
from transforms.statistics.importance import measure_importance
from transforms.statistics.levels import assign_levels, level_bounds
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix
from transforms.statistics.odds_test import proportional_odds_rows
from transforms.statistics.ordinal import Ordinal
from transforms.statistics.reference import sql_parameters
from transforms.statistics.reversals import reversals
from transforms.statistics.specs import CORE_FACTORS, OUTCOMES
from transforms.statistics.stratum_effects import stratum_effects
from transforms.statistics.terms import (
    ADVANTAGES,
    CONTROLS,
    Categorical,
    Flag,
    Interaction,
    Numeric,
    Scale,
    Term,
)
from transforms.statistics.trend import trend
from transforms.statistics.validation import FOUR_FACTORS, validate


@dataclass(frozen=True)
class Shown:
    """One interval of one world.

    Attributes:
        kind: What is estimated.
        truth: Its value in the population.
        ci_low: Lower end of the interval, None where there is none.
        ci_high: Upper end.
        p_value: Of no effect; None where there is no test.
        is_null: Whether there is no effect indeed.
        status: As in the table.
    """

    kind: str
    truth: float
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    is_null: bool
    status: str


Kind = Callable[[pl.DataFrame], Iterable[Shown]]

#: Where a factor belongs, by its name.
LEVEL_OF = {"evidence": "dispute", "rules": "dispute", "tone": "seller", "reputation": "seller"}
#: Where truths are estimated from the population, more would take long; they are off by a tenth of a standard error.
TRUE_ROWS = 200_000
NULLS = frozenset({"rules", "tone"})
TERMS: tuple[Term, ...] = (
    *(Numeric(spec.column, spec.column, Scale.PLAIN) for spec in CORE_FACTORS),
    Flag("shown", "shown"),
    Flag("established", "established"),
    Interaction("interaction", "evidence_advantage", "reputation_advantage"),
    Categorical("category", "category"),
    Categorical("claim", "claim"),
)
COEFFICIENTS = {
    "evidence_advantage": worlds.EVIDENCE, "rules_advantage": worlds.RULES, "tone_advantage": worlds.TONE,
    "reputation_advantage": worlds.REPUTATION, "shown": worlds.SHOWN, "established": worlds.ESTABLISHED,
    "interaction": worlds.EVIDENCE_REPUTATION,
}  # fmt: skip
TITLES = {
    "evidence_advantage": "dispute", "rules_advantage": "dispute, no effect", "tone_advantage": "seller, no effect",
    "reputation_advantage": "seller", "shown": "flag of a dispute", "established": "flag of a seller",
    "interaction": "interaction", "category=luxury": "dummy",
}  # fmt: skip


def rates(world: pl.DataFrame) -> Iterator[Shown]:
    """Shares of buyer_wins of all, in a group of disputes and in one of sellers, by the SQL of the marts."""
    true, found = _true_rates(), _rates(world)
    for (slice_, value), truth in true.items():
        low, high, status = found[slice_, value]
        yield Shown(f"rate | {_SLICES[slice_]}", truth, low, high, None, is_null=False, status=status)


_SLICES = {"all": "all", "shown": "group of disputes", "established": "group of sellers"}


@cache
def _true_rates() -> dict[tuple[str, str], float]:
    people = worlds.population()
    won = people["outcome"] == OUTCOMES[-1]
    yes = {name: float(won.filter(people[name]).mean()) for name in ("shown", "established")}  # type: ignore[arg-type]
    return {("all", "all"): float(won.mean()), **{(name, "true"): share for name, share in yes.items()}}  # type: ignore[arg-type]


@cache
def _warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    run_sql_files(connection, [file for file in read_sql_files() if file.table == "temp.rates"], {})
    return connection


def _rates(world: pl.DataFrame) -> dict[tuple[str, str], tuple[float, float, str]]:
    slices = {"all": pl.lit("all"), "shown": pl.col("shown"), "established": pl.col("established")}
    counts = pl.concat(
        world.group_by(slice=pl.lit(name), value=value.cast(pl.String), seller_id="seller_id").agg(
            (pl.col("outcome") == outcome).sum().cast(pl.Int64).alias(outcome) for outcome in OUTCOMES
        )
        for name, value in slices.items()
    )
    connection = _warehouse()
    connection.register("counts", counts.to_arrow())
    rows = connection.execute(
        "select slice, value, ci_low, ci_high, status from temp.rates('counts', $normal_quantile, $t_quantiles) "
        "where outcome = 'buyer_wins'",
        sql_parameters(),
    ).fetchall()
    return {(slice_, value): (low, high, status) for slice_, value, low, high, status in rows}


def associations(world: pl.DataFrame) -> Iterator[Shown]:
    """The five measures for a factor of disputes and one of sellers, each with and without effect."""
    for row, truth in zip(_association(world).iter_rows(named=True), _true_associations(), strict=True):
        factor = row["factor"]
        is_null = factor in NULLS
        title = f"{row['measure']} | {LEVEL_OF[factor]}{', no effect' if is_null else ''}"
        exact = {"auc": 0.5}.get(row["measure"], 0.0) if is_null else truth
        yield Shown(title, exact, row["ci_low"], row["ci_high"], row["p_value"], is_null, row["status"])


def _association(world: pl.DataFrame) -> pl.DataFrame:
    bounds = level_bounds(world.lazy(), CORE_FACTORS)
    levels = assign_levels(world.lazy(), bounds, CORE_FACTORS).collect()
    coded = pl.concat([levels, world.select("outcome", "seller_id")], how="horizontal")
    return factor_association(coded, CORE_FACTORS)


@cache
def _true_associations() -> list[float]:
    people = worlds.population().with_columns(seller_id=pl.lit(None, pl.String))
    return _association(people)["estimate"].to_list()


def models(world: pl.DataFrame) -> Iterator[Shown]:
    """Coefficients and marginal effects of both models; differences between the two cuts, of which there are none."""
    design = prepare(world.lazy(), TERMS).design(TERMS)
    families: dict[str, Family] = {"ordinal": Ordinal(), "logit": Logit(2), "lower logit": Logit(1)}
    fitted = {name: fit_model(name, design.matrix, family) for name, family in families.items()}
    for name in ("logit", "ordinal"):
        yield from _model(fitted[name], design)
    ordinal, upper, lower = fitted.values()
    for row in proportional_odds_rows(ordinal, upper, lower, 4, design.matrix.clustering):
        low, high = (None if end is None else float(np.log(end)) for end in (row.ci_low, row.ci_high))
        title = TITLES.get(row.term, "all factors together")
        yield Shown(f"proportional odds | {title}", 0.0, low, high, row.p_value, is_null=True, status=row.status)


def _model(model: FittedModel[Matrix], design: Design) -> Iterator[Shown]:
    rows = {row.term: row for row in effect_rows(model, design.left_out, products_of(model.matrix.dense_terms, TERMS))}
    for term, truth in COEFFICIENTS.items():
        row = rows[term]
        low, high = (None if end is None else float(np.log(end)) for end in (row.ci_low, row.ci_high))
        yield Shown(f"{model.name} coefficient | {TITLES[term]}", truth, low, high, row.p_value, truth == 0, row.status)
    for term, truth in _true_effects().items():
        row = rows[term]
        yield Shown(
            f"{model.name} AME | {TITLES[term]}", truth, row.ame_ci_low, row.ame_ci_high, None, is_null=False,
            status=row.status,
        )  # fmt: skip


@cache
def _true_effects() -> dict[str, float]:
    """Average marginal effects in percentage points, from the predictor itself."""
    people = worlds.population()
    x, r = (people[f"{name}_advantage"].to_numpy() for name in ("evidence", "reputation"))
    shown, established = (people[name].to_numpy().astype(np.float64) for name in ("shown", "established"))
    other = people["category"].replace_strict(worlds.CATEGORIES, return_dtype=pl.Float64).to_numpy()

    def chance(**change: Floats) -> Floats:
        settings = {"evidence": x, "reputation": r, "shown": shown, "established": established, "other": other}
        eta = worlds.linear_predictor(**(settings | change))
        return np.asarray(1 / (1 + np.exp(worlds.THRESHOLDS[1] - eta)))

    p, both = chance(), worlds.EVIDENCE_REPUTATION
    density = p * (1 - p)
    by_evidence, by_reputation = worlds.EVIDENCE + both * r, worlds.REPUTATION + both * x
    ones, zeros = np.ones_like(x), np.zeros_like(x)
    effects = {
        "evidence_advantage": density * by_evidence,
        "reputation_advantage": density * by_reputation,
        "shown": chance(shown=ones) - chance(shown=zeros),
        "established": chance(established=ones) - chance(established=zeros),
        "category=luxury": chance(other=worlds.CATEGORIES["luxury"] * ones) - chance(other=zeros),
        "interaction": density * both + density * (1 - 2 * p) * by_evidence * by_reputation,
    }
    return {term: float(effect.mean()) * PERCENT for term, effect in effects.items()}


def importance(world: pl.DataFrame) -> Iterator[Shown]:
    """Shares of the four factors in what the ordinal model explains."""
    for factor, truth in zip(measure_importance(world.lazy(), ()).factors, _true_importance(), strict=True):
        title = f"importance share | {LEVEL_OF[factor.factor]}{', no effect' if factor.factor in NULLS else ''}"
        exact = 0.0 if factor.factor in NULLS else truth
        yield Shown(title, exact, factor.ci_low, factor.ci_high, factor.p_value, factor.factor in NULLS, factor.status)


@cache
def _true_importance() -> list[float]:
    found = measure_importance(worlds.population().head(TRUE_ROWS).lazy(), (), 10**9).factors
    return [factor.share or 0.0 for factor in found]


def strata(world: pl.DataFrame) -> Iterator[Shown]:
    """Effects within a category, and the test of their differences."""
    table = stratum_effects(world.lazy(), []).filter(stratifier="category", value="luxury")
    truths = _true_strata()
    for row in table.iter_rows(named=True):
        title = f"{LEVEL_OF[row['factor']]}{', no effect' if row['factor'] in NULLS else ''}"
        is_null = row["factor"] in NULLS
        yield Shown(
            f"effect in a category | {title}", 0.0 if is_null else truths[row["factor"]], row["ci_low"],
            row["ci_high"], row["p_value"], is_null, row["status"],
        )  # fmt: skip
        if is_null:
            yield Shown(
                f"effects differ by category | {title}", 0.0, None, None, row["heterogeneity_p_value"], is_null=True,
                status=row["status"],
            )  # fmt: skip


@cache
def _true_strata() -> dict[str, float]:
    people = worlds.population().head(TRUE_ROWS)
    table = stratum_effects(people.lazy(), [], most_rows=10**9).filter(stratifier="category", value="luxury")
    return dict(zip(table["factor"], table["effect_pp"], strict=True))


def trends(world: pl.DataFrame) -> Iterator[Shown]:
    """Effects of a month, and the test of a change, of which there is none."""
    table, truths = trend(world.lazy(), []), _true_trends()
    for row in table.filter(pl.col("month") == worlds.MONTHS[-1]).iter_rows(named=True):
        factor = row["factor"]
        is_null = factor in NULLS
        title = f"{LEVEL_OF.get(factor, 'all')}{', no effect' if is_null else ''}"
        yield Shown(
            f"month | {title}", 0.0 if is_null else truths[factor], row["ci_low"], row["ci_high"], None, is_null,
            row["status"],
        )  # fmt: skip
        yield Shown(
            f"change between months | {title}", 0.0, None, None, row["series_p_value"], is_null=True,
            status=row["series_status"],
        )  # fmt: skip


@cache
def _true_trends() -> dict[str, float]:
    people = worlds.population().head(TRUE_ROWS).with_columns(month=pl.lit(worlds.MONTHS[0]))
    table = trend(people.lazy(), [], most_rows=10**9)
    return dict(zip(table["factor"], table["effect_pp"], strict=True))


def comparisons(world: pl.DataFrame) -> Iterator[Shown]:
    """Disputes with a flag against those without it."""
    for (name, truth), found in zip(_true_comparisons().items(), _compared(world), strict=True):
        yield Shown(
            f"comparison | {TITLES[name]}", truth, found.ci_low, found.ci_high, found.p_value, is_null=False,
            status=found.status,
        )  # fmt: skip


def _compared(world: pl.DataFrame) -> list[Comparison]:
    questions = [Question(name, pl.col(name), ~pl.col(name), BUYER_WINS) for name in ("shown", "established")]
    return compare(world.lazy(), questions, [*ADVANTAGES, *CONTROLS])


@cache
def _true_comparisons() -> dict[str, float]:
    people = worlds.population().head(TRUE_ROWS)
    return {name: each.effect_pp or 0.0 for name, each in zip(("shown", "established"), _compared(people), strict=True)}


def groups(world: pl.DataFrame) -> Iterator[Shown]:
    """Lowest against highest fifth, crude and by category, and how often like cases are ruled unlike."""
    truths, found = _true_groups(), _groups(world)
    for title, (low, high, status) in found.items():
        yield Shown(title, truths[title], low, high, None, is_null=False, status=status)


def _groups(world: pl.DataFrame) -> dict[str, tuple[float, float, str]]:
    frame, levels, bounds = _levels(world)
    table = reversals(frame, levels, bounds, CORE_FACTORS).filter(stratifier="category")
    columns = {"risk difference, crude": "crude_rd", "risk difference, by category": "adjusted_rd",
               "log odds ratio, crude": "crude_log_or", "log odds ratio, by category": "adjusted_log_or"}  # fmt: skip
    found = {
        f"{title} | {LEVEL_OF[row['factor']]}": (row[f"{column}_ci_low"], row[f"{column}_ci_high"], row["status"])
        for row in table.filter(pl.col("factor").is_in(["evidence", "reputation"])).iter_rows(named=True)
        for title, column in columns.items()
    }
    unlike = consistency(frame, levels, CORE_FACTORS).filter(slice="all").row(0, named=True)
    return found | {"like cases ruled unlike | all": (unlike["ci_low"], unlike["ci_high"], unlike["status"])}


def _levels(world: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Fewer values, so that there are like cases; the levels of each dispute, and their bounds."""
    rough = world.with_columns(pl.col("^.*_advantage$").clip(-1, 1).round(), decider_id=pl.lit(None, pl.String))
    bounds = level_bounds(rough.lazy(), CORE_FACTORS)
    return rough, assign_levels(rough.lazy(), bounds, CORE_FACTORS).collect(), bounds


@cache
def _true_groups() -> dict[str, float]:
    people = worlds.population().head(TRUE_ROWS).with_columns(pl.col("dispute_id", "seller_id").cast(pl.String))
    frame, levels, bounds = _levels(people)
    table = reversals(frame, levels, bounds, CORE_FACTORS).filter(stratifier="category")
    columns = {"risk difference, crude": "crude_rd_pp", "risk difference, by category": "adjusted_rd_pp",
               "log odds ratio, crude": "crude_log_or", "log odds ratio, by category": "adjusted_log_or"}  # fmt: skip
    found = {
        f"{title} | {LEVEL_OF[row['factor']]}": float(row[column])
        for row in table.iter_rows(named=True)
        for title, column in columns.items()
        if row["factor"] in {"evidence", "reputation"}
    }
    unlike = consistency(frame, levels, CORE_FACTORS).filter(slice="all")["differ_share"].item()
    return found | {"like cases ruled unlike | all": float(unlike)}


def foresight(world: pl.DataFrame) -> Iterator[Shown]:
    """Accuracy on the newest fifth. The truth is that of a model fitted on very many rulings, a little better."""
    truths = _true_foresight()
    for title, estimate, status in _foresight(world):
        if estimate is not None:
            yield Shown(title, truths[title], estimate.ci_low, estimate.ci_high, None, is_null=False, status=status)


def _foresight(world: pl.DataFrame) -> Iterator[tuple[str, Estimate | None, str]]:
    moments = pl.col("ruled_at") + pl.duration(minutes=pl.int_range(pl.len()) % 40_000)
    timed = world.with_columns(pl.col("evidence_advantage").alias("overall_advantage"), ruled_at=moments)
    score = next(each for each in validate(timed.lazy(), (), 10**9).scores if each.model == FOUR_FACTORS)
    for name in ("auc", "brier", "log_loss", "calibration_slope", "auc_gain"):
        yield f"newest fifth | {name}", getattr(score, name), score.status


@cache
def _true_foresight() -> dict[str, float]:
    people = worlds.population().head(TRUE_ROWS).with_columns(pl.col("dispute_id", "seller_id").cast(pl.String))
    return {title: each.estimate for title, each, _ in _foresight(people) if each is not None}


#: Each gives its intervals for a world.
KINDS: tuple[Kind, ...] = (
    rates, associations, models, strata, comparisons, trends, importance, groups, foresight,
)  # fmt: skip
