-- Grain: measure × value. Key: measure, value. What was delivered now against what was there before; estimated in
-- transforms/statistics/drift.py. Empty for a first release.
create or replace table meta.drift as
select
    measure,
    value,
    n_before,
    n_now,
    share_before,
    share_now,
    difference_pp,
    ci_low,
    ci_high,
    p_value,
    q_value,
    is_moved,
    status
from scored.drift
order by position;
