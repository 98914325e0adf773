"""Worth of kept and broken rules, in thousandths."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from transforms.factors.points import MILLE
from transforms.factors.weights.evidence import STRONGEST, WEAKEST
from transforms.factors.weights.settings import Section, WeightsError, within
from transforms.registry.enumerations import PARTY, RULE, SEVERITY

UNKNOWN: Final = "unknown"
# Which side each flag of the procedure belongs to.
PROCEDURES: Final = {
    "buyer": ("paid_on_platform", "applied_in_window", "negotiated_first"),
    "seller": ("shipped_on_time",),
}
# In the order of the flag: not proven, proven, not recorded.
STATUSES: Final = ("alleged", "substantiated", "unverified")


@dataclass(frozen=True)
class Procedure:
    """What a step of the procedure gives when it was kept and takes when it was not, in thousandths."""

    kept: int
    broken: int


@dataclass(frozen=True)
class RulesWeights:
    """Worth of kept and broken rules.

    Attributes:
        base: Score of a side without a breach of whose procedure nothing is known.
        procedure: Side to flag to what it gives and takes.
        severity: Severity (or ``unknown``) to strength of a breach.
        status: Whether a breach was proven, to multiplier.
        gravity: Rule to multiplier.
    """

    base: int
    procedure: Mapping[str, Mapping[str, Procedure]]
    severity: Mapping[str, int]
    status: Mapping[str, int]
    gravity: Mapping[str, int]


def read_rules(section: Section) -> RulesWeights:
    """Read the ``[rules]`` table.

    Raises:
        WeightsError: A key is missing or unknown, or a value is out of its range.
    """
    section.only(("base", "procedure", "severity", "status", "gravity"))
    base = section.thousandths("base")
    procedure = section.table("procedure")
    procedure.only(PARTY.values)
    severity = section.table("severity").shares((*SEVERITY.values, UNKNOWN), WEAKEST, STRONGEST)
    status = section.table("status").shares(STATUSES, WEAKEST)
    _ascending(severity, (*SEVERITY.values,), "rules.severity")
    _ascending(severity, (SEVERITY.values[0], UNKNOWN, SEVERITY.values[-1]), "rules.severity")
    _ascending(status, ("alleged", "unverified", "substantiated"), "rules.status")
    return RulesWeights(
        base=base,
        procedure={party: _procedure(procedure.table(party), party, base) for party in PARTY.values},
        severity=severity,
        status=status,
        gravity=section.table("gravity").shares(RULE.values, WEAKEST),
    )


def _procedure(section: Section, party: str, base: int) -> dict[str, Procedure]:
    section.only(PROCEDURES[party])
    steps: dict[str, Procedure] = {}
    for name in PROCEDURES[party]:
        table = section.table(name)
        table.only(("kept", "broken"))
        steps[name] = Procedure(table.thousandths("kept"), table.thousandths("broken"))
    within(section.path, [step.kept for step in steps.values()], MILLE - base, "gains")
    within(section.path, [step.broken for step in steps.values()], base, "losses")
    return steps


def _ascending(shares: Mapping[str, int], names: tuple[str, ...], path: str) -> None:
    for lower, upper in pairwise(names):
        if shares[lower] > shares[upper]:
            raise WeightsError(f"weights: {path}.{lower}: expected at most {path}.{upper}, got more")
