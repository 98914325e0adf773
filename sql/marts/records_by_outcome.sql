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

dispute_items as (
    select
        outcome,
        unnest([
            { 'column_name': 'category', 'is_recorded': category is not null },
            { 'column_name': 'claim', 'is_recorded': claim is not null },
            { 'column_name': 'item_price_cny', 'is_recorded': item_price_cny is not null },
            { 'column_name': 'seller_id', 'is_recorded': seller_id is not null },
            { 'column_name': 'decider_id', 'is_recorded': decider_id is not null },
            { 'column_name': 'paid_on_platform', 'is_recorded': paid_on_platform is not null },
            { 'column_name': 'applied_in_window', 'is_recorded': applied_in_window is not null },
            { 'column_name': 'negotiated_first', 'is_recorded': negotiated_first is not null },
            { 'column_name': 'shipped_on_time', 'is_recorded': shipped_on_time is not null }
        ]) as item
    from ruled
),

dispute_columns as (
    select
        'disputes' as table_name,
        item.column_name,
        'both' as party,
        outcome,
        count(*) as n,
        count(*) filter (where item.is_recorded) as n_recorded
    from dispute_items
    group by item.column_name, outcome
),

-- whether a dispute has any row at all; a reputation that is not known has no score
any_rows as (
    select
        'evidence' as table_name,
        'any' as column_name,
        'both' as party,
        ruled.outcome,
        count(*) as n,
        count(found.dispute_id) as n_recorded
    from ruled
    left join (select distinct dispute_id from core.evidence where counted) as found using (dispute_id)
    group by ruled.outcome
    union all
    select
        'messages' as table_name,
        'any' as column_name,
        'both' as party,
        ruled.outcome,
        count(*) as n,
        count(found.dispute_id) as n_recorded
    from ruled
    left join (select distinct dispute_id from core.messages where counted) as found using (dispute_id)
    group by ruled.outcome
    union all
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

evidence_items as (
    select
        evidence.party,
        evidence.kind,
        ruled.outcome,
        unnest([
            { 'column_name': 'clear', 'is_recorded': evidence.clear is not null },
            { 'column_name': 'multi_angle', 'is_recorded': evidence.multi_angle is not null },
            { 'column_name': 'close_up', 'is_recorded': evidence.close_up is not null },
            { 'column_name': 'full_process', 'is_recorded': evidence.full_process is not null },
            { 'column_name': 'accredited', 'is_recorded': evidence.accredited is not null },
            { 'column_name': 'admitted', 'is_recorded': evidence.admitted is not null }
        ]) as item
    from core.evidence as evidence
    inner join ruled using (dispute_id)
    where evidence.counted
),

evidence_columns as (
    select
        'evidence' as table_name,
        item.column_name,
        party,
        outcome,
        count(*) as n,
        count(*) filter (where item.is_recorded) as n_recorded
    from evidence_items
    where
        case item.column_name
            when 'admitted' then true
            when 'accredited' then kind = 'inspection_report'
            when 'full_process' then kind = 'video'
            else kind in ('photo', 'video')
        end
    group by item.column_name, party, outcome
),

violation_items as (
    select
        violations.party,
        ruled.outcome,
        unnest([
            { 'column_name': 'severity', 'is_recorded': violations.severity is not null },
            { 'column_name': 'substantiated', 'is_recorded': violations.substantiated is not null }
        ]) as item
    from core.violations as violations
    inner join ruled using (dispute_id)
    where violations.counted
),

violation_columns as (
    select
        'violations' as table_name,
        item.column_name,
        party,
        outcome,
        count(*) as n,
        count(*) filter (where item.is_recorded) as n_recorded
    from violation_items
    group by item.column_name, party, outcome
),

counted as (
    select * from dispute_columns
    union all
    select * from any_rows
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
