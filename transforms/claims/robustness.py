"""How strong an unmeasured confounder would have to be to explain a finding away."""

import math
from dataclasses import dataclass

from transforms.claims.found import PERCENT, Found
from transforms.claims.model import Kind, Outcome, Part, Unit
from transforms.registry.model import Label

#: Means are kept so far from 0, so that a ratio of them is finite.
SMALLEST_MEAN = 1e-6


@dataclass(frozen=True)
class EValue:
    """E-values of the estimate and of the end of its interval that is nearer to no effect."""

    estimate: float
    interval: float


def e_value(ratio: float) -> float:
    """Strength of confounding that could explain a risk ratio away.

    Source: VanderWeele and Ding (2017): RR + √(RR (RR − 1)), of 1/RR where RR < 1. A ratio of means of what is not
    negative (refunded shares, hours) counts as a risk ratio (Ding and VanderWeele 2016).

    Args:
        ratio: Positive.

    Returns:
        The smallest risk ratio by which a confounder must go with both; 1 where there is nothing to explain.
    """
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))


def e_value_of(part: Part, found: Found) -> EValue | None:
    """E-values of an effect on a mean.

    The risk ratio is that of the mean with the average effect added to the mean without it (for a number: to the mean
    as it is, so that the ratio is that of one standard deviation more).

    Args:
        part: The part.
        found: Its estimate.

    Returns:
        None where the part is no effect on a mean (interactions, shares, the balance of the sides).
    """
    if found.estimate is None or found.ci_low is None or found.ci_high is None:
        return None
    if part.kind is Kind.INTERACTION or part.kind is Kind.CONTRAST:
        return None
    nearest = 0.0 if found.ci_low <= 0 <= found.ci_high else min((found.ci_low, found.ci_high), key=abs)
    if part.unit is Unit.PERCENT:
        return EValue(*(e_value(max(1 + change / PERCENT, SMALLEST_MEAN)) for change in (found.estimate, nearest)))
    if part.unit is not Unit.PP or found.reference is None:
        return None
    without = min(max(found.reference, SMALLEST_MEAN), 1 - SMALLEST_MEAN)
    means = [min(max(without + change / PERCENT, SMALLEST_MEAN), 1.0) for change in (found.estimate, nearest)]
    return EValue(*(e_value(mean / without) for mean in means))


def robustness(part: Part, found: Found, values: EValue | None, smallest: float) -> Label:
    """What a confounder would have to be, in words.

    Args:
        part: The part.
        found: Its estimate, with an interval.
        values: Its E-values, if it has any.
        smallest: Smallest effect of interest.
    """
    low, high = found.ci_low or 0.0, found.ci_high or 0.0
    if values is not None:
        return Label(
            f"To explain this away, something not measured would have to go with both {_what(part).en} and the outcome "
            f"by a risk ratio of {values.estimate:.2f} each (E-value; {values.interval:.2f} for the end of the "
            "interval), beyond what is adjusted for.",
            f"若要完全解释此结果，未测量的因素须与{_what(part).zh}和结果各有至少 {values.estimate:.2f} 的风险比"
            f"（E 值；区间端点为 {values.interval:.2f}），且超出已调整的因素。",
        )
    if part.claim_id == "G1":
        room = smallest - max(abs(low), abs(high))
        return Label(
            f"Something not measured would have to shift the balance by {abs(room):.1f} pp to change the verdict.",
            f"未测量的因素须使差值移动 {abs(room):.1f} 个百分点，结论才会改变。",
        )
    nearest = min(abs(low), abs(high))
    unit = UNIT_LABELS[part.unit]
    return Label(
        f"Something not measured would have to account for at least {nearest:.1f} {unit.en} of it, the end of the "
        "interval that is nearer to nothing.",
        f"未测量的因素须至少解释其中的 {nearest:.1f} {unit.zh}（区间中更接近零的一端）。",
    )


def _what(part: Part) -> Label:
    if part.outcome is Outcome.HOURS:
        return Label("the buyer's reputation", "买家信誉")
    return Label("what is claimed", "所述因素")


UNIT_LABELS = {
    Unit.PP: Label("pp", "个百分点"),
    Unit.PERCENT: Label("%", "%"),
    Unit.SHARE_PP: Label("pp of importance", "个百分点（重要性份额）"),
    Unit.AUC_POINTS: Label("hundredths of the AUC", "个百分之一（AUC）"),
}
