"""The catalogue of claims, one module per factor; the ids are a promise."""

from typing import Final

from transforms.claims.catalogue import evidence, overall, reputation, rules, tone
from transforms.claims.catalogue.extra import ExtraFactor, extra_parts
from transforms.claims.model import Part
from transforms.registry.model import Label

__all__ = ["CLAIMS", "PARTS", "ExtraFactor", "claim_label", "extra_parts"]

#: All parts of all claims, in the order of the table.
PARTS: Final[tuple[Part, ...]] = (
    *evidence.PARTS,
    *rules.PARTS,
    *tone.PARTS,
    *reputation.PARTS,
    *overall.PARTS,
)
#: Claims of several parts in one sentence; a claim of one part says the same as its part.
CLAIMS: Final = {
    "E5": Label(
        "An accredited inspection report helps, most of all in 3C and luxury",
        "有资质的检测报告有帮助，在3C数码和奢侈品中尤其如此",
    ),
    "R6": Label("Following the procedure helps", "遵守程序有帮助"),
    "T4": Label(
        "Demanding without evidence and rudely to customer service costs the buyer",
        "没有证据却对客服粗暴提要求，对买家不利",
    ),
    "T5": Label("Stalling or refusing to cooperate costs the side that does it", "拖延或拒不配合对这样做的一方不利"),
    "P1": Label("Frequent claimants' evidence is trusted less", "频繁维权者的证据更不被信任"),
    "P2": Label("Buyers of high credit are favoured, and sooner", "信誉高的买家更占优势，而且更快得到判定"),
    "P4": Label(
        "Established honest sellers are favoured where their evidence is sufficient",
        "证据充分时，信誉良好的老卖家更占优势",
    ),
    "G2": Label("All four factors matter together", "四个因素都起作用"),
}  # fmt: skip


def claim_label(part: Part) -> Label:
    """What is claimed by the claim that a part belongs to."""
    return CLAIMS.get(part.claim, part.statement)
