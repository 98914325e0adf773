-- Grain: item of evidence. Key: evidence_id.
-- Filed by month of the dispute, then in order of delivery.
create or replace table core.evidence as
select
    evidence_id,
    dispute_id,
    party,
    kind,
    submitted_at,
    clear,
    multi_angle,
    close_up,
    full_process,
    accredited,
    admitted,
    counted,
    __file as file_id,
    __row as source_row
from scored.evidence;
