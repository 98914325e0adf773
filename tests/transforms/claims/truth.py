"""What the parts of the claims should find in a simulated world: facts toggled and numbers moved in its formula."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from tests.transforms.claims.samples import STEP, Drawn, Floats

Mask = npt.NDArray[np.bool_]
#: Effects on the latent outcome for every kind of estimand: log odds per standard deviation, or of a yes.
PLANTED: Mapping[str, float] = {
    "evidence_advantage": 0.6,
    "rules_advantage": 0.4,
    "tone_advantage": 0.3,
    "reputation_advantage": 0.3,
    "buyer_tone*buyer_evidence": -0.4,
    "seller_reputation*seller_evidence": -0.3,
    "buyer_evidence*buyer_is_frequent_claimant": -0.6,
    "buyer_has_clear_media": 0.5,
    "buyer_has_chat_record": 0.4,
    "buyer_has_accredited_report": 0.8,
    "seller_has_pre_shipment_record": -0.6,
    "seller_has_negotiation_record": -0.5,
    "seller_proven_off_platform_deal": 0.8,
    "buyer_proven_malicious_return": -0.8,
    "paid_on_platform": 0.4,
    "applied_in_window": 0.4,
    "negotiated_first": 0.4,
    "shipped_on_time": -0.5,
    "seller_stalls": 0.5,
    "buyer_stalls": -0.5,
    "buyer_is_frequent_claimant": -0.5,
    "seller_is_penalised": 0.5,
}
_ADVANTAGES = ("evidence_advantage", "rules_advantage", "tone_advantage", "reputation_advantage")
_PICTURED = ("not_as_described", "functional_fault", "damaged_in_transit")
_PROMISED = ("not_as_described", "functional_fault", "counterfeit")


def truths(drawn: Drawn) -> dict[str, float]:
    """The true answer to each part that asks for an effect, in percentage points.

    Args:
        drawn: A world; its own disputes are what effects are averaged over.
    """
    return {claim_id: answer(drawn) for claim_id, answer in _ANSWERS.items()}


def _is(name: str, *values: str) -> Callable[[Drawn], Mask]:
    return lambda drawn: np.isin(drawn.columns[name], values)


def _flag(name: str) -> Callable[[Drawn], Mask]:
    return lambda drawn: drawn.columns[name].astype(np.bool_)


def _lowest(name: str, share: float) -> Callable[[Drawn], Mask]:
    return lambda drawn: np.asarray(drawn.columns[name] <= np.quantile(drawn.columns[name], share))


def _highest(name: str, share: float) -> Callable[[Drawn], Mask]:
    return lambda drawn: np.asarray(drawn.columns[name] > np.quantile(drawn.columns[name], 1 - share))


def _change(flag: str, side: str = "buyer", among: Callable[[Drawn], Mask] | None = None) -> Callable[[Drawn], float]:
    return lambda drawn: drawn.change(flag, side, among(drawn) if among else None)


def _slope(number: str, side: str = "buyer", among: Callable[[Drawn], Mask] | None = None) -> Callable[[Drawn], float]:
    return lambda drawn: drawn.slope(number, side, among(drawn) if among else None)


def _filmed(drawn: Drawn) -> Mask:
    """Functional faults with a video of the whole operation, or with photos only."""
    photos = drawn.columns["buyer_has_photo"] & ~drawn.columns["buyer_has_video"]
    is_compared = drawn.columns["buyer_has_full_process_video"] | photos
    return np.asarray((drawn.columns["claim"] == "functional_fault") & is_compared)


def _reports(drawn: Drawn) -> float:
    """How much more an accredited report changes in 3C and luxury than elsewhere."""
    is_inspected = _is("category", "digital_3c", "luxury")(drawn)
    effect = [drawn.change("buyer_has_accredited_report", among=rows) for rows in (is_inspected, ~is_inspected)]
    return effect[0] - effect[1]


def _frequent(drawn: Drawn) -> float:
    """Slope of evidence for frequent claimants less that for others, over the same disputes."""
    slopes = [_slope_of_evidence(drawn, is_frequent=flag) for flag in (True, False)]
    return slopes[0] - slopes[1]


def _slope_of_evidence(drawn: Drawn, *, is_frequent: bool) -> float:
    flags = {"buyer_is_frequent_claimant": is_frequent}
    high, low = (drawn.chances(flags=flags, moved={"buyer_evidence": step}) for step in (STEP, -STEP))
    return 100 * float((high - low).mean()) / (2 * STEP)


def _product(first: str, second: str, side: str) -> Callable[[Drawn], float]:
    """Mixed second derivative per standard deviation of each."""

    def answer(drawn: Drawn) -> float:
        corners = {
            (one, two): drawn.chances(side, moved={first: one * STEP, second: two * STEP})
            for one in (1, -1)
            for two in (1, -1)
        }
        total: Floats = corners[1, 1] - corners[1, -1] - corners[-1, 1] + corners[-1, -1]
        return 100 * float(total.mean()) / (2 * STEP) ** 2

    return answer


def _balance(drawn: Drawn) -> float:
    """P(buyer_wins) − P(seller_wins) where nobody has an advantage, whoever the sellers are.

    A share hangs on the sellers that were drawn as much as its estimate does. Intervals are about sellers drawn anew,
    so the truth is the mean over all that could have been, by Gauss and Hermite's quadrature.
    """
    points, weights = np.polynomial.hermite_e.hermegauss(15)
    worlds = (drawn.with_sellers(drawn.world.seller_sd * point) for point in points)
    return float(np.average([_balance_of(world) for world in worlds], weights=weights))


def _balance_of(drawn: Drawn) -> float:
    level = {name: -drawn.columns[name].mean() / drawn.columns[name].std(ddof=1) for name in _ADVANTAGES}
    moved = {name: by - drawn.scaled(name) for name, by in level.items()}
    return 100 * float((drawn.chances("buyer", moved=moved) - drawn.chances("seller", moved=moved)).mean())


def lenience(drawn: Drawn) -> float:
    """Slope of the refund by the seller's tone among disputes ruled against the seller."""
    high, low = (drawn.refunds({"seller_tone": step}) for step in (STEP, -STEP))
    return 100 * float((high - low).mean()) / (2 * STEP)


