"""The facts of a dispute that the questions ask about, declared once: schema, dictionary and labels come from here."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from transforms.registry.enumerations import EVIDENCE_KIND, PARTY, RULE
from transforms.registry.model import Column, Kind, Label

BUYER, SELLER = PARTY.values


class Theme(StrEnum):
    """The module of ``transforms.facts`` that finds a fact out."""

    EVIDENCE = "evidence"
    RULES = "rules"
    TONE = "tone"
    REPUTATION = "reputation"
    DURATIONS = "durations"


@dataclass(frozen=True)
class Fact:
    """One column of ``core.dispute_facts``; null where it is not recorded.

    Attributes:
        name: Name of the column.
        kind: Its type.
        label: What it says, in both languages.
        theme: Where it belongs.
        party: The side that it is about; None where it is about the dispute.
        maximum: Largest value of a number.
    """

    name: str
    kind: Kind
    label: Label
    theme: Theme
    party: str | None = None
    maximum: float | None = None

    @property
    def column(self) -> Column:
        """Its declaration as a column."""
        minimum = 0 if self.kind in {Kind.INTEGER, Kind.FLOAT} else None
        return Column(self.name, self.kind, self.label, minimum=minimum, maximum=self.maximum)


@dataclass(frozen=True)
class MediaQuality:
    """A quality that tells items of some kinds apart.

    Attributes:
        name: End of the fact's name.
        kinds: Kinds of evidence that can have it.
        quality: The column of ``evidence`` that says so.
        label: What the item is, in both languages.
    """

    name: str
    kinds: tuple[str, ...]
    quality: str
    label: Label


QUALITIES: Final = (
    MediaQuality("clear_media", ("photo", "video"), "clear", Label("a sharp photo or video", "清晰的照片或视频")),
    MediaQuality(
        "full_process_video", ("video",), "full_process", Label("a video of the whole operation", "完整操作过程视频")
    ),
    MediaQuality(
        "accredited_report", ("inspection_report",), "accredited",
        Label("a report of an accredited body", "有资质机构的检测报告"),
    ),
)  # fmt: skip

#: How many steps of the procedure are the buyer's.
BUYER_STEPS: Final = 3


def has_kind(party: str, kind: str) -> str:
    """Name of the fact that a side showed evidence of a kind, or of a quality of ``QUALITIES``."""
    return f"{party}_has_{kind}"


def alleged(party: str, rule: str) -> str:
    """Name of the fact that a side is said to have broken a rule."""
    return f"{party}_alleged_{rule}"


def proven(party: str, rule: str) -> str:
    """Name of the fact that a breach of a side is proven."""
    return f"{party}_proven_{rule}"


def _evidence() -> Iterator[Fact]:
    for party, side in PARTY.labels.items():
        for kind, label in EVIDENCE_KIND.labels.items():
            text = Label(f"The {side.en} showed evidence of the kind {label.en}", f"{side.zh}提供了{label.zh}")
            yield Fact(has_kind(party, kind), Kind.BOOLEAN, text, Theme.EVIDENCE, party)
        for quality in QUALITIES:
            text = Label(f"The {side.en} showed {quality.label.en}", f"{side.zh}提供了{quality.label.zh}")
            yield Fact(has_kind(party, quality.name), Kind.BOOLEAN, text, Theme.EVIDENCE, party)


def _rules() -> Iterator[Fact]:
    for party, side in PARTY.labels.items():
        for rule, label in RULE.labels.items():
            text = Label(f"The {side.en} is accused of {label.en}", f"{side.zh}被指{label.zh}")
            yield Fact(alleged(party, rule), Kind.BOOLEAN, text, Theme.RULES, party)
        for rule, label in RULE.labels.items():
            text = Label(f"A breach of the {side.en} is proven: {label.en}", f"{side.zh}{label.zh}查证属实")
            yield Fact(proven(party, rule), Kind.BOOLEAN, text, Theme.RULES, party)
    text = Label("Steps of the procedure that the buyer kept, of three", "买家遵守的程序步骤数（共三步）")
    yield Fact("buyer_procedure_kept", Kind.INTEGER, text, Theme.RULES, BUYER, BUYER_STEPS)


def _tone() -> Iterator[Fact]:
    for party, side in PARTY.labels.items():
        text = Label(
            f"The {side.en} stalled in words or let the other side wait long", f"{side.zh}言语拖延或长时间不回复"
        )
        yield Fact(f"{party}_stalls", Kind.BOOLEAN, text, Theme.TONE, party)


def _reputation() -> Iterator[Fact]:
    claims = Label("Claims of the buyer in the 90 days before the opening", "开启前90天内买家的维权次数")
    often = Label("The buyer claimed often in the 90 days before the opening", "买家在开启前90天内频繁维权")
    penalties = Label(
        "Penalties of the seller in the 365 days before the opening, those for counterfeits included",
        "开启前365天内卖家被处罚次数（含售假）",
    )
    penalised = Label("The seller was penalised in the 365 days before the opening", "卖家在开启前365天内被处罚过")
    yield Fact("buyer_claims_90d", Kind.INTEGER, claims, Theme.REPUTATION, BUYER)
    yield Fact("buyer_is_frequent_claimant", Kind.BOOLEAN, often, Theme.REPUTATION, BUYER)
    yield Fact("seller_penalties_365d", Kind.INTEGER, penalties, Theme.REPUTATION, SELLER)
    yield Fact("seller_is_penalised", Kind.BOOLEAN, penalised, Theme.REPUTATION, SELLER)


def _durations() -> Iterator[Fact]:
    hours = Label(
        "Hours from the opening to the ruling; without a ruling, until the dispute closed or was exported",
        "从开启到判定的小时数；未判定的至关闭或导出为止",
    )
    by_ruling = Label("The hours end with a ruling; if not, they are censored", "时长以判定结束；否则为删失")
    yield Fact("hours_to_close", Kind.FLOAT, hours, Theme.DURATIONS)
    yield Fact("is_closed_by_ruling", Kind.BOOLEAN, by_ruling, Theme.DURATIONS)


FACTS: Final[tuple[Fact, ...]] = (*_evidence(), *_rules(), *_tone(), *_reputation(), *_durations())


def facts_of(theme: Theme) -> tuple[str, ...]:
    """Names of the facts of a theme, in the order of the table."""
    return tuple(fact.name for fact in FACTS if fact.theme is theme)
