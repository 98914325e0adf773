-- Grain: first part of a claim (or headline effect, or extra factor) × definition of winning.
-- Key: claim_id, definition.
-- Estimated in transforms/claims, whose order the rows keep.
create or replace table marts.definitions as
select
    claim_id,
    factor,
    definition,
    definition_en,
    definition_zh,
    outcome,
    n,
    n_clusters,
    n_with,
    n_without,
    is_sampled,
    unit,
    estimate,
    estimate_pp,
    ci_low,
    ci_high,
    p_value,
    q_value,
    verdict,
    status,
    sign
from scored.definitions
order by position;
