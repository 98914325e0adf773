-- Grain: part of a claim. Key: claim_id.
-- Estimated in transforms/claims, whose order the rows keep.
-- Where what a claim asks about is recorded for some outcomes more than for others, its finding says so.
create or replace table marts.claim_findings as
with recorded_unevenly as (
    select distinct
        case table_name
            when 'evidence' then 'evidence'
            when 'messages' then 'tone'
            when 'reputation' then 'reputation'
            else 'rules'
        end as factor
    from marts.records_by_outcome
    where
        is_uneven
        and (
            table_name <> 'disputes'
            or column_name in ('paid_on_platform', 'applied_in_window', 'negotiated_first', 'shipped_on_time')
        )
),

found as (
    select
        *,
        verdict in ('supported', 'contradicted') and factor in (from recorded_unevenly) as is_doubtful
    from scored.claim_findings
)

select
    claim_id,
    claim,
    claim_en,
    claim_zh,
    is_first_part,
    factor,
    statement_en,
    statement_zh,
    estimand,
    estimand_zh,
    outcome,
    direction,
    definition,
    n,
    n_clusters,
    n_with,
    n_without,
    is_sampled,
    unit,
    estimate,
    estimate_pp,
    ci_low,
    ci_high,
    p_value,
    q_value,
    verdict,
    status,
    reason_en,
    reason_zh,
    concat(
        finding_en,
        if(
            is_doubtful,
            ' Beware: how much of this is recorded depends on how disputes were ruled; that alone may make the effect.',
            ''
        )
    ) as finding_en,
    concat(
        finding_zh,
        if(
            is_doubtful,
            '注意：相关内容记录的多少取决于判定结果，仅此就可能造成该效应。',
            ''
        )
    ) as finding_zh,
    e_value,
    e_value_ci,
    robustness_en,
    robustness_zh,
    is_definition_sensitive,
    definition_note_en,
    definition_note_zh
from found
order by position;
