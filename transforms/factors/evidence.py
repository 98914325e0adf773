"""Evidence: how well a side has shown its facts.

The strength of an item is the product of what its kind says about the claim, how much that kind says in the category,
its quality, and whether the decider accepted it. The strengths of a side have diminishing returns,
``1 - prod(1 - strength)``, and the score is divided among the kinds in proportion to their ``-ln(1 - strength)``.
A record of the seller that answers the very claim ("it was broken when it left you") adds a rebuttal, once.
No item ever lowers a score, of either side; better quality never lowers it.
"""

from itertools import product
from typing import Final

import polars as pl

from transforms.factors.parts import BOTH, BUYER, SELLER, Part, part_column, party_columns
from transforms.factors.points import MILLE, SCALE, apportion, exact_share, micro_nats, saturate
from transforms.factors.weights import DEFAULT, QUALITIES, REBUTTALS, EvidenceWeights
from transforms.registry.enumerations import CATEGORY, CLAIM, EVIDENCE_KIND
from transforms.registry.model import Label

# A kind may be told apart by a quality that the questions ask about; the first true condition names the part.
_SPLITS: Final[dict[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "photo": (("photo_clear", ("clear",)),),
    "video": (
        ("video_full_process_clear", ("full_process", "clear")),
        ("video_full_process", ("full_process",)),
        ("video_clear", ("clear",)),
    ),
    "inspection_report": (("inspection_report_accredited", ("accredited",)),),
}
_SPLIT_LABELS: Final = {
    "photo_clear": Label("sharp photo", "清晰照片"),
    "video_clear": Label("sharp video, not of the whole operation", "清晰视频（非完整过程）"),
    "video_full_process": Label("video of the whole operation, not sharp", "完整过程视频（不清晰）"),
    "video_full_process_clear": Label("sharp video of the whole operation", "清晰的完整过程视频"),
    "inspection_report_accredited": Label("report of an accredited body", "有资质机构的检测报告"),
}
_REBUTTAL_LABELS: Final = {
    "rebuttal_pre_shipment": Label("record before shipping answers the claim", "发货前记录回应买家主张"),
    "rebuttal_listing": Label("listing snapshot answers the claim", "商品描述截图回应买家主张"),
    "rebuttal_purchase_proof": Label("purchase proof answers the claim", "购买凭证回应买家主张"),
}


def _kind_parts() -> tuple[Part, ...]:
    parts: list[Part] = []
    for kind, label in EVIDENCE_KIND.labels.items():
        parts.append(Part(kind, BOTH, label))
        parts.extend(Part(name, BOTH, _SPLIT_LABELS[name]) for name, _ in _SPLITS.get(kind, ()))
    return tuple(parts)


KIND_PARTS: Final = _kind_parts()
REBUTTAL_PARTS: Final = tuple(Part(name, (SELLER,), label) for name, label in _REBUTTAL_LABELS.items())
NOTHING_SHOWN: Final = Part("nothing_shown", BOTH, Label("nothing shown (0 points)", "未提供证据（0 分）"))
PARTS: Final[tuple[Part, ...]] = (*KIND_PARTS, *REBUTTAL_PARTS, NOTHING_SHOWN)

# An item's quality code has one ternary digit for each quality: 0 no, 1 yes, 2 not recorded.
_NOT_RECORDED: Final = 2
_DIGITS: Final = _NOT_RECORDED + 1
_QUALITY_CODES: Final = _DIGITS ** len(QUALITIES)
_CLAIMS: Final = (*CLAIM.values, DEFAULT)
_CATEGORIES: Final = (*CATEGORY.values, DEFAULT)
_KIND_COLUMNS: Final = {party: party_columns(KIND_PARTS, party) for party in BOTH}
_REBUTTAL_COLUMNS: Final = party_columns(REBUTTAL_PARTS, SELLER)
_SIDE_COLUMNS: Final = {BUYER: _KIND_COLUMNS[BUYER], SELLER: (*_KIND_COLUMNS[SELLER], *_REBUTTAL_COLUMNS)}


def score_evidence(evidence: pl.LazyFrame, disputes: pl.LazyFrame, weights: EvidenceWeights) -> pl.LazyFrame:
    """Score the evidence of both sides.

    Args:
        evidence: Items with ``dispute_id``, ``party``, ``kind``, the qualities, ``admitted`` and ``counted``.
        disputes: One row per dispute with ``dispute_id``, ``claim``, ``category`` and ``evidence_recorded``.
        weights: Strength of evidence.

    Returns:
        The wide frame of ``PARTS``, one row per dispute. A kind that a side did not show, or that was rejected, is
        null; a side that showed nothing has only ``nothing_shown``, with 0 points. Where evidence was not recorded all
        parts are null.
    """
    context = _code("claim", CLAIM.values) * len(_CATEGORIES) + _code("category", CATEGORY.values)
    rows = disputes.select("dispute_id", "evidence_recorded", context.alias("context"))
    sums = _sum_by_part(_item_nats(evidence, rows, weights))
    columns = [*_SIDE_COLUMNS[BUYER], *_SIDE_COLUMNS[SELLER]]
    # A dispute that has items was recorded, whichever batch brought them.
    recorded = pl.col("evidence_recorded") | pl.any_horizontal(pl.col(columns) > 0)
    wide = (
        rows.select("dispute_id", "evidence_recorded")
        .join(sums, on="dispute_id", how="left")
        .with_columns(pl.col(columns).fill_null(0))
        .with_columns(recorded.alias("evidence_recorded"))
    )
    for party in BOTH:
        nats = pl.sum_horizontal(_SIDE_COLUMNS[party])
        nothing = pl.when(pl.col("evidence_recorded") & (nats == 0)).then(pl.lit(0, pl.Int32))
        wide = wide.with_columns(nothing.alias(part_column(party, NOTHING_SHOWN.name)))
        wide = apportion(wide, saturate(nats, pl.lit(SCALE)), _SIDE_COLUMNS[party])
    return wide.select("dispute_id", *(column for party in BOTH for column in party_columns(PARTS, party)))


def _code(column: str, values: tuple[str, ...]) -> pl.Expr:
    """Place of a value in its enumeration; the place after the last is for null, where the default holds."""
    place = pl.col(column).cast(pl.Enum(values), strict=False).to_physical().cast(pl.Int32)
    return place.fill_null(len(values))


def _item_nats(evidence: pl.LazyFrame, rows: pl.LazyFrame, weights: EvidenceWeights) -> pl.LazyFrame:
    """Turn each item that counts into its micro-nats, those of its rebuttal, and the column that they belong to."""
    kind = pl.col("kind").cast(pl.Enum(EVIDENCE_KIND.values), strict=False).to_physical().cast(pl.Int32)
    is_seller = (pl.col("party") == SELLER).cast(pl.Int32)
    digits = [
        pl.col(quality).cast(pl.Int32).fill_null(_NOT_RECORDED) * _DIGITS**place
        for place, quality in enumerate(QUALITIES)
    ]
    admission = pl.when("admitted").then(MILLE).otherwise(weights.unknown_admission)
    contexts = len(_CLAIMS) * len(_CATEGORIES)
    return (
        evidence.filter(pl.col("counted"), pl.col("admitted").fill_null(value=True))
        .select("dispute_id", kind.alias("kind"), is_seller.alias("is_seller"), admission.alias("admission"),
                (kind * _QUALITY_CODES + pl.sum_horizontal(*digits)).alias("quality_code"))
        .join(rows.select("dispute_id", "context"), on="dispute_id")
        .with_columns(
            ((pl.col("is_seller") * len(EVIDENCE_KIND.values) + pl.col("kind")) * contexts + pl.col("context"))
            .alias("strength_code")
        )
        .join(_strengths(weights).lazy(), on="strength_code")
        .join(_qualities(weights).lazy(), on="quality_code")
        .select(
            "dispute_id",
            "kind",
            (pl.col("is_seller") * len(KIND_PARTS) + pl.col("kind_part")).alias("slot"),
            micro_nats(exact_share(("strength", "multiplier", "quality", "admission"), MILLE**5)).alias("nats"),
            micro_nats(exact_share(("rebuttal", "quality", "admission"), MILLE**4)).alias("rebuttal_nats"),
        )
    )  # fmt: skip


def _strengths(weights: EvidenceWeights) -> pl.DataFrame:
    """Strength of an item of full quality, and of its rebuttal, for every side, kind, claim and category."""
    rows: list[tuple[int, ...]] = []
    for party, kind, claim, category in product(BOTH, EVIDENCE_KIND.values, _CLAIMS, _CATEGORIES):
        answers = [
            weights.rebuttals[name].strength
            for name, answering in REBUTTALS.items()
            if party == SELLER and kind == answering and claim in weights.rebuttals[name].claims
        ]
        multiplier = weights.category_multiplier(kind, category)
        rows.append((len(rows), weights.strength_of(party, kind, claim), multiplier, sum(answers)))
    columns = ["strength_code", "strength", "multiplier", "rebuttal"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Int32), orient="row")