_ANSWERS: Mapping[str, Callable[[Drawn], float]] = {
    "E1": _slope("evidence_advantage"),
    "E2": _change("buyer_has_clear_media", among=_is("claim", *_PICTURED)),
    "E3": _change("buyer_has_full_process_video", among=_filmed),
    "E4": _change("buyer_has_chat_record", among=_is("claim", *_PROMISED)),
    "E5a": _change("buyer_has_accredited_report", among=_is("category", "digital_3c", "luxury")),
    "E5b": _reports,
    "E7": _change("seller_has_pre_shipment_record", "seller"),
    "E8": _change("seller_has_negotiation_record", "seller"),
    "R2": _change("seller_proven_off_platform_deal"),
    "R3": _change("buyer_proven_malicious_return", "seller"),
    "R4": _change("seller_has_pre_shipment_record", "seller", _flag("buyer_alleged_deliberate_damage")),
    "R5": _slope("rules_advantage"),
    "R6b": _change("paid_on_platform"),
    "R6c": _change("applied_in_window"),
    "R6d": _change("negotiated_first"),
    "R6e": _change("shipped_on_time", "seller"),
    "T1": _slope("buyer_tone"),
    "T2": lenience,
    "T4a": _product("buyer_tone", "buyer_evidence", "buyer"),
    "T4b": _slope("buyer_tone", among=_lowest("buyer_evidence", 1 / 3)),
    "T5a": _change("buyer_stalls", "seller"),
    "T5b": _change("seller_stalls"),
    "P1a": _frequent,
    "P1b": _change("buyer_is_frequent_claimant"),
    "P2a": _slope("buyer_reputation"),
    "P3": _change("seller_is_penalised"),
    "P4a": _product("seller_reputation", "seller_evidence", "seller"),
    "P4b": _slope("seller_reputation", "seller", _highest("seller_evidence", 1 / 2)),
    "G1": _balance,
}
