-- Grain: factor × level. Key: factor, code. What the codes of core.factor_levels mean.
create or replace table core.factor_level_bounds as
select
    factor,
    cast(factor_order as bigint) as factor_order,
    cast(code as bigint) as code,
    level,
    level_low,
    level_high
from scored.factor_level_bounds
order by
    factor_order,
    code;
