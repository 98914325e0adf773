"""Rules: how far a side kept them.

A side without a breach has a base and what its own procedure gives (kept) or takes (not kept); what is not known of the
procedure gives and takes nothing. Breaches then take a share of that with diminishing returns,
``1 - prod(1 - severity * status * gravity)``, divided among the rules in proportion to ``-ln(1 - strength)``.
A further or a graver breach, or a proven one in place of an alleged one, never raises a score.
"""

from itertools import product
from typing import Final

import polars as pl

from transforms.factors.parts import BOTH, BUYER, SELLER, Part, part_column, party_columns
from transforms.factors.points import MILLE, SCALE, apportion, exact_share, micro_nats, saturate
from transforms.factors.weights import PROCEDURES, STATUSES, UNKNOWN, Procedure, RulesWeights
from transforms.registry.enumerations import RULE, SEVERITY
from transforms.registry.inputs import DISPUTES
from transforms.registry.model import Label

_STATUS_LABELS: Final = {
    "alleged": Label("alleged, not proven", "仅被指控"),
    "substantiated": Label("proven", "查证属实"),
    "unverified": Label("not recorded whether proven", "是否属实未记录"),
}

# The rules that each side is bound by; a breach of another one, which the records allow, has a part of its own.
_RULES: Final = {
    BUYER: ("malicious_return", "deliberate_damage", "item_swap"),
    SELLER: (
        "false_description", "concealed_defect", "counterfeit_sale", "off_platform_deal", "late_shipment",
        "refused_after_sales",
    ),
}  # fmt: skip
_OTHER: Final = "other_breach"
_OTHER_LABEL: Final = Label("rule of the other side broken", "违反对方适用的规则")


def _breach_parts(rule: str, label: Label, parties: tuple[str, ...]) -> tuple[Part, ...]:
    return tuple(
        Part(f"{rule}_{status}", parties, Label(f"{label.en}: {suffix.en}", f"{label.zh}：{suffix.zh}"))
        for status, suffix in _STATUS_LABELS.items()
    )


BASE: Final = Part("base", BOTH, Label("no breach, procedure unknown", "无违规，程序未知"))
PROCEDURE_PARTS: Final = tuple(
    Part(flag, (party,), DISPUTES.column(flag).label) for party in BOTH for flag in PROCEDURES[party]
)
BREACH_PARTS: Final = (
    *(part for party in BOTH for rule in _RULES[party] for part in _breach_parts(rule, RULE.labels[rule], (party,))),
    *_breach_parts(_OTHER, _OTHER_LABEL, BOTH),
)
NO_RECORDS: Final = Part("breaches_not_recorded", BOTH, Label("breaches not recorded (0 points)", "违规未记录（0 分）"))
PARTS: Final[tuple[Part, ...]] = (BASE, *PROCEDURE_PARTS, *BREACH_PARTS, NO_RECORDS)

_BREACHES: Final = {party: party_columns(BREACH_PARTS, party) for party in BOTH}
_BREACH_COLUMNS: Final = (*_BREACHES[BUYER], *_BREACHES[SELLER])
_POINTS_PER_MILLE: Final = SCALE // MILLE
_CLEAN: Final = "__clean"


def score_rules(violations: pl.LazyFrame, disputes: pl.LazyFrame, weights: RulesWeights) -> pl.LazyFrame:
    """Score how far both sides kept the rules.

    Args:
        violations: Breaches with ``dispute_id``, ``party``, ``rule``, ``severity``, ``substantiated`` and ``counted``.
        disputes: One row per dispute with ``dispute_id``, the procedure flags and ``violations_recorded``.
        weights: Worth of rules.

    Returns:
        The wide frame of ``PARTS``, one row per dispute. With violations recorded, a side without a breach is clean.
        Without them a side is scored from its own procedure, and marked ``breaches_not_recorded``, if any of its flags
        is known; otherwise all its parts are null.
    """
    flags = [flag for party in BOTH for flag in PROCEDURES[party]]
    rows = disputes.select("dispute_id", "violations_recorded", *flags)
    sums = _sum_by_rule(_breach_nats(violations, weights))
    # A dispute that has breaches was recorded, whichever batch brought them.
    recorded = pl.col("violations_recorded") | pl.any_horizontal(pl.col(_BREACH_COLUMNS) > 0)
    wide = (
        rows.join(sums, on="dispute_id", how="left")
        .with_columns(pl.col(_BREACH_COLUMNS).fill_null(0))
        .with_columns(recorded.alias("violations_recorded"))
    )
    for party in BOTH:
        wide = _add_side(wide, party, weights)
    return wide.select("dispute_id", *(column for party in BOTH for column in party_columns(PARTS, party)))


