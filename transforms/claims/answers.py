"""Every claim put to the data: which model is fitted on which rows, side by side."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from transforms.claims.catalogue import PARTS, ExtraFactor, extra_parts
from transforms.claims.columns import UNKNOWN, complete, cut_groups, derived
from transforms.claims.definitions import Definition
from transforms.claims.durations import time_ratio
from transforms.claims.estimating import Key, definitions_of, estimate
from transforms.claims.found import Found
from transforms.claims.model import Model, Part
from transforms.claims.models import MODELS, extra_model
from transforms.claims.of_models import difference_of_shares, gain_in_foresight, given_others
from transforms.claims.questions import rows_of
from transforms.statistics.design import Prepared, prepare
from transforms.statistics.importance import Importance
from transforms.statistics.sampling import sample_sellers
from transforms.statistics.specs import CORE_FACTORS
from transforms.statistics.terms import Interaction, Numeric, Term
from transforms.statistics.validation import Validation

#: Beyond so many ruled disputes, all but the headline claims are estimated on a sample of sellers.
MOST_ROWS = 100_000
#: Beyond so many, the headline claims are, too: it bounds the memory.
MOST_HEADLINE_ROWS = 2_000_000
_SPEED, _SHARES, _FORESIGHT = "P2b", "P5", "G2f"
_GIVEN_OTHERS = {f"G2{letter}": spec.name for letter, spec in zip("bcde", CORE_FACTORS, strict=True)}


@dataclass(frozen=True)
class Data:
    """All that the claims are put to.

    Attributes:
        ruled: One row per ruled dispute: context, scores, facts, ``month``, extra factors and, where they are to be
            had, the scores without own parts.
        disputes: One row per dispute, ruled or not, for the hours to the ruling.
        extra: Extra factors.
        importance: The shares of the four factors; None where they were not measured.
        validation: The models judged out of time; None where they were not.
    """

    ruled: pl.LazyFrame
    disputes: pl.LazyFrame
    extra: tuple[ExtraFactor, ...] = ()
    importance: Importance | None = None
    validation: Validation | None = None


@dataclass(frozen=True)
class _Columns:
    """The columns of all models: of a sample if there are many rows, and then those of the headline of all rows.

    Attributes:
        sample: Columns of all models.
        whole: Columns of the headline models, where the others are a sample.
        is_whole_sampled: Whether even these are a sample, of more rows.
        lost: Groups by rank that do not exist, with the reason.
    """

    sample: Prepared
    whole: Prepared | None
    is_whole_sampled: bool
    lost: Mapping[str, str]


@dataclass(frozen=True)
class _Task:
    """A model with the parts that it answers, the rows that it reads and the definitions that it is fitted for.

    ``lost`` are the groups by rank that do not exist, with the reason.
    """

    model: Model
    parts: tuple[Part, ...]
    lost: Mapping[str, str]
    prepared: Prepared
    is_sampled: bool
    definitions: tuple[Definition, ...]


def parts_of(extra: Sequence[ExtraFactor]) -> tuple[Part, ...]:
    """All parts: those of the catalogue, then the extra factors."""
    return (*PARTS, *extra_parts(extra))


def answer(data: Data, most_rows: int = MOST_ROWS, only: Collection[str] | None = None) -> dict[Key, Found]:
    """Estimate every part under every definition that is asked for.

    Args:
        data: What the claims are put to.
        most_rows: Rows above which all but the headline claims are estimated on a sample of sellers.
        only: Names of the models of the outcome to fit, for a study of some parts; all by default.

    Returns:
        What was found by part and definition. A part that is about no outcome has the definition ``ordinal``.
    """
    return with_measures(answer_by_models(data, most_rows, only), data.importance, data.validation)


def answer_by_models(data: Data, most_rows: int = MOST_ROWS, only: Collection[str] | None = None) -> dict[Key, Found]:
    """Estimate every part that a model answers, of the outcome or of the hours to the ruling.

    Args:
        data: What the claims are put to; its measures are not read.
        most_rows: As for ``answer``.
        only: As for ``answer``.
    """
    tasks = [task for task in _tasks(data, most_rows) if only is None or task.model.name in only]
    found = {key: each for task in tasks for key, each in _run(task).items()}
    found[_SPEED, Definition.ORDERED] = time_ratio(data.disputes, "buyer_reputation", most_rows)
    return found


def with_measures(
    found: Mapping[Key, Found], importance: Importance | None, validation: Validation | None
) -> dict[Key, Found]:
    """Add what is about the shares of the factors and about foresight.

    Args:
        found: What the models and the hours to the ruling say.
        importance: The shares of the four factors; None where they were not measured.
        validation: The models judged out of time; None where they were not.

    Returns:
        All of it, with tests of each factor given the others where shares were measured.
    """
    shares = {(_SHARES, Definition.ORDERED): difference_of_shares(importance)}
    foresight = {(_FORESIGHT, Definition.ORDERED): gain_in_foresight(validation)}
    tested = {(claim_id, Definition.ORDERED): name for claim_id, name in _GIVEN_OTHERS.items()}
    tests = {key: given_others(found[key], importance, name) for key, name in tested.items() if key in found}
    return {**found, **shares, **foresight, **tests}


def _run(task: _Task) -> dict[Key, Found]:
    rows = rows_of(task.prepared, task.model, task.parts, task.lost, task.is_sampled)
    return estimate(rows, task.parts, task.definitions)


def _tasks(data: Data, most_rows: int) -> list[_Task]:
    """The headline on all rows first, since it takes longest; then all else, on the sample if there is one."""
    models = (*MODELS, extra_model([each.spec for each in data.extra]))
    columns = _columns(data, models, most_rows)
    tasks: list[_Task] = []
    for model in models:
        parts = tuple(part for part in parts_of(data.extra) if part.model == model.name)
        wanted = {each for part in parts for each in definitions_of(part, model)}
        definitions = tuple(each for each in Definition if each in wanted)
        task = _Task(model, parts, columns.lost, columns.sample, columns.whole is not None, definitions)
        if columns.whole is None or not model.is_headline:
            tasks.append(task)
            continue
        others = tuple(each for each in definitions if each is not Definition.ORDERED)
        headline = replace(
            task, prepared=columns.whole, is_sampled=columns.is_whole_sampled, definitions=(Definition.ORDERED,)
        )
        tasks = [headline, *tasks, replace(task, definitions=others)]
    return [task for task in tasks if task.parts]


def _columns(data: Data, models: Sequence[Model], most_rows: int) -> _Columns:
    frame = complete(data.ruled)
    sample, is_sampled = sample_sellers(frame, most_rows)
    terms = _distinct([term for model in models for term in model.terms])
    whole, is_whole_sampled = None, False
    if is_sampled:
        headline = [term for model in models if model.is_headline for term in model.terms]
        asked = {name for part in parts_of(data.extra) for name in part.focal} | {"buyer_evidence", "seller_evidence"}
        # with them, the sample is measured in the standard deviations of the whole
        numbers = [term for term in terms if isinstance(term, Numeric) and term.name in asked]
        rows, is_whole_sampled = sample_sellers(frame, MOST_HEADLINE_ROWS)
        whole = prepare(rows, _distinct([*headline, *numbers]), ["refund_ratio", "buyer_id"])
    cuts = cut_groups(frame)
    wanted = derived(frame.collect_schema().names(), cuts)
    prepared = prepare(sample.with_columns(wanted), terms, _kept(data.extra, models), whole.scales if whole else None)
    lost = {name: group.status for name, group in cuts.items() if group.bound is None}
    return _Columns(prepared, whole, is_whole_sampled, lost)


def _distinct(terms: Sequence[Term]) -> list[Term]:
    """Each term once, interactions last."""
    return sorted(dict.fromkeys(terms), key=lambda term: isinstance(term, Interaction))


def _kept(extra: Sequence[ExtraFactor], models: Sequence[Model]) -> list[str]:
    """Columns that are no terms: who is in a model, who is counted in a part, and what was not recorded."""
    parts = parts_of(extra)
    names = {model.population for model in models} | {name for part in parts for name in (part.among, part.others)}
    absents = {f"{absent.flag}{UNKNOWN}" for model in models for absent in model.absents}
    return sorted((names | absents | {"refund_ratio", "buyer_id"}) - {""})
