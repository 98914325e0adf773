-- Grain: month × factor. Key: month, factor. Estimator: a logit of buyer_wins for each month; change points by
-- simulation (docs/decisions/085-trend.md). Estimated in transforms/statistics, whose order the rows keep.
create or replace table marts.trend as
select
    month,
    factor,
    n,
    n_clusters,
    n_fitted,
    share_seller_wins,
    share_partial,
    share_buyer_wins,
    effect_pp,
    ci_low,
    ci_high,
    shift,
    shift_low,
    shift_high,
    shift_pp,
    shift_p_value,
    shift_may_be_drift,
    series_p_value,
    series_status,
    is_sampled,
    status
from scored.trend
order by position;
