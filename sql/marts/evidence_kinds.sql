-- Grain: kind of evidence × party. Key: kind, party. Effects by logit, in transforms/statistics/kinds.py, whose order
-- the rows keep: all kinds of both sides stand in one model, standard errors are clustered by seller.
create or replace table marts.evidence_kinds as
select
    kind,
    party,
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
from scored.evidence_kinds
order by position;
