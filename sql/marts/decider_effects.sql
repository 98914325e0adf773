-- Grain: decider, those with most rulings. Key: decider_id.
-- Estimator: score of a dummy for the decider in the logit of buyer_wins (docs/decisions/086-consistency.md).
-- Estimated in transforms/statistics/deciders.py, whose order the rows keep.
create or replace table marts.decider_effects as
select
    decider_id,
    decided_by,
    n,
    n_clusters,
    win_share,
    expected_share,
    effect_pp,
    ci_low,
    ci_high,
    p_value,
    q_value,
    shrunken_pp,
    status
from scored.decider_effects
order by position;
