-- Grain: factor × stratifier × group. Key: factor, stratifier, value.
-- Estimator: average marginal effect of a logit of buyer_wins within the group (docs/decisions/082-few-clusters.md).
-- Estimated in transforms/statistics/stratum_effects.py, whose order the rows keep.
create or replace table marts.stratum_effects as
select
    factor,
    stratifier,
    value,
    n,
    n_clusters,
    coefficient,
    std_error,
    dof,
    effect_pp,
    ci_low,
    ci_high,
    p_value,
    q_value,
    heterogeneity_p_value,
    heterogeneity_q_value,
    is_reversed,
    is_sampled,
    status
from scored.stratum_effects
order by position;
