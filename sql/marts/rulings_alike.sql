-- Grain: by whom rulings may be alike, beside the seller: buyer, decider. Key: alike_by.
-- All intervals allow for rulings of one seller that are alike. Where those of one buyer, or of one decider, are alike
-- too, intervals are too narrow (docs/decisions/015-rulings-alike.md). Pairs are of the same buyer, against different
-- sellers. A residual is what category, claim, month and the levels of the four factors leave of the outcome (0, 1, 2),
-- taken out one after the other, the category twice, for deciders often have their own. Residuals are whole millionths:
-- their sums do not depend on the order of rows.
-- Disputes that are alike in all of these have the same taken out, so it is worked out once for each such cell. Hashes
-- of 64 bits stand for cells and persons: among ten million, two share one with a chance of 3 in a million.
create or replace table marts.rulings_alike as
with outcomes as not materialized (
    select
        disputes.category,
        disputes.claim,
        levels.evidence,
        levels.rules,
        levels.tone,
        levels.reputation,
        case when disputes.seller_id is not null then hash(disputes.seller_id) end as seller,
        case when disputes.buyer_id is not null then hash(disputes.buyer_id) end as buyer,
        case when disputes.decider_id is not null then hash(disputes.decider_id) end as decider,
        date_trunc('month', coalesce(disputes.ruled_at, disputes.opened_at)) as month,
        case disputes.outcome
            when 'buyer_wins' then 2000000
            when 'partial' then 1000000
            else 0
        end as outcome
    from core.disputes as disputes
    inner join core.factor_levels as levels on disputes.dispute_id = levels.dispute_id
    where disputes.is_ruled
),

in_cells as not materialized (
    select
        *,
        hash(category, claim, month, evidence, rules, tone, reputation) as cell
    from outcomes
),

cells as (
    select
        cell,
        any_value(category) as category,
        any_value(claim) as claim,
        any_value(month) as month,
        any_value(evidence) as evidence,
        any_value(rules) as rules,
        any_value(tone) as tone,
        any_value(reputation) as reputation,
        count(*) as n,
        sum(outcome) as total,
        0 as taken
    from in_cells
    group by cell
),

without_category as (
    select * replace (taken + cast(sum(total - n * taken) over same / sum(n) over same as bigint) as taken)
    from cells
    window same as (partition by category)
),

without_claim as (
    select * replace (taken + cast(sum(total - n * taken) over same / sum(n) over same as bigint) as taken)
    from without_category
    window same as (partition by claim)
),

without_month as (
    select * replace (taken + cast(sum(total - n * taken) over same / sum(n) over same as bigint) as taken)
    from without_claim
    window same as (partition by month)
),

without_evidence as (
    select * replace (taken + cast(sum(total - n * taken) over same / sum(n) over same as bigint) as taken)
    from without_month
    window same as (partition by evidence)
),

without_rules as (
    select * replace (taken + cast(sum(total - n * taken) over same / sum(n) over same as bigint) as taken)
    from without_evidence
    window same as (partition by rules)
),

without_tone as (
    select * replace (taken + cast(sum(total - n * taken) over same / sum(n) over same as bigint) as taken)
    from without_rules
    window same as (partition by tone)
),

without_reputation as (
    select * replace (taken + cast(sum(total - n * taken) over same / sum(n) over same as bigint) as taken)
    from without_tone
    window same as (partition by reputation)
),

without_all as (
    select * replace (taken + cast(sum(total - n * taken) over same / sum(n) over same as bigint) as taken)
    from without_reputation
    window same as (partition by category)
),

residuals as (
    select
        in_cells.seller,
        in_cells.buyer,
        in_cells.decider,
        in_cells.outcome - without_all.taken as residual
    from in_cells
    inner join without_all on in_cells.cell = without_all.cell
),

units as (
    unpivot residuals
    on buyer, decider
    into name alike_by value unit
),

-- a dispute without a seller is a cluster of its own
unit_sellers as (
    select
        alike_by,
        unit,
        cast(count(*) as hugeint) as n,
        sum(residual) as total,
        sum(residual * residual) as squares,
        if(seller is null, n, n * n) as own_pairs,
        if(seller is null, squares, total * total) as own_products
    from units
    group by alike_by, unit, seller
),

by_unit as (
    select
        alike_by,
        cast(sum(n) as hugeint) as n,
        cast(sum(squares) as hugeint) as squares,
        cast(sum(n) as hugeint) * cast(sum(n) as hugeint) - cast(sum(own_pairs) as hugeint) as pairs,
        cast(sum(total) as hugeint) * cast(sum(total) as hugeint) - cast(sum(own_products) as hugeint) as products
    from unit_sellers
    group by alike_by, unit
),

totals as (
    select
        alike_by,
        cast(sum(n) as bigint) as n,
        count(*) as n_units,
        cast(sum(pairs) as double) as pairs,
        sum(pairs * pairs) as squared_pairs,
        cast(sum(products) as double) as products,
        cast(sum(squares) as double) as squares
    from by_unit
    group by alike_by
),

measured as (
    select
        alike_by,
        n,
        n_units,
        cast(pairs / 2 as bigint) as n_pairs,
        -- units of equal size that would say as much
        pairs * pairs / nullif(cast(squared_pairs as double), 0) as n_effective_units,
        products / nullif(pairs, 0) / nullif(squares / n, 0) as similarity,
        sqrt(2 / nullif(pairs, 0)) as std_error,
        if(squares > 0, greatest(1 + products / squares, 0), null) as design_effect
    from totals
)

select
    sought.alike_by,
    coalesce(measured.n, 0) as n,
    coalesce(measured.n_units, 0) as n_units,
    coalesce(measured.n_pairs, 0) as n_pairs,
    measured.n_effective_units,
    measured.similarity,
    measured.std_error,
    measured.design_effect,
    coalesce(
        measured.similarity >= 5 * measured.std_error
        and measured.design_effect >= 1.2
        and measured.n_effective_units >= 5,
        false
    ) as is_overlooked,
    case
        when measured.n is null then 'not_recorded'
        when measured.n_pairs = 0 then 'no_repeats'
        when measured.similarity is null then 'one_outcome'
        else 'ok'
    end as status
from (values ('buyer'), ('decider')) as sought (alike_by)
left join measured on sought.alike_by = measured.alike_by
order by sought.alike_by;
