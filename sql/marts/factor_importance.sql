-- Grain: factor. Key: factor. Estimator: Shapley values of McFadden's R² over sixteen submodels, intervals by seller
-- (docs/decisions/083-importance.md). Estimated in transforms/statistics, whose order the rows keep.
create or replace table marts.factor_importance as
select
    factor,
    share,
    ci_low,
    ci_high,
    r2_part,
    r2_alone,
    r2_given_others,
    p_value,
    learnt_weight,
    learnt_ci_low,
    learnt_ci_high,
    configured_weight,
    n,
    n_clusters,
    is_sampled,
    status
from scored.factor_importance
order by position;
