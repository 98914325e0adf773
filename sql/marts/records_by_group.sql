-- Grain: table × slice × group of ruled disputes. Key: table_name, slice, value.
-- Whether a table was filled in for all of them (docs/decisions/016-what-is-recorded.md). Where no dispute of a month,
-- or of a category, has evidence, it may not have been written down or exported; in a batch that brings the table each
-- counts as one in which nothing was shown.
-- Missing: less than a twentieth of what the highest share among groups of the slice with 30 disputes lets expect, if
-- that is 20 disputes or more.
create or replace table marts.records_by_group as
with ruled as (
    select
        groups.month,
        groups.category,
        groups.claim,
        groups.decided_by,
        scores.buyer_evidence > 0 or scores.seller_evidence > 0 as evidence,
        coalesce(scores.buyer_tone, scores.seller_tone) is not null as messages,
        breaches.dispute_id is not null as violations
    from temp.dispute_groups as groups
    inner join core.factor_scores as scores on groups.dispute_id = scores.dispute_id
    left join (
        select distinct dispute_id
        from core.violations
        where counted
    ) as breaches on groups.dispute_id = breaches.dispute_id
    where groups.outcome in ('seller_wins', 'partial', 'buyer_wins')
),

grouped as (
    select
        case
            when grouping(category) = 0 then 'category'
            when grouping(claim) = 0 then 'claim'
            when grouping(month) = 0 then 'month'
            else 'decided_by'
        end as slice,
        coalesce(category, claim, month, decided_by) as value,
        count(*) as n,
        count(*) filter (where evidence) as evidence,
        count(*) filter (where messages) as messages,
        count(*) filter (where violations) as violations
    from ruled
    group by grouping sets ((category), (claim), (month), (decided_by))
),

counted as (
    unpivot grouped
    on evidence, messages, violations
    into name table_name value n_recorded
),

compared as (
    select
        *,
        max(n_recorded / n) filter (where n >= 30) over (partition by table_name, slice) as highest_share
    from counted
)

select
    table_name,
    slice,
    value,
    n,
    n_recorded,
    n_recorded / n as share,
    highest_share,
    coalesce(n * highest_share >= 20 and n_recorded < 0.05 * n * highest_share, false) as is_missing,
    if(highest_share is null, 'too_few_disputes', 'ok') as status
from compared
order by
    table_name,
    slice,
    value;
