-- Grain: slice × value × quantile, over all disputes. Key: slice, value, quantile. Estimated in
-- transforms/statistics/durations.py (quantiles of the Kaplan–Meier curve).
create or replace table marts.hours_to_end as
select
    slice,
    value,
    quantile,
    n,
    n_open,
    n_without_time,
    n_clusters,
    hours,
    ci_low,
    ci_high,
    status
from scored.hours_to_end
order by position;
