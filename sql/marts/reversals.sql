-- Grain: factor × pair of its groups × stratifier. Key: factor, high_group, stratifier.
-- Estimator: crude against Mantel-Haenszel risk difference and odds ratio (docs/decisions/087-reversals.md).
-- Estimated in transforms/statistics/reversals.py, whose order the rows keep.
create or replace table marts.reversals as
select
    factor,
    low_group,
    high_group,
    stratifier,
    n,
    n_clusters,
    n_low,
    n_high,
    n_strata,
    crude_rd_pp,
    crude_rd_ci_low,
    crude_rd_ci_high,
    adjusted_rd_pp,
    adjusted_rd_ci_low,
    adjusted_rd_ci_high,
    crude_log_or,
    crude_log_or_ci_low,
    crude_log_or_ci_high,
    adjusted_log_or,
    adjusted_log_or_ci_low,
    adjusted_log_or_ci_high,
    p_value,
    q_value,
    is_reversed,
    n_strata_opposite,
    strata_opposite,
    strata_surely_opposite,
    status
from scored.reversals
order by position;
