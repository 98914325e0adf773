-- Grain: version of a dispute that a later export changed. Key: dispute_id, version.
-- Disputes with a single version are in core.disputes alone.
create or replace table core.dispute_versions as
select
    dispute_id,
    version,
    exported_at,
    outcome,
    ruled_at,
    claimed_cny,
    refunded_cny,
    decided_by,
    is_in_force,
    file_id,
    source_row
from scored.dispute_versions
order by
    dispute_id,
    version;
