"""How often a claim is supported where nothing is there, and how often its interval holds what was planted.

Each replicate is a small world of ruled disputes with sellers of very unequal size whose outcomes are alike. In the
null world nothing that a claim is about has an effect; in the planted one some facts have.
"""

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.transforms.claims.samples import World, draw_disputes, simulate
from transforms.claims.answers import Data, answer, parts_of
from transforms.claims.catalogue import PARTS
from transforms.claims.estimating import own_definition
from transforms.claims.findings import tabulate
from transforms.claims.found import Found
from transforms.claims.models import MODELS
from transforms.claims.verdicts import Judge, Verdict

#: A seller's own effect has this standard deviation on the latent scale, about a fifth of the noise in variance.
SELLER_SD = 0.9
LEVEL = 0.05
#: Part, what is planted for it, on which side's chance to win.
PLANTED = {
    "E7": ("seller_has_pre_shipment_record", -0.6, "seller"),
    "E8": ("seller_has_negotiation_record", 0.0, "seller"),
    "R2": ("seller_proven_off_platform_deal", 0.8, "buyer"),
    "R6b": ("paid_on_platform", 0.0, "buyer"),
    "R6e": ("shipped_on_time", -0.5, "seller"),
    "T5b": ("seller_stalls", 0.6, "buyer"),
    "P1b": ("buyer_is_frequent_claimant", -0.6, "buyer"),
    "P3": ("seller_is_penalised", 0.5, "buyer"),
}
_MODEL_OF = {model.name: model for model in MODELS}
_SPOKEN_FOR = (Verdict.SUPPORTED.value, Verdict.CONTRADICTED.value)


@dataclass(frozen=True)
class Size:
    """The size of the worlds."""

    replicates: int
    disputes: int
    sellers: int


def null_worlds(size: Size) -> tuple[Counter[str], Counter[str], Counter[str], Counter[str]]:
    """Count tests, rejections at 5 %, and claims that come out supported or contradicted, by part.

    Returns:
        Tests, rejections, claims before and claims after the correction for many tests. The balance of the sides is
        true here, so that only its contradiction counts.
    """
    tested, rejected, before, after = (Counter[str]() for _ in range(4))
    for seed in range(size.replicates):
        drawn = simulate(World(size.disputes, size.sellers, seed, seller_sd=SELLER_SD))
        found = answer(Data(drawn.frame.lazy(), draw_disputes(drawn.frame, seed=seed).lazy()))
        rows = tabulate(parts_of(()), found, Judge()).findings.iter_rows(named=True)
        for row, part in zip(rows, PARTS, strict=True):
            if row["p_value"] is None:
                continue
            each = Found(estimate=row["estimate"], ci_low=row["ci_low"], ci_high=row["ci_high"])
            uncorrected = Judge().verdict(part, each, row["p_value"])
            wrong = _SPOKEN_FOR[1:] if part.claim_id == "G1" else _SPOKEN_FOR
            tested[part.claim_id] += 1
            rejected[part.claim_id] += row["p_value"] < LEVEL
            before[part.claim_id] += uncorrected.value in wrong
            after[part.claim_id] += row["verdict"] in wrong
    return tested, rejected, before, after


def planted_worlds(size: Size) -> Iterator[tuple[str, bool]]:
    """Whether the interval of each part holds the planted effect, replicate by replicate."""
    planted = {name: effect for name, effect, _ in PLANTED.values()} | {"evidence_advantage": 0.8}
    parts = {part.claim_id: part for part in PARTS if part.claim_id in PLANTED}
    models = {part.model for part in parts.values()}
    for seed in range(size.replicates):
        world = World(size.disputes, size.sellers, 10_000 + seed, planted, seller_sd=SELLER_SD)
        drawn = simulate(world)
        found = answer(Data(drawn.frame.lazy(), drawn.frame.head(0).lazy()), only=models)
        for claim_id, (name, _, side) in PLANTED.items():
            each = found[claim_id, own_definition(parts[claim_id], _MODEL_OF[parts[claim_id].model])]
            if each.ci_low is not None and each.ci_high is not None:
                yield claim_id, each.ci_low <= drawn.change(name, side) <= each.ci_high


def report(size: Size) -> str:
    """Run both studies and lay out the figures as Markdown."""
    started = time.monotonic()
    tested, rejected, before, after = null_worlds(size)
    covered: Counter[tuple[str, bool]] = Counter(planted_worlds(size))
    held = {claim_id: covered[claim_id, True] for claim_id in PLANTED}
    counted = {claim_id: held[claim_id] + covered[claim_id, False] for claim_id in PLANTED}
    worst = max(tested, key=lambda claim_id: rejected[claim_id] / tested[claim_id])
    lines = [
        f"{size.replicates} worlds of {size.disputes:,} disputes and {size.sellers} sellers, "
        f"{time.monotonic() - started:.0f} s.",
        "",
        "Nothing planted, outcomes of a seller alike:",
        "",
        f"- tests that reject at 5 %: {_share(rejected.total(), tested.total())} of {tested.total():,}; "
        f"the most for one part: {_share(rejected[worst], tested[worst])} ({worst})",
        f"- supported or contradicted before the correction: {_share(before.total(), tested.total())}",
        f"- after it: {_share(after.total(), tested.total())}",
        "",
        "Planted effects held by their 95 % intervals:",
        "",
        "| part | intervals | held |",
        "|---|---:|---:|",
        *(
            f"| {claim_id} | {counted[claim_id]} | {_share(held[claim_id], counted[claim_id])} |"
            for claim_id in PLANTED
        ),
        f"| all | {sum(counted.values())} | {_share(sum(held.values()), sum(counted.values()))} |",
    ]
    return "\n".join(lines)


def _share(count: int, total: int) -> str:
    return f"{100 * count / total:.1f} %" if total else "none"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=200)
    parser.add_argument("--disputes", type=int, default=1_500)
    parser.add_argument("--sellers", type=int, default=150)
    given = parser.parse_args(arguments)
    print(report(Size(given.replicates, given.disputes, given.sellers)))


if __name__ == "__main__":
    main()
