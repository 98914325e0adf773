-- from temp.rates('counts', $normal_quantile, $t_quantiles): share of each outcome in each group with a 95 % interval
-- that allows for sellers who come back (docs/decisions/010-intervals-of-rates.md). All tables of rates use it.
--
-- Reads: grain slice × value × seller (`counts` names a table, a view or a common table expression); slice, value,
-- seller_id, and one column of counts per outcome, named after it. Disputes without a seller share a row. A group
-- without disputes has a row of zeros. There must be the group slice `all`, value as in `all_value`, which tells how
-- alike the rulings of one seller are.
-- Gives: slice, value, outcome, n, n_total, n_clusters, n_effective, share, ci_low, ci_high, status. An outcome that
-- does not occur in a group has a row with n = 0.
--
-- Arguments: both quantiles from transforms.statistics.reference.sql_parameters, for a two-sided 95 % interval; the
-- i-th element of `t_quantiles` belongs to i degrees of freedom. The macro is temporary: it is not part of a release.
create or replace temp macro rates(counts_table, normal_quantile, t_quantiles) as table
    -- Most sellers have few disputes, so few kinds of seller are left; all further work is on these.
    with kinds as (
        select
            slice,
            value,
            seller_id is not null as is_seller,
            columns(* exclude (slice, value, seller_id)),
            count(*) as n_rows
        from query_table(counts_table)
        group by all
    ),

    sized_kinds as (
        select
            *,
            list_sum(list_value(*columns(* exclude (slice, value, is_seller, n_rows)))) as n_disputes
        from kinds
    ),

    kind_outcomes as (
        select
            slice,
            value,
            outcome,
            is_seller,
            n_disputes,
            n_outcome,
            n_rows
        from sized_kinds unpivot (
            n_outcome for outcome in (columns(* exclude (slice, value, is_seller, n_disputes, n_rows)))
        )
    ),

    -- a dispute without a seller is a cluster of its own
    clusters as (
        select
            slice,
            value,
            outcome,
            is_seller,
            n_disputes as cluster_size,
            n_outcome,
            n_rows as n_clusters
        from kind_outcomes
        where is_seller
        union all
        select
            slice,
            value,
            outcome,
            is_seller,
            1 as cluster_size,
            1 as n_outcome,
            n_rows * n_outcome as n_clusters
        from kind_outcomes
        where not is_seller
        union all
        select
            slice,
            value,
            outcome,
            is_seller,
            1 as cluster_size,
            0 as n_outcome,
            n_rows * (n_disputes - n_outcome) as n_clusters
        from kind_outcomes
        where not is_seller
    ),

    cluster_kinds as (
        select
            slice,
            value,
            outcome,
            cluster_size,
            n_outcome,
            bool_or(is_seller) as has_sellers,
            cast(sum(n_clusters) as bigint) as n_clusters
        from clusters
        group by slice, value, outcome, cluster_size, n_outcome
    ),

    shares as (
        select
            slice,
            value,
            outcome,
            bool_or(has_sellers) as has_sellers,
            cast(sum(n_clusters * n_outcome) as bigint) as n,
            cast(sum(n_clusters * cluster_size) as bigint) as n_total,
            cast(sum(n_clusters) as bigint) as n_clusters,
            sum(n_clusters * n_outcome) / nullif(sum(n_clusters * cluster_size), 0) as share,
            -- mean size of a dispute's own cluster (Kish 1965)
            sum(n_clusters * cluster_size * cluster_size)
            / nullif(sum(n_clusters * cluster_size), 0) as mean_cluster_size
        from cluster_kinds
        group by slice, value, outcome
    ),

    -- Delete-one-cluster jackknife of a ratio: leaving out a cluster moves the share by
    -- (n_outcome - share * size) / (n_total - size). Decimals, because sums of floats depend on threads.
    cluster_shifts as (
        select
            slice,
            value,
            outcome,
            sum(
                cluster_kinds.n_clusters * cast(
                    pow(cluster_kinds.n_outcome - shares.share * cluster_kinds.cluster_size, 2)
                    / pow(1 - cluster_kinds.cluster_size / nullif(shares.n_total, cluster_kinds.cluster_size), 2)
                    as decimal(28, 10)
                )
            ) as sum_squares
        from cluster_kinds
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
    -- icc. An outcome that never or always occurs says nothing on this: it takes the greatest likeness of the others;
    -- where there are none, the worst is assumed.
    own_likeness as (
        select
            outcome,
            case
                when mean_cluster_size <= 1 then 0
                else greatest(least((direct_effect - 1) / (mean_cluster_size - 1), 1), 0)
            end as icc,
            n_clusters,
            mean_cluster_size <= 1 or direct_effect is not null as is_known
        from direct_effects
        where slice = 'all'
    ),

    likeness as (
        select
            outcome,
            if(is_known, icc, coalesce(max(icc) filter (where is_known and n_clusters > 1) over (), 1)) as icc
        from own_likeness
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

    -- Where no seller repeats, rulings count as independent. Otherwise the quantile is that of t with as many degrees
    -- of freedom as there would be sellers of equal size, less one.
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
                        t_quantiles,
                        cast(greatest(least(floor(n_total / mean_cluster_size) - 1, len(t_quantiles)), 1) as bigint)
                    )
                else normal_quantile
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
    )

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
    from intervals;
