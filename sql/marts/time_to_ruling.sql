-- Grain: slice × value × state × hours, over all disputes. Key: slice, value, state, hours. Estimated in
-- transforms/statistics/durations.py (Kaplan–Meier and Aalen–Johansen, open disputes censored).
create or replace table marts.time_to_ruling as
select
    slice,
    value,
    state,
    hours,
    n,
    n_clusters,
    n_at_risk,
    share,
    ci_low,
    ci_high,
    status
from scored.time_to_ruling
order by position;
