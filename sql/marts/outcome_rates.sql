-- Grain: slice × value × outcome, over ruled disputes. Key: slice, value, outcome.
-- Estimator: share of the outcome with a 95 % interval that allows for sellers who come back (sql/temp/rates.sql).
-- An outcome that does not occur in a group has a row with n = 0.
--
-- Parameters: $normal_quantile and $t_quantiles, see sql/temp/rates.sql.
create or replace table marts.outcome_rates as
with ruled as ( -- noqa: ST03
    select
        slice,
        value,
        seller_id,
        seller_wins,
        partial,
        buyer_wins
    from temp.seller_counts
    where seller_wins + partial + buyer_wins > 0
    union all by name
    -- so that the whole has its rows even where there is no dispute
    select
        'all' as slice,
        'all' as value,
        0 as seller_wins,
        0 as partial,
        0 as buyer_wins
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
    rates.status,
    money.claimed_cny,
    money.refunded_cny
from temp.rates('ruled', $normal_quantile, $t_quantiles) as rates
left join temp.outcome_money as money using (slice, value, outcome)
order by
    rates.slice,
    rates.value,
    case rates.outcome
        when 'seller_wins' then 1
        when 'partial' then 2
        when 'buyer_wins' then 3
    end;
