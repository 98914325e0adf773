-- Grain: kind of decider, and all. Key: decided_by.
-- Estimator: excess of the deciders' squared scores over what chance and their cases explain
-- (docs/decisions/086-consistency.md). Estimated in transforms/statistics/deciders.py, whose order the rows keep.
create or replace table marts.decider_variation as
select
    decided_by,
    n,
    n_clusters,
    n_deciders,
    sd_pp,
    ci_low,
    ci_high,
    p_value,
    status
from scored.decider_variation
order by position;
