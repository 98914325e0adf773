-- Grain: alleged breach. Key: violation_id.
-- Filed by month of the dispute, then in order of delivery.
create or replace table core.violations as
select
    violation_id,
    dispute_id,
    party,
    rule,
    severity,
    substantiated,
    recorded_at,
    counted,
    __file as file_id,
    __row as source_row
from scored.violations;
