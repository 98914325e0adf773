"""Rows of the marts beyond the rates: what the report reads of each; one frozen dataclass per table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Money:
    """Sums of money of one outcome of a group, of the disputes with both sums recorded; None where there are none."""

    slice: str
    value: str
    outcome: str
    n_known: int
    claimed_cny: float | None
    refunded_cny: float | None


@dataclass(frozen=True)
class Importance:
    """One row of marts.factor_importance."""

    factor: str
    share: float | None
    ci_low: float | None
    ci_high: float | None
    r2_given_others: float | None
    p_value: float | None
    learnt_weight: float | None
    learnt_ci_low: float | None
    learnt_ci_high: float | None
    configured_weight: float | None
    n: int | None
    n_clusters: int | None
    is_sampled: bool | None
    status: str


@dataclass(frozen=True)
class Finding:
    """One row of marts.claim_findings."""

    claim_id: str
    claim: str
    is_first_part: bool
    factor: str
    statement_en: str
    statement_zh: str
    estimand: str
    estimand_zh: str
    outcome: str
    direction: int
    n: int | None
    n_clusters: int | None
    n_with: int | None
    n_without: int | None
    is_sampled: bool | None
    unit: str
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    q_value: float | None
    verdict: str
    status: str
    reason_en: str
    reason_zh: str
    robustness_en: str
    robustness_zh: str
    is_definition_sensitive: bool | None
    definition_note_en: str
    definition_note_zh: str


@dataclass(frozen=True)
class Defined:
    """One row of marts.definitions: a first part under one definition of winning."""

    claim_id: str
    definition: str
    definition_en: str
    definition_zh: str
    n: int | None
    n_clusters: int | None
    unit: str
    estimate: float | None
    ci_low: float | None
    ci_high: float | None
    sign: int | None
    verdict: str
    status: str


@dataclass(frozen=True)
class KindEffect:
    """One row of marts.evidence_kinds or marts.violation_rules; ``name`` is the kind or the rule."""

    name: str
    party: str
    favoured: str
    n: int | None
    n_clusters: int | None
    n_with: int | None
    n_without: int | None
    share_with: float | None
    favoured_with: float | None
    favoured_without: float | None
    n_fitted: int | None
    effect_pp: float | None
    ci_low: float | None
    ci_high: float | None
    q_value: float | None
    status: str
    compared: str = ""


@dataclass(frozen=True)
class Month:
    """One row of marts.trend."""

    month: str
    factor: str
    n: int | None
    n_fitted: int | None
    effect_pp: float | None
    ci_low: float | None
    ci_high: float | None
    shift: bool | None
    shift_low: str | None
    shift_high: str | None
    shift_pp: float | None
    shift_may_be_drift: bool | None
    series_status: str | None
    status: str


@dataclass(frozen=True)
class Validated:
    """One row of marts.model_validation."""

    model: str
    cut_at: str | None
    n: int | None
    n_clusters: int | None
    n_fitted: int | None
    auc: float | None
    auc_ci_low: float | None
    auc_ci_high: float | None
    brier: float | None
    brier_ci_low: float | None
    brier_ci_high: float | None
    calibration_slope: float | None
    calibration_slope_ci_low: float | None
    calibration_slope_ci_high: float | None
    auc_gain: float | None
    auc_gain_ci_low: float | None
    auc_gain_ci_high: float | None
    is_sampled: bool | None
    status: str


@dataclass(frozen=True)
class CalibrationBin:
    """One row of marts.calibration."""

    model: str
    bin: int
    predicted_low: float | None
    predicted_high: float | None
    predicted: float | None
    n: int
    share: float | None
    ci_low: float | None
    ci_high: float | None
    status: str


@dataclass(frozen=True)
class Alike:
    """One row of marts.consistency."""

    slice: str
    value: str
    n: int
    n_clusters: int | None
    n_alone: int | None
    n_pairs: int | None
    differ_share: float | None
    ci_low: float | None
    ci_high: float | None
    differ_any: float | None
    tau: float | None
    tau_ci_low: float | None
    tau_ci_high: float | None
    like_by: str | None
    status: str


@dataclass(frozen=True)
class Variation:
    """One row of marts.decider_variation."""

    decided_by: str
    n: int | None
    n_deciders: int | None
    sd_pp: float | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None
    status: str


@dataclass(frozen=True)
class Decider:
    """One row of marts.decider_effects."""

    decider_id: str
    decided_by: str | None
    n: int | None
    effect_pp: float | None
    ci_low: float | None
    ci_high: float | None
    q_value: float | None
    status: str


@dataclass(frozen=True)
class Surprise:
    """One row of marts.surprising_rulings, without what would say which dispute it is."""

    rank: int
    outcome: str | None
    expected_outcome: str | None
    p_seller_wins: float | None
    p_partial: float | None
    p_buyer_wins: float | None
    top_reason_factor: str | None
    n: int | None
    status: str


@dataclass(frozen=True)
class Reversal:
    """One row of marts.reversals."""

    factor: str
    high_group: str
    stratifier: str
    n: int | None
    n_low: int | None
    n_high: int | None
    crude_rd_pp: float | None
    crude_rd_ci_low: float | None
    crude_rd_ci_high: float | None
    adjusted_rd_pp: float | None
    adjusted_rd_ci_low: float | None
    adjusted_rd_ci_high: float | None
    q_value: float | None
    is_reversed: bool | None
    status: str


@dataclass(frozen=True)
class StratumEffect:
    """One row of marts.stratum_effects."""

    factor: str
    stratifier: str
    value: str
    n: int | None
    n_clusters: int | None
    effect_pp: float | None
    ci_low: float | None
    ci_high: float | None
    heterogeneity_q_value: float | None
    is_reversed: bool | None
    status: str


@dataclass(frozen=True)
class OpenShare:
    """One row of marts.time_to_ruling."""

    slice: str
    value: str
    state: str
    hours: int
    n: int
    n_at_risk: int | None
    share: float | None
    ci_low: float | None
    ci_high: float | None
    status: str


@dataclass(frozen=True)
class HoursToEnd:
    """One row of marts.hours_to_end."""

    slice: str
    value: str
    quantile: float | None
    n: int
    n_open: int | None
    n_without_time: int | None
    n_clusters: int | None
    hours: int | None
    ci_low: float | None
    ci_high: float | None
    status: str


@dataclass(frozen=True)
class Estimates:
    """Everything that was estimated beyond rates, associations and terms of models."""

    money: tuple[Money, ...]
    importance: tuple[Importance, ...]
    findings: tuple[Finding, ...]
    definitions: tuple[Defined, ...]
    evidence_kinds: tuple[KindEffect, ...]
    violation_rules: tuple[KindEffect, ...]
    trend: tuple[Month, ...]
    validation: tuple[Validated, ...]
    calibration: tuple[CalibrationBin, ...]
    consistency: tuple[Alike, ...]
    variation: tuple[Variation, ...]
    deciders: tuple[Decider, ...]
    surprises: tuple[Surprise, ...]
    reversals: tuple[Reversal, ...]
    strata: tuple[StratumEffect, ...]
    open_shares: tuple[OpenShare, ...]
    hours_to_end: tuple[HoursToEnd, ...]
