"""The weights of the factor scores: frozen parameters, read from the parsed weights file.

All shares are whole thousandths (``MILLE``), so that products and sums of them are exact.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from transforms.factors.weights.evidence import DEFAULT, QUALITIES, REBUTTALS, EvidenceWeights, Rebuttal, read_evidence
from transforms.factors.weights.facts import FactWeights, read_facts
from transforms.factors.weights.reputation import (
    CreditWeights,
    RatePrior,
    RateWeights,
    ReputationWeights,
    SaturatingWeights,
    StandingWeights,
    read_reputation,
)
from transforms.factors.weights.rules import PROCEDURES, STATUSES, UNKNOWN, Procedure, RulesWeights, read_rules
from transforms.factors.weights.settings import Section, WeightsError
from transforms.registry.enumerations import FACTOR

__all__ = [
    "DEFAULT",
    "PROCEDURES",
    "QUALITIES",
    "REBUTTALS",
    "STATUSES",
    "UNKNOWN",
    "CreditWeights",
    "EvidenceWeights",
    "FactWeights",
    "Procedure",
    "RatePrior",
    "RateWeights",
    "Rebuttal",
    "ReputationWeights",
    "RulesWeights",
    "SaturatingWeights",
    "StandingWeights",
    "Weights",
    "WeightsError",
]


@dataclass(frozen=True)
class Weights:
    """All weights of the scores.

    Attributes:
        version: Version that the file names.
        content_hash: SHA-256 of the content, 64 hexadecimal digits; the layout of the file does not matter.
        overall: Factor to its part of ``overall_advantage`` in thousandths; they add up to 1000.
        evidence: Strength of evidence.
        rules: Worth of rules.
        reputation: Worth of reputation.
        facts: Thresholds of facts.
        tone: The ``[tone]`` table as it was parsed; its own module reads it.
    """

    version: str
    content_hash: str
    overall: Mapping[str, int]
    evidence: EvidenceWeights
    rules: RulesWeights
    reputation: ReputationWeights
    facts: FactWeights
    tone: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Version and the start of the hash, for ``meta.runs``."""
        return f"{self.version}+{self.content_hash[:12]}"

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> "Weights":
        """Check the parsed weights file and freeze it.

        Args:
            mapping: The parsed file.

        Raises:
            WeightsError: A key is missing or unknown, or a value is out of its range.
        """
        root = Section("", mapping)
        root.only(("version", "overall", "evidence", "rules", "reputation", "facts", "tone"))
        canonical = json.dumps(mapping, sort_keys=True, ensure_ascii=False, default=str)
        return cls(
            version=root.text("version"),
            content_hash=hashlib.sha256(canonical.encode()).hexdigest(),
            overall=root.table("overall").whole(FACTOR.values),
            evidence=read_evidence(root.table("evidence")),
            rules=read_rules(root.table("rules")),
            reputation=read_reputation(root.table("reputation")),
            facts=read_facts(root.table("facts")),
            tone=root.table("tone").values if "tone" in mapping else {},
        )
