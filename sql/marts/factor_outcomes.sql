-- Grain: factor × level × outcome, over ruled disputes. Key: factor, level, outcome.
-- Estimator: share of the outcome with a 95 % interval that allows for sellers who come back (sql/temp/rates.sql).
-- Levels: transforms.statistics.levels (docs/decisions/011-levels-of-factors.md); core.factor_levels has a column of
-- level codes for each factor.
--
-- Parameters: $normal_quantile and $t_quantiles, see sql/temp/rates.sql.
create or replace table marts.factor_outcomes as
with ruled as (
    select
        factor_levels.* exclude (dispute_id),
        -- the slice `all` only serves the estimator: how alike the rulings of one seller are
        cast(0 as usmallint) as "all",
        -- as in sql/temp/dispute_groups.sql
        case when disputes.seller_id is not null then hash(disputes.seller_id) end as seller_id,
        disputes.outcome
    from core.disputes as disputes
    inner join core.factor_levels as factor_levels using (dispute_id)
    where disputes.is_ruled
),

seller_counts as ( -- noqa: ST03
    select
        slice,
        value,
        seller_id,
        count(*) filter (where outcome = 'seller_wins') as seller_wins,
        count(*) filter (where outcome = 'partial') as partial,
        count(*) filter (where outcome = 'buyer_wins') as buyer_wins
    from ruled unpivot (value for slice in (columns(* exclude (seller_id, outcome))))
    group by slice, value, seller_id
    union all by name
    -- so that each level has its rows even where there is no dispute
    select
        factor as slice,
        code as value,
        0 as seller_wins,
        0 as partial,
        0 as buyer_wins
    from core.factor_level_bounds
    union all by name
    select
        'all' as slice,
        0 as value,
        0 as seller_wins,
        0 as partial,
        0 as buyer_wins
)

select
    bounds.factor,
    bounds.level,
    bounds.level_low,
    bounds.level_high,
    rates.outcome,
    rates.n,
    rates.n_total,
    rates.n_clusters,
    rates.n_effective,
    rates.share,
    rates.ci_low,
    rates.ci_high,
    rates.status
from temp.rates('seller_counts', $normal_quantile, $t_quantiles) as rates
inner join core.factor_level_bounds as bounds
    on rates.slice = bounds.factor and rates.value = bounds.code
order by
    bounds.factor_order,
    bounds.code,
    case rates.outcome
        when 'seller_wins' then 1
        when 'partial' then 2
        when 'buyer_wins' then 3
    end;
