-- Grain: factor × level × outcome, over ruled disputes. Key: factor, level, outcome.
-- Estimator: share of the outcome with a 95 % interval that allows for sellers who come back
-- (docs/decisions/010-intervals-of-rates.md). Levels: transforms.statistics.levels
-- (docs/decisions/011-levels-of-factors.md); core.factor_levels has a column of level codes for each factor.
--
-- Parameters: $normal_quantile and $t_quantiles (its i-th element belongs to i degrees of freedom), from
-- transforms.statistics.reference.sql_parameters; both for a two-sided 95 % interval.
create or replace table marts.factor_outcomes as
with factor_codes as (
    select
        dispute_id,
        factor,
        code
    from core.factor_levels unpivot (code for factor in (columns(* exclude (dispute_id))))
),

-- the slice `all` only serves the estimator: how alike the rulings of one seller are
slices as (
    select
        factor_codes.factor as slice,
        factor_codes.code as value,
        disputes.seller_id,
        disputes.outcome
    from factor_codes
    inner join core.disputes as disputes using (dispute_id)
    union all
    select
        'all' as slice,
        0 as value,
        seller_id,
        outcome
    from core.disputes
    where is_ruled
),

seller_counts as (
    select
        slice,
        value,
        seller_id,
        count(*) as n_cluster,
        count(*) filter (where outcome = 'seller_wins') as seller_wins,
        count(*) filter (where outcome = 'partial') as partial,
        count(*) filter (where outcome = 'buyer_wins') as buyer_wins
    from slices
    group by slice, value, seller_id
    union all by name
    -- so that each level has its rows even where there is no dispute
    select
        factor as slice,
        code as value,
        0 as n_cluster,
        0 as seller_wins,
        0 as partial,
        0 as buyer_wins
    from core.factor_level_bounds
    union all by name
    select
        'all' as slice,
        0 as value,
        0 as n_cluster,
        0 as seller_wins,
        0 as partial,
        0 as buyer_wins
),

cluster_counts as (
    select
        slice,
        value,
        outcome,
        seller_id,
        n_cluster,
        n_outcome
    from seller_counts unpivot (n_outcome for outcome in (seller_wins, partial, buyer_wins))
),

-- estimator: the same text in outcome_rates, closure_rates and factor_outcomes (a test compares them)
counts as (
    select
        slice,
        value,
        outcome,
        seller_id,
        n_cluster,
        n_outcome,
        -- disputes without a seller share a row, but each is a cluster of its own
        case when seller_id is null then n_cluster else 1 end as n_clusters,
        case when seller_id is null then 1 else n_cluster end as cluster_size
    from cluster_counts
),

shares as (
    select
        slice,
        value,
        outcome,
        count(seller_id) > 0 as has_sellers,
        cast(sum(n_outcome) as bigint) as n,
        cast(sum(n_cluster) as bigint) as n_total,
        cast(sum(n_clusters) as bigint) as n_clusters,
        sum(n_outcome) / nullif(sum(n_cluster), 0) as share,
        -- mean size of a dispute's own cluster (Kish 1965)
        sum(n_clusters * cluster_size * cluster_size) / nullif(sum(n_cluster), 0) as mean_cluster_size
    from counts
    group by slice, value, outcome
),

-- Delete-one-cluster jackknife of a ratio: leaving out a cluster moves the share by
-- (n_outcome - share * size) / (n_total - size). Decimals, because sums of floats depend on threads.
cluster_shifts as (
    select
        slice,
        value,
        outcome,
        sum(cast(
            case
                when counts.seller_id is null
                    then
                        counts.n_outcome * pow(1 - shares.share, 2)
                        + (counts.n_cluster - counts.n_outcome) * pow(shares.share, 2)
                else pow(counts.n_outcome - shares.share * counts.n_cluster, 2)
            end / pow(1 - counts.cluster_size / nullif(shares.n_total, counts.cluster_size), 2) as decimal(38, 10)
        )) as sum_squares
    from counts
    inner join shares using (slice, value, outcome)
    group by slice, value, outcome
),

-- Design effect: variance of the share by sellers over that of a simple random sample.
direct_effects as (
    select
        shares.*,
        (1 - 1 / nullif(shares.n_clusters, 1)) * cluster_shifts.sum_squares
        / nullif(shares.n_total * shares.share * (1 - shares.share), 0) as direct_effect
    from shares
    inner join cluster_shifts using (slice, value, outcome)
),

-- How alike the rulings of one seller are over all disputes: deff = 1 + icc * (mean_cluster_size - 1), solved for
-- icc. An outcome that never or always occurs says nothing on this, so the worst is assumed.
likeness as (
    select
        outcome,
        case
            when mean_cluster_size <= 1 then 0
            when direct_effect is null then 1
            else greatest(least((direct_effect - 1) / (mean_cluster_size - 1), 1), 0)
        end as icc
    from direct_effects
    where slice = 'all'
),

-- A share with fewer than ten disputes on either side has no design effect of its own to rely on.
design_effects as (
    select
        direct_effects.*,
        has_sellers and n_clusters < n_total as is_clustered,
        greatest(
            coalesce(direct_effect, 1),
            case
                when direct_effect is null or least(n, n_total - n) < 10
                    then 1 + likeness.icc * (mean_cluster_size - 1)
                else 1
            end
        ) as design_effect
    from direct_effects
    inner join likeness using (outcome)
),

-- Where no seller repeats, rulings count as independent. Otherwise the quantile is that of t with as many degrees of
-- freedom as there would be sellers of equal size, less one.
effective as (
    select
        *,
        case
            when is_clustered then greatest(n_total / design_effect, 1)
            else n_total
        end as n_effective,
        case
            when is_clustered
                then list_extract(
                    $t_quantiles,
                    cast(greatest(least(floor(n_total / mean_cluster_size) - 1, len($t_quantiles)), 1) as bigint)
                )
            else $normal_quantile
        end as quantile
    from design_effects
),

-- Wilson's interval (1927) with the effective sample size (Dean and Pagano 2015).
intervals as (
    select
        *,
        (share + pow(quantile, 2) / (2 * n_effective)) / (1 + pow(quantile, 2) / n_effective) as centre,
        quantile / (1 + pow(quantile, 2) / n_effective)
        * sqrt(share * (1 - share) / n_effective + pow(quantile / (2 * n_effective), 2)) as half_width
    from effective
),

rates as (
    select
        slice,
        value,
        outcome,
        n,
        n_total,
        n_clusters,
        cast(n_effective as double) as n_effective,
        share,
        -- exact at the ends, where rounding would leave 1e-17; null without disputes
        if(n = 0 and n_total > 0, 0, centre - half_width) as ci_low,
        if(n = n_total and n_total > 0, 1, centre + half_width) as ci_high,
        case
            when n_total = 0 then 'nothing_ruled'
            when not has_sellers then 'not_clustered'
            when n_clusters = 1 then 'one_cluster'
            when n_clusters < 50 then 'few_clusters'
            else 'ok'
        end as status
    from intervals
)
-- end of estimator

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
from rates
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
