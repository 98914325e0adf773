-- Grain: slice × value, over ruled disputes. Key: slice, value.
-- Estimator: share of the pairs of like cases that were ruled unlike, a U-statistic, with its jackknife by seller
-- (docs/decisions/086-consistency.md). Estimated in transforms/statistics/consistency.py, whose order the rows keep.
create or replace table marts.consistency as
select
    slice,
    value,
    n,
    n_clusters,
    n_alone,
    n_cells,
    n_pairs,
    differ_share,
    ci_low,
    ci_high,
    differ_any,
    tau,
    tau_ci_low,
    tau_ci_high,
    like_by,
    status
from scored.consistency
order by position;
