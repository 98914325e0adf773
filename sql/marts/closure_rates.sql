-- Grain: slice × value × outcome, over all disputes, open ones included. Key: slice, value, outcome.
-- Estimator: share of the outcome with a 95 % interval that allows for sellers who come back (sql/temp/rates.sql).
-- The month is that of the ruling or, without one, of the opening.
--
-- Parameters: $normal_quantile and $t_quantiles, see sql/temp/rates.sql.
create or replace table marts.closure_rates as
with ended as ( -- noqa: ST03
    select
        slice,
        value,
        seller_id,
        seller_wins,
        partial,
        buyer_wins,
        settled,
        withdrawn,
        expired,
        open
    from temp.seller_counts
    union all by name
    -- so that the whole has its rows even where there is no dispute
    select
        'all' as slice,
        'all' as value,
        0 as seller_wins,
        0 as partial,
        0 as buyer_wins,
        0 as settled,
        0 as withdrawn,
        0 as expired,
        0 as open
)

select
    rates.slice,
    rates.value,
    rates.outcome,
    rates.n,
    rates.n_total,
    rates.n_clusters,
    rates.n_effective,
    rates.share,
    rates.ci_low,
    rates.ci_high,
    case rates.status when 'nothing_ruled' then 'no_disputes' else rates.status end as status,
    money.claimed_cny,
    money.refunded_cny
from temp.rates('ended', $normal_quantile, $t_quantiles) as rates
left join temp.outcome_money as money using (slice, value, outcome)
order by
    rates.slice,
    rates.value,
    case rates.outcome
        when 'seller_wins' then 1
        when 'partial' then 2
        when 'buyer_wins' then 3
        when 'settled' then 4
        when 'withdrawn' then 5
        when 'expired' then 6
        when 'open' then 7
    end;
