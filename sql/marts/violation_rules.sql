-- Grain: rule × party. Key: rule, party. Effects by logit, in transforms/statistics/kinds.py, whose order the rows
-- keep: all breaches of both sides stand in one model, standard errors are clustered by seller. The effect of a breach
-- is that on the victory of the other side.
create or replace table marts.violation_rules as
select
    rule,
    party,
    compared,
    n_alleged,
    n_proven,
    favoured,
    n,
    n_clusters,
    n_with,
    n_without,
    share_with,
    favoured_with,
    favoured_without,
    n_fitted,
    effect_pp,
    ci_low,
    ci_high,
    p_value,
    q_value,
    status
from scored.violation_rules
order by position;
