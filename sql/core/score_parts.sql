-- Grain: dispute × side × factor × part. Key: dispute_id, party, factor, part.
-- A view: as rows the parts of ten million disputes would be the largest table, and few are ever looked at.
create or replace view core.score_parts as
with named as (
    unpivot core.score_points
    on columns(* exclude (dispute_id))
    into name part_name value ten_thousandths
)

select
    dispute_id,
    split_part(part_name, '__', 2) as party,
    split_part(part_name, '__', 1) as factor,
    split_part(part_name, '__', 3) as part,
    ten_thousandths / 10000.0::double as points
from named;
