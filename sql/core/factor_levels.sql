-- Grain: ruled dispute; the level of each factor as a code, 0 where it was not recorded. Key: dispute_id.
create or replace table core.factor_levels as
select *
from scored.factor_levels
order by dispute_id;
