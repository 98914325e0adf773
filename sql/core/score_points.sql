-- Grain: dispute; one column a factor, side and part, named factor__side__part, in ten-thousandths of a score.
-- Key: dispute_id. Whole numbers, so that parts add up to the score exactly. core.score_parts shows them as rows.
-- Filed by month of the dispute, then by dispute_id.
create or replace table core.score_points as
select *
from scored.score_points;