def _qualities(weights: EvidenceWeights) -> pl.DataFrame:
    """Quality in millionths, and the part that the item belongs to, for every kind and quality code."""
    names = [part.name for part in KIND_PARTS]
    rows: list[tuple[int, ...]] = []
    for kind, code in product(EVIDENCE_KIND.values, range(_QUALITY_CODES)):
        digit = {quality: code // _DIGITS**place % _DIGITS for place, quality in enumerate(QUALITIES)}
        worth = {0: 0, 1: MILLE, _NOT_RECORDED: weights.unknown_quality}
        adds = weights.quality[kind]
        quality = adds["floor"] * MILLE + sum(adds[name] * worth[digit[name]] for name in QUALITIES)
        splits = _SPLITS.get(kind, ())
        part = next((name for name, needed in splits if all(digit[quality] == 1 for quality in needed)), kind)
        rows.append((len(rows), quality, names.index(part)))
    return pl.DataFrame(rows, schema=dict.fromkeys(["quality_code", "quality", "kind_part"], pl.Int32), orient="row")


def _sum_by_part(items: pl.LazyFrame) -> pl.LazyFrame:
    """Add up the items of each part; of several rebuttals of one kind the best counts."""
    columns = (*_KIND_COLUMNS[BUYER], *_KIND_COLUMNS[SELLER])
    nats = [pl.when(pl.col("slot") == slot).then("nats").sum().alias(column) for slot, column in enumerate(columns)]
    rebuttals = [
        pl.when(pl.col("kind") == EVIDENCE_KIND.values.index(kind)).then("rebuttal_nats").max().alias(column)
        for kind, column in zip(REBUTTALS.values(), _REBUTTAL_COLUMNS, strict=True)
    ]
    return items.group_by("dispute_id").agg(*nats, *rebuttals)
