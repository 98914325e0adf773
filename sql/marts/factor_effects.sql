-- Grain: model × term. Key: model, term. Estimated in transforms/statistics, whose order the rows keep.
create or replace table marts.factor_effects as
select
    model,
    term,
    n,
    n_clusters,
    coefficient,
    std_error,
    dof,
    odds_ratio,
    ci_low,
    ci_high,
    p_value,
    ame_pp,
    ame_ci_low,
    ame_ci_high,
    is_sampled,
    status
from scored.factor_effects
order by position;
