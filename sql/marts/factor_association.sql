-- Grain: factor × measure. Key: factor, measure. Estimated in transforms/statistics, whose order the rows keep.
create or replace table marts.factor_association as
select
    factor,
    measure,
    n,
    n_clusters,
    estimate,
    ci_low,
    ci_high,
    p_value,
    q_value,
    status
from scored.factor_association
order by position;
