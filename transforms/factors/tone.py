"""Tone: how a side spoke, from the acts found in its own messages before the ruling."""

from typing import Final

import polars as pl

from transforms.factors.parts import BOTH, Part, part_column
from transforms.registry.model import Label
from transforms.tone.sides import side_column, tone_of_disputes
from transforms.tone.weights import ToneWeights

_ACTS: Final[dict[str, Label]] = {
    "courtesy": Label("courtesy", "礼貌"),
    "apology": Label("apology", "道歉"),
    "offer": Label("offering a solution", "提出方案"),
    "cooperation": Label("cooperation", "配合"),
    "insult": Label("insults", "辱骂"),
    "threat": Label("threats", "威胁"),
    "contempt": Label("contempt without an insult", "轻蔑"),
    "demand": Label("demands without grounds", "无理要求"),
    "refusal": Label("refusal", "拒绝"),
    "stalling": Label("stalling in words", "言语拖延"),
}
PARTS: Final[tuple[Part, ...]] = (
    Part("base", BOTH, Label("neutral start", "中性起点")),
    *(
        Part(name, BOTH, Label(f"{label.en}, to the other side", f"{label.zh}（对对方）"))
        for name, label in _ACTS.items()
    ),
    *(
        Part(f"{name}_to_agent", BOTH, Label(f"{label.en}, to customer service", f"{label.zh}（对客服）"))
        for name, label in _ACTS.items()
    ),
    Part("promptness", BOTH, Label("prompt answers", "及时回复")),
    Part("silence", BOTH, Label("long silences while the other side waited", "长时间不回复")),
    Part("no_words", BOTH, Label("wrote nothing (0 points)", "未发言（0 分）")),
)

# Parts that say something even without points.
_ALWAYS: Final = ("base", "no_words")


def score_tone_parts(messages: pl.LazyFrame, disputes: pl.LazyFrame, weights: ToneWeights) -> pl.LazyFrame:
    """Score the tone of both sides.

    Args:
        messages: Messages with their acts and ``counted``.
        disputes: One row per dispute with ``dispute_id`` and ``ruled_at``.
        weights: Worth of acts.

    Returns:
        The wide frame of ``PARTS`` for the disputes in which a person wrote before the ruling. A part without points
        did not occur and is null.
    """
    points = (
        _if_any(part.name, pl.col(side_column(party, part.name))).cast(pl.Int32).alias(part_column(party, part.name))
        for party in BOTH
        for part in PARTS
    )
    return tone_of_disputes(messages, disputes, weights).select("dispute_id", *points)


def _if_any(part: str, points: pl.Expr) -> pl.Expr:
    return points if part in _ALWAYS else pl.when(points != 0).then(points)