def _breach_nats(violations: pl.LazyFrame, weights: RulesWeights) -> pl.LazyFrame:
    """Turn each breach that counts into its micro-nats and the column that it belongs to."""
    return (
        violations.filter("counted")
        .select(
            "dispute_id",
            (pl.col("party") == SELLER).cast(pl.Int32).alias("is_seller"),
            _code("rule", RULE.values).alias("rule"),
            _code("severity", SEVERITY.values).alias("severity"),
            pl.col("substantiated").cast(pl.Int32).fill_null(len(STATUSES) - 1).alias("status"),
        )
        .join(_breaches(weights).lazy(), on=["is_seller", "rule", "severity", "status"])
        .select(
            "dispute_id", "slot", micro_nats(exact_share(("weight", "multiplier", "gravity"), MILLE**3)).alias("nats")
        )
    )


def _code(column: str, values: tuple[str, ...]) -> pl.Expr:
    """Place of a value in its enumeration; the place after the last is for null."""
    return pl.col(column).cast(pl.Enum(values), strict=False).to_physical().cast(pl.Int32).fill_null(len(values))


def _breaches(weights: RulesWeights) -> pl.DataFrame:
    """Shares of strength, and the place of its column, for every side, rule, severity and status of a breach.

    The codes of a status are those of the flag: 0 alleged, 1 substantiated, 2 not recorded.
    """
    rows: list[tuple[int, ...]] = []
    severities = (*SEVERITY.values, UNKNOWN)
    for side, rule, severity, status in product(range(len(BOTH)), RULE.values, severities, STATUSES):
        party = BOTH[side]
        part = part_column(party, f"{rule if rule in _RULES[party] else _OTHER}_{status}")
        codes = (side, RULE.values.index(rule), severities.index(severity), STATUSES.index(status))
        shares = (weights.severity[severity], weights.status[status], weights.gravity[rule])
        rows.append((*codes, _BREACH_COLUMNS.index(part), *shares))
    columns = ["is_seller", "rule", "severity", "status", "slot", "weight", "multiplier", "gravity"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Int32), orient="row")


def _sum_by_rule(breaches: pl.LazyFrame) -> pl.LazyFrame:
    return breaches.group_by("dispute_id").agg(
        pl.when(pl.col("slot") == slot).then("nats").sum().alias(column) for slot, column in enumerate(_BREACH_COLUMNS)
    )


def _add_side(wide: pl.LazyFrame, party: str, weights: RulesWeights) -> pl.LazyFrame:
    """Add a side's base and procedure, and turn the nats of its breaches into the points that they take."""
    steps = {flag: _step_points(flag, step) for flag, step in weights.procedure[party].items()}
    recorded = pl.any_horizontal("violations_recorded", *(pl.col(flag).is_not_null() for flag in steps))
    base = pl.lit(weights.base * _POINTS_PER_MILLE, pl.Int32)
    points = {
        BASE.name: pl.when(recorded).then(base),
        NO_RECORDS.name: pl.when(recorded & ~pl.col("violations_recorded")).then(pl.lit(0, pl.Int32)),
        **steps,
    }
    scored = wide.with_columns(pl.sum_horizontal(base, *steps.values()).alias(_CLEAN)).with_columns(
        column.alias(part_column(party, name)) for name, column in points.items()
    )
    lost = saturate(pl.sum_horizontal(_BREACHES[party]), pl.col(_CLEAN))
    return apportion(scored, lost, _BREACHES[party]).with_columns(-pl.col(_BREACHES[party]))


def _step_points(flag: str, step: Procedure) -> pl.Expr:
    """Points of one step of the procedure; null where it is not known."""
    kept = pl.col(flag)
    gain, loss = step.kept * _POINTS_PER_MILLE, -step.broken * _POINTS_PER_MILLE
    return pl.when(kept).then(pl.lit(gain, pl.Int32)).when(~kept).then(pl.lit(loss, pl.Int32))
