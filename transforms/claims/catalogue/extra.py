"""Claims about the extra factors of a profile."""

from collections.abc import Sequence
from dataclasses import dataclass

from transforms.claims.catalogue.wording import effect
from transforms.claims.model import Kind, Outcome, Part
from transforms.claims.models import EXTRA_MODEL, extra_name
from transforms.registry.model import Label
from transforms.statistics.specs import FactorKind, FactorSpec

_SIDES = {"buyer": (Outcome.BUYER_WINS, "买家"), "seller": (Outcome.SELLER_WINS, "卖家")}


@dataclass(frozen=True)
class ExtraFactor:
    """An extra factor, and the side that a higher value is said to favour, if any."""

    spec: FactorSpec
    favours: str | None = None


def extra_parts(extra: Sequence[ExtraFactor]) -> tuple[Part, ...]:
    """The parts of extra factors.

    One that is said to favour nobody is asked about without a direction, and is no claim. Names without an order can be
    tested for any difference only; a claim that a higher one favours somebody cannot be tested.

    Args:
        extra: The extra factors.
    """
    return tuple(_part(each) for each in extra)


def _part(each: ExtraFactor) -> Part:
    name = each.spec.name
    outcome, side = _SIDES[each.favours or "buyer"]
    if each.spec.kind == FactorKind.CATEGORICAL:
        return Part(
            extra_name(name), name,
            Label(f"Who wins differs between values of {name}", f"{name} 取值不同，胜诉方不同"),
            Label(
                f"Any difference between values of {name}: joint test of their coefficients",
                f"{name} 各取值之间是否有差异：系数的联合检验",
            ),
            int(each.favours is not None), outcome, Kind.LEVELS, EXTRA_MODEL, (extra_name(name),),
        )  # fmt: skip
    claimed = (
        Label(f"A higher {name} favours the {each.favours}", f"{name} 越高越有利于{side}")
        if each.favours
        else Label(f"Who wins goes with {name}", f"胜诉方与 {name} 有关")
    )
    change = Label(f"+1 SD {name}", f"{name} 增加 1 个标准差")
    direction = 1 if each.favours else 0
    return Part(
        extra_name(name), name, claimed, effect(change, outcome), direction, outcome, Kind.SLOPE, EXTRA_MODEL,
        (extra_name(name),),
    )  # fmt: skip
