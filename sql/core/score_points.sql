-- Grain: dispute; one column a factor, side and part, named factor__side__part, in ten-thousandths of a score.
-- Key: dispute_id. Whole numbers, so that parts add up to the score exactly. core.score_parts shows them as rows.
create or replace table core.score_points as
select *
from scored.score_points
order by dispute_id;
