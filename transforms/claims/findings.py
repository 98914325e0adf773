"""The tables of the claims: what was found for each part, and how far it depends on what counts as winning."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from transforms.claims.answers import MOST_ROWS, Data, answer, parts_of
from transforms.claims.catalogue import claim_label
from transforms.claims.definitions import ALTERNATIVES, LABELS, OWN, Definition
from transforms.claims.estimating import Key
from transforms.claims.found import Found
from transforms.claims.model import Kind, Part, Unit
from transforms.claims.robustness import e_value_of, robustness
from transforms.claims.verdicts import Judge, Verdict
from transforms.claims.wording import NOTHING, finding, reason, sensitivity
from transforms.registry.model import Label
from transforms.registry.outputs.marts.claims import CLAIM_FINDINGS, DEFINITIONS
from transforms.statistics.multiplicity import benjamini_hochberg

NO_ORDER = "no_order"
_SPOKEN_FOR = (Verdict.SUPPORTED, Verdict.CONTRADICTED)


@dataclass(frozen=True)
class ClaimTables:
    """``marts.claim_findings`` and ``marts.definitions``."""

    findings: pl.DataFrame
    definitions: pl.DataFrame


@dataclass(frozen=True)
class _Judged:
    """A part under one definition."""

    definition: Definition
    found: Found
    q_value: float | None
    verdict: Verdict


def claim_tables(data: Data, judge: Judge | None = None, most_rows: int = MOST_ROWS) -> ClaimTables:
    """Put the claims to the data.

    Args:
        data: What they are put to.
        judge: The rules of the verdict.
        most_rows: Rows above which all but the headline claims are estimated on a sample of sellers.

    Returns:
        One row per part of a claim, and one per first part (or headline effect, or extra factor) and definition of
        winning.
    """
    return tabulate(parts_of(data.extra), answer(data, most_rows), judge or Judge())


def tabulate(parts: Sequence[Part], found: Mapping[Key, Found], judge: Judge) -> ClaimTables:
    """Judge what was found and lay out the tables.

    Args:
        parts: All parts, in the order of the table.
        found: What was found by part and definition.
        judge: The rules of the verdict.
    """
    own = {part.claim_id: _own(part, found) for part in parts}
    claimed = [part for part in parts if _is_claimed(part)]
    p_values = {part.claim_id: _p_value(part, own[part.claim_id][1]) for part in claimed}
    findings, definitions = [], []
    for part in parts:
        judged = [
            _judge(part, (definition, each), p_values, judge)
            for definition, each in (own[part.claim_id], *_alternatives(part, found))
        ]
        definitions += [_definition_row(part, each) for each in judged[1:]]
        if part in claimed:
            findings.append(_finding_row(part, judged, judge))
    return ClaimTables(
        pl.DataFrame(findings, schema=CLAIM_FINDINGS.polars_schema),
        pl.DataFrame(definitions, schema=DEFINITIONS.polars_schema),
    )


def _is_claimed(part: Part) -> bool:
    """An extra factor that is said to favour nobody is looked at, but nothing is claimed of it."""
    return part.direction != 0 or part.claim_id == "G1"


def _own(part: Part, found: Mapping[Key, Found]) -> tuple[Definition, Found]:
    """What was found under the definition that answers the part."""
    ordered = (part.claim_id, Definition.ORDERED)
    definition = Definition.ORDERED if ordered in found else OWN[part.outcome]
    return definition, found[part.claim_id, definition]


def _alternatives(part: Part, found: Mapping[Key, Found]) -> list[tuple[Definition, Found]]:
    keys = [(part.claim_id, definition) for definition in ALTERNATIVES]
    if not part.is_compared or sum(key in found for key in keys) < len(keys):
        return []
    return [(definition, found[name, definition]) for name, definition in keys]


def _p_value(part: Part, found: Found) -> float:
    """The p value that enters the correction; NaN where nothing was tested."""
    is_tested = found.p_value is not None and not (part.kind is Kind.LEVELS and part.direction)
    return found.p_value if is_tested and found.p_value is not None else math.nan


def _judge(part: Part, seen: tuple[Definition, Found], p_values: Mapping[str, float], judge: Judge) -> _Judged:
    """The verdict under one definition.

    Its q value is the one that the part would have if only its own p value were that of this definition: so the same p
    value has the same verdict, whichever definition it comes from.
    """
    definition, found = seen
    swapped = {**p_values, part.claim_id: _p_value(part, found)}
    q_value = float(benjamini_hochberg(np.array(list(swapped.values())))[list(swapped).index(part.claim_id)])
    corrected = None if math.isnan(q_value) else q_value
    if part.kind is Kind.LEVELS and part.direction:
        found = replace(found, status=NO_ORDER)
    return _Judged(definition, found, corrected, judge.verdict(part, found, corrected))


def _finding_row(part: Part, judged: Sequence[_Judged], judge: Judge) -> dict[str, object]:
    """One row of ``marts.claim_findings``."""
    own = judged[0]
    found, verdict = own.found, own.verdict
    values = e_value_of(part, found) if verdict is not Verdict.NOT_TESTABLE else None
    why = reason(found) if verdict is Verdict.NOT_TESTABLE else NOTHING
    strength = robustness(part, found, values, judge.smallest) if verdict in _SPOKEN_FOR else NOTHING
    said = finding(part, found, verdict, own.q_value)
    note = _note(judged)
    return {
        "claim_id": part.claim_id,
        "claim": part.claim,
        **_texts("claim", claim_label(part)),
        "is_first_part": part.is_first,
        "factor": part.factor,
        **_texts("statement", part.statement),
        "estimand": part.estimand.en,
        "estimand_zh": part.estimand.zh,
        "outcome": part.outcome.value,
        "direction": part.direction,
        "definition": own.definition.value,
        **_numbers(part, own),
        **_texts("reason", why),
        **_texts("finding", said),
        "e_value": values.estimate if values else None,
        "e_value_ci": values.interval if values else None,
        **_texts("robustness", strength),
        "is_definition_sensitive": note is not None if len(judged) > 1 else None,
        **_texts("definition_note", note or NOTHING),
    }


def _definition_row(part: Part, each: _Judged) -> dict[str, object]:
    """One row of ``marts.definitions``."""
    sign = None
    if each.found.ci_low is not None and each.found.ci_high is not None:
        sign = int(each.found.ci_low > 0) - int(each.found.ci_high < 0)
    return {
        "claim_id": part.claim_id,
        "factor": part.factor,
        "definition": each.definition.value,
        **_texts("definition", LABELS[each.definition]),
        "outcome": part.outcome.value,
        **_numbers(part, each),
        "sign": sign,
    }


def _texts(name: str, label: Label) -> dict[str, str]:
    return {f"{name}_en": label.en, f"{name}_zh": label.zh}


def _numbers(part: Part, each: _Judged) -> dict[str, object]:
    """Counts, estimate, interval, test and verdict."""
    found = each.found
    return {
        "n": found.n,
        "n_clusters": found.n_clusters,
        "n_with": found.n_with,
        "n_without": found.n_without,
        "is_sampled": found.is_sampled,
        "unit": part.unit.value,
        "estimate": found.estimate,
        "estimate_pp": found.estimate if part.unit in {Unit.PP, Unit.SHARE_PP} else None,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "p_value": found.p_value,
        "q_value": each.q_value,
        "verdict": each.verdict.value,
        "status": found.status,
    }


def _note(judged: Sequence[_Judged]) -> Label | None:
    """Whether the finding depends on what counts as winning, and how; None where it does not.

    It does where two intervals lie on opposite sides of zero, or two verdicts differ. Definitions that cannot be
    tested are no disagreement.
    """
    by_definition = {each.definition: each for each in judged if each.verdict is not Verdict.NOT_TESTABLE}
    tested = list(by_definition.values())
    if len({each.verdict for each in tested}) < 2 and not _has_turned(tested):  # noqa: PLR2004 - two disagree
        return None
    return sensitivity([(each.definition, each.found, each.verdict) for each in tested], _has_turned(tested))


def _has_turned(judged: Sequence[_Judged]) -> bool:
    """Whether two intervals lie on opposite sides of zero."""
    above = any(each.found.ci_low is not None and each.found.ci_low > 0 for each in judged)
    below = any(each.found.ci_high is not None and each.found.ci_high < 0 for each in judged)
    return above and below
