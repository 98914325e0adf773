"""What is said of a claim: the rules of the verdict."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from transforms.claims.found import Found
from transforms.claims.model import Kind, Part
from transforms.registry.model import Label

#: A claim must be significant at this false discovery rate.
SIGNIFICANCE: Final = 0.05
#: Smallest effect of interest in the unit of the estimate: 2 percentage points, 2 % of the hours, 2 points of AUC.
SMALLEST_EFFECT: Final = 2.0


class Verdict(StrEnum):
    """What these rulings say of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NEGLIGIBLE = "negligible"
    INCONCLUSIVE = "inconclusive"
    NOT_TESTABLE = "not_testable"


VERDICT_LABELS: Final = {
    Verdict.SUPPORTED: Label("supported", "支持"),
    Verdict.CONTRADICTED: Label("contradicted", "与说法相反"),
    Verdict.NEGLIGIBLE: Label("negligible", "可忽略"),
    Verdict.INCONCLUSIVE: Label("inconclusive", "无定论"),
    Verdict.NOT_TESTABLE: Label("not testable", "无法检验"),
}


@dataclass(frozen=True)
class Judge:
    """The rules with their numbers.

    Attributes:
        smallest: Smallest effect of interest, in the unit of the estimate.
        significance: Largest false discovery rate of a discovery.
    """

    smallest: float = SMALLEST_EFFECT
    significance: float = SIGNIFICANCE

    def verdict(self, part: Part, found: Found, q_value: float | None) -> Verdict:
        """Judge one part.

        Args:
            part: What is claimed.
            found: What was estimated.
            q_value: p value after correction for all tested parts; None without a test.
        """
        if q_value is None or (part.kind is Kind.LEVELS and part.direction):
            return Verdict.NOT_TESTABLE
        is_found = q_value < self.significance
        if found.ci_low is None or found.ci_high is None:
            # A test without an interval: it can only find something or nothing.
            return Verdict.SUPPORTED if is_found and part.kind is Kind.LEVELS else Verdict.INCONCLUSIVE
        is_small = -self.smallest <= found.ci_low and found.ci_high <= self.smallest
        if part.claim_id == "G1":
            return self._of_equivalence(found.ci_low, found.ci_high, is_small, is_found)
        if is_small:
            return Verdict.NEGLIGIBLE
        return self._of_direction(part.direction, found.ci_low, found.ci_high, is_found)

    @staticmethod
    def _of_direction(direction: int, low: float, high: float, is_found: bool) -> Verdict:
        """A claim of a direction; without one, either supports that there is an effect."""
        side = int(low > 0) - int(high < 0)
        if not is_found or side == 0:
            return Verdict.INCONCLUSIVE
        return Verdict.SUPPORTED if direction in {0, side} else Verdict.CONTRADICTED

    @staticmethod
    def _of_equivalence(low: float, high: float, is_small: bool, is_found: bool) -> Verdict:
        """A claim of no difference: supported where the interval is small enough (Schuirmann 1987)."""
        if is_small:
            return Verdict.SUPPORTED
        return Verdict.CONTRADICTED if is_found and (low > 0 or high < 0) else Verdict.INCONCLUSIVE
