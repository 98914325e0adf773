"""The estimation stage: scored Parquet in, small frames for the marts out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

import polars as pl

from flows.configuration import load_scorer
from flows.executor import THREADS, Executor, Processes, Threads, executor_of
from flows.files import empty_folder, version_of
from flows.gathering import Gathered, gather
from flows.ingest.ledger import ExtraColumn
from flows.progress import listening
from flows.scoring import Scored
from flows.storage import Place, open_place
from transforms.claims.answers import Data, answer_by_models, parts_of, with_measures
from transforms.claims.catalogue import ExtraFactor
from transforms.claims.estimating import Key
from transforms.claims.findings import tabulate
from transforms.claims.found import Found
from transforms.claims.verdicts import Judge
from transforms.statistics.consistency import consistency
from transforms.statistics.deciders import decider_tables
from transforms.statistics.durations import time_tables
from transforms.statistics.estimate import factor_association, factor_effects
from transforms.statistics.importance import importance_table, measure_importance
from transforms.statistics.kinds import evidence_kinds, violation_rules
from transforms.statistics.levels import assign_levels, level_bounds
from transforms.statistics.parts import Part, Parts, Spread, here, let_go
from transforms.statistics.reversals import reversals
from transforms.statistics.specs import FactorKind, FactorSpec, factor_specs
from transforms.statistics.stratum_effects import stratum_effects
from transforms.statistics.surprise import surprising_rulings
from transforms.statistics.telling import marked_association, telling_factors, with_left_out
from transforms.statistics.trend import trend
from transforms.statistics.validation import calibration_table, validate, validation_table

_T = TypeVar("_T")

#: GiB that a process takes by itself and for each million disputes, and that all of them may take together.
GIB_ALONE, GIB_PER_MILLION, GIB_TOGETHER = 0.2, 0.2, 4.5
#: With so many disputes starting a process or two takes less time than it saves.
FEWEST_FOR_PROCESSES = 50_000


@dataclass(frozen=True)
class _Inputs:
    """What the statistics read: names of files, so that other processes can open them.

    Attributes:
        files: Files of the disputes.
        bounds: Where numeric levels begin and end.
        extra: Extra factors of the profiles.
        telling: Names of those that tell the outcome by themselves, and enter no model.
    """

    files: Gathered
    bounds: str
    extra: tuple[ExtraColumn, ...]
    telling: tuple[str, ...] = ()

    @property
    def rows(self) -> pl.LazyFrame:
        """The ruled disputes."""
        return pl.scan_parquet(list(self.files.ruled))

    @property
    def parts(self) -> tuple["_File", ...]:
        """The files of the ruled disputes."""
        return tuple(_File(file, version_of(open_place(file))) for file in self.files.ruled)

    @property
    def disputes(self) -> pl.LazyFrame:
        """All disputes."""
        return pl.scan_parquet(list(self.files.all))

    @property
    def levels(self) -> pl.LazyFrame:
        """The level of each factor in each ruled dispute."""
        return assign_levels(self.rows, pl.read_parquet(self.bounds), self.specs)

    @property
    def coded(self) -> pl.LazyFrame:
        """The levels with outcome and seller."""
        return pl.concat([self.rows.select("outcome", "seller_id"), self.levels], how="horizontal")

    @property
    def specs(self) -> tuple[FactorSpec, ...]:
        """All factors."""
        return factor_specs([_spec(each) for each in self.extra])

    @property
    def modelled(self) -> tuple[FactorSpec, ...]:
        """The factors that enter models."""
        return factor_specs(self.added)

    @property
    def added(self) -> list[FactorSpec]:
        """The extra factors that enter models."""
        return [each.spec for each in self.favoured]

    @property
    def favoured(self) -> tuple[ExtraFactor, ...]:
        """The same with the side that each is said to favour."""
        kept = (each for each in self.extra if each.name not in self.telling)
        return tuple(ExtraFactor(_spec(each), each.favours) for each in kept)


@dataclass(frozen=True)
class _File:
    """Ruled disputes in a file (`parts.Part`); the version tells it from one of the same name of a run before."""

    address: str
    version: str

    def read(self) -> pl.LazyFrame:
        """The disputes."""
        return pl.scan_parquet(self.address)


def _spec(extra: ExtraColumn) -> FactorSpec:
    return FactorSpec(extra.name, extra.name, FactorKind(extra.type))


def estimate(
    scored: Scored, extra: tuple[ExtraColumn, ...], scratch: Place, executor: Executor | None = None
) -> dict[str, pl.DataFrame]:
    """Estimate what goes with the outcome of ruled disputes.

    Args:
        scored: Where the scored Parquet lies.
        extra: Extra factors of the profiles.
        scratch: A folder for what is read again and again; it is emptied.
        executor: Where the statistics are computed that do not wait for each other; one after another by default.

    Returns:
        Frames by name: ``factor_levels``, ``factor_level_bounds``, and one for each table of estimates.
    """
    folder = empty_folder(scratch)
    inputs = _Inputs(gather(scored, folder), str(folder / "bounds.parquet"), extra)
    bounds = level_bounds(inputs.rows, inputs.specs)
    bounds.write_parquet(inputs.bounds)
    inputs = replace(inputs, telling=telling_factors(inputs.coded, [_spec(each) for each in extra]))
    done = _computed(inputs, executor or Threads(1))
    importance, validation = done.pop("importance"), done.pop("validation")
    found = with_measures(done.pop("claims"), importance, validation)
    claims = tabulate(parts_of(inputs.favoured), found, Judge())
    marts: dict[str, pl.DataFrame] = {
        "factor_importance": importance_table(importance, load_scorer().weights.overall),
        "model_validation": validation_table(validation),
        "calibration": calibration_table(validation),
        "claim_findings": claims.findings,
        "definitions": claims.definitions,
    }
    for frames in done.values():
        marts |= frames
    marts["surprising_rulings"] = _with_identifiers(marts["surprising_rulings"], inputs)
    levels = assign_levels(inputs.rows.with_columns(dispute_id="dispute"), bounds, inputs.specs).collect()
    # SQL sorts by position, so that rows keep the order of their making.
    placed = {name: frame.with_row_index("position") for name, frame in marts.items()}
    return {"factor_levels": levels, "factor_level_bounds": bounds, **placed}


def executor_for(scored: Scored, text: str, threads: int) -> Executor:
    """Where the statistics are computed: in processes of their own where that pays, or in the workers of a cluster.

    There are no more processes than memory allows for.

    Args:
        scored: Where the scored Parquet lies.
        text: The setting ``executor``.
        threads: How many processors there are.
    """
    if text != THREADS:
        return executor_of(text, threads)
    n = pl.scan_parquet(scored.paths("disputes")).select(pl.len()).collect().item()
    if threads == 1 or n < FEWEST_FOR_PROCESSES:
        return Threads(1)
    # numpy's steps on these rows are too short for threads to work side by side
    affordable = int(GIB_TOGETHER / (GIB_ALONE + GIB_PER_MILLION * n / 1_000_000))
    return Processes(max(min(threads, affordable), 1))


def _computed(inputs: _Inputs, executor: Executor) -> dict[str, Any]:
    """What each job returns.

    A cluster works on the jobs and, side by side with them, on the passes of the models of all rulings, a part each.
    """
    is_divided = executor.n_elsewhere > 0 and len(inputs.files.ruled) > 1
    jobs = [job for job in _JOBS if not (is_divided and job == _DIVIDED)]
    results = executor.start("estimate", partial(_work, inputs=inputs), jobs)
    divided = _divided(inputs, executor) if is_divided else {}
    return divided | dict(zip(jobs, results(), strict=True))


def _divided(inputs: _Inputs, executor: Executor) -> dict[str, Any]:
    """What the job returns whose passes are divided among the workers."""
    try:
        return {_DIVIDED: _factor_effects(inputs, partial(_over_parts, executor))}
    finally:
        executor.everywhere(let_go)


def _over_parts(executor: Executor, work: Callable[[Part], _T], parts: Sequence[Part]) -> list[_T]:
    """Let the workers of a cluster do a pass, each a run of parts: a task costs more than a pass over one.

    What it returns is that of each part, so it does not depend on how many workers there are.
    """
    # none for a moment, where the only worker was lost and another is on its way
    n_runs = max(min(executor.n_elsewhere, len(parts)), 1)
    edges = [len(parts) * run // n_runs for run in range(n_runs + 1)]
    runs = [parts[start:stop] for start, stop in pairwise(edges)]
    # the jobs tell how far the stage is
    with listening(lambda _: None):
        found = executor.start("pass over rulings", partial(here, work), runs)()
    return [each for run in found for each in run]


def _work(job: str, inputs: _Inputs) -> Any:  # noqa: ANN401 - each job has a type of its own
    return _JOBS[job](inputs)


def _times(inputs: _Inputs) -> dict[str, pl.DataFrame]:
    curves, quartiles = time_tables(inputs.disputes)
    return {"time_to_ruling": curves, "hours_to_end": quartiles}


def _deciders(inputs: _Inputs) -> dict[str, pl.DataFrame]:
    tables = decider_tables(inputs.rows, inputs.modelled)
    return {"decider_effects": tables.effects, "decider_variation": tables.variation}


def _association(inputs: _Inputs) -> dict[str, pl.DataFrame]:
    return {"factor_association": marked_association(factor_association(inputs.coded, inputs.specs), inputs.telling)}


def _factor_effects(inputs: _Inputs, spread: Spread = here) -> dict[str, pl.DataFrame]:
    found = factor_effects(inputs.rows, inputs.modelled, Parts(inputs.parts, spread))
    return {"factor_effects": with_left_out(found, inputs.telling)}


def _reversals(inputs: _Inputs) -> dict[str, pl.DataFrame]:
    levels, bounds = inputs.levels.collect(), pl.read_parquet(inputs.bounds)
    return {"reversals": reversals(inputs.rows, levels, bounds, inputs.modelled)}


def _surprising(inputs: _Inputs) -> dict[str, pl.DataFrame]:
    return {"surprising_rulings": surprising_rulings(inputs.rows, inputs.modelled, parts=Parts(inputs.parts))}


def _claims(inputs: _Inputs) -> dict[Key, Found]:
    return answer_by_models(Data(inputs.rows, inputs.disputes, inputs.favoured))


#: The job whose models pass over all rulings, however many; those of the others take a sample.
_DIVIDED = "factor_effects"
#: Statistics that do not wait for each other; what takes longest comes first.
_JOBS: dict[str, Callable[[_Inputs], Any]] = {
    _DIVIDED: _factor_effects,
    "claims": _claims,
    "reversals": _reversals,
    "consistency": lambda inputs: {"consistency": consistency(inputs.rows, inputs.levels.collect(), inputs.modelled)},
    "association": _association,
    "violation_rules": lambda inputs: {"violation_rules": violation_rules(inputs.rows)},
    "evidence_kinds": lambda inputs: {"evidence_kinds": evidence_kinds(inputs.rows)},
    "stratum_effects": lambda inputs: {"stratum_effects": stratum_effects(inputs.rows, inputs.added)},
    "deciders": _deciders,
    "trend": lambda inputs: {"trend": trend(inputs.rows, inputs.added)},
    "importance": lambda inputs: measure_importance(inputs.rows, inputs.added),
    "surprising_rulings": _surprising,
    "times": _times,
    "validation": lambda inputs: validate(inputs.rows, inputs.added),
}


def _with_identifiers(found: pl.DataFrame, inputs: _Inputs) -> pl.DataFrame:
    """Give disputes that are listed their identifiers again."""
    numbers = found["dispute_id"].cast(pl.UInt64).drop_nulls()
    listed = inputs.rows.filter(pl.col("dispute_id").is_in(numbers.to_list()))
    names = listed.select(pl.col("dispute_id").cast(pl.String), "dispute").collect()
    named = found.join(names, on="dispute_id", how="left", maintain_order="left")
    return named.with_columns(dispute_id="dispute").drop("dispute")
