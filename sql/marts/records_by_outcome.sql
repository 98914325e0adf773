-- Grain: what may be recorded × side × outcome, over ruled disputes. Key: table_name, column_name, party, outcome.
-- How often it is recorded, so that an effect of what was only written down for some outcomes is not taken for one of
-- what happened. Only what could have been recorded is counted: how sharp of photos and videos, an issuer of reports.
-- Uneven: among outcomes with 30 disputes (items) or more, shares differ by 10 points and by four standard errors of a
-- difference of two shares as large as it can be: 4 * sqrt(2 * 0.25 / n).
create or replace table marts.records_by_outcome as
with ruled as (
    select *
    from core.disputes
    where is_ruled
),

dispute_counts as (
    select
        outcome,
        count(*) as n,
        count(category) as category,
        count(claim) as claim,
        count(item_price_cny) as item_price_cny,
        count(seller_id) as seller_id,
        count(decider_id) as decider_id,
        count(paid_on_platform) as paid_on_platform,
        count(applied_in_window) as applied_in_window,
        count(negotiated_first) as negotiated_first,
        count(shipped_on_time) as shipped_on_time
    from ruled
    group by outcome
),

dispute_columns as (
    select
        'disputes' as table_name,
        column_name,
        'both' as party,
        outcome,
        n,
        n_recorded
    from (
        unpivot dispute_counts
        on columns(* exclude (outcome, n))
        into name column_name value n_recorded
    )
),

-- whether a dispute has any row at all
found as (
    select
        'evidence' as table_name,
        outcome,
        count(*) as n_recorded
    from ruled
    semi join (select dispute_id from core.evidence where counted) as evidence using (dispute_id)
    group by outcome
    union all
    select
        'messages' as table_name,
        outcome,
        count(*) as n_recorded
    from ruled
    semi join (select dispute_id from core.messages where counted) as messages using (dispute_id)
    group by outcome
),

any_rows as (
    select
        sought.table_name,
        'any' as column_name,
        'both' as party,
        dispute_counts.outcome,
        dispute_counts.n,
        coalesce(found.n_recorded, 0) as n_recorded
    from dispute_counts
    cross join (values ('evidence'), ('messages')) as sought (table_name)
    left join found
        on
            sought.table_name = found.table_name
            and dispute_counts.outcome = found.outcome
),

-- a reputation that is not known has no score
reputation_rows as (
    select
        'reputation' as table_name,
        'any' as column_name,
        unnest(['buyer', 'seller']) as party,
        ruled.outcome,
        count(*) as n,
        unnest([count(scores.buyer_reputation), count(scores.seller_reputation)]) as n_recorded
    from ruled
    inner join core.factor_scores as scores using (dispute_id)
    group by ruled.outcome
),

evidence_counts as (
    select
        evidence.party,
        evidence.kind,
        ruled.outcome,
        count(*) as n,
        count(evidence.clear) as clear,
        count(evidence.multi_angle) as multi_angle,
        count(evidence.close_up) as close_up,
        count(evidence.full_process) as full_process,
        count(evidence.accredited) as accredited,
        count(evidence.admitted) as admitted
    from core.evidence as evidence
    inner join ruled using (dispute_id)
    where evidence.counted
    group by
        evidence.party,
        evidence.kind,
        ruled.outcome
),

evidence_columns as (
    select
        'evidence' as table_name,
        column_name,
        party,
        outcome,
        sum(n) as n,
        sum(n_recorded) as n_recorded
    from (
        unpivot evidence_counts
        on columns(* exclude (party, kind, outcome, n))
        into name column_name value n_recorded
    )
    where
        case column_name
            when 'admitted' then true
            when 'accredited' then kind = 'inspection_report'
            when 'full_process' then kind = 'video'
            else kind in ('photo', 'video')
        end
    group by column_name, party, outcome
),

violation_counts as (
    select
        violations.party,
        ruled.outcome,
        count(*) as n,
        count(violations.severity) as severity,
        count(violations.substantiated) as substantiated
    from core.violations as violations
    inner join ruled using (dispute_id)
    where violations.counted
    group by violations.party, ruled.outcome
),

violation_columns as (
    select
        'violations' as table_name,
        column_name,
        party,
        outcome,
        n,
        n_recorded
    from (
        unpivot violation_counts
        on columns(* exclude (party, outcome, n))
        into name column_name value n_recorded
    )
),

counted as (
    select * from dispute_columns
    union all
    select * from any_rows
    union all
    select * from reputation_rows
    union all
    select * from evidence_columns
    union all
    select * from violation_columns
),

compared as (
    select
        *,
        n_recorded / n as share,
        max(n_recorded / n) filter (where n >= 30) over everything as highest,
        min(n_recorded / n) filter (where n >= 30) over everything as lowest,
        min(n) filter (where n >= 30) over everything as fewest
    from counted
    window everything as (partition by table_name, column_name, party)
)

select
    table_name,
    column_name,
    party,
    outcome,
    cast(n as bigint) as n,
    cast(n_recorded as bigint) as n_recorded,
    share,
    100 * (highest - lowest) as spread_pp,
    coalesce(highest - lowest >= greatest(0.1, 4 * sqrt(2 * 0.25 / fewest)), false) as is_uneven,
    if(fewest is null, 'too_few_disputes', 'ok') as status
from compared
order by
    table_name,
    column_name,
    party,
    case outcome
        when 'seller_wins' then 1
        when 'partial' then 2
        when 'buyer_wins' then 3
    end;
