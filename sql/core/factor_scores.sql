-- Grain: dispute. Key: dispute_id. Scores in [0, 1], advantages (buyer minus seller) in [-1, 1]; null: not recorded.
-- Extra factors of a profile follow, one column each, so the columns are not known here.
-- Filed by month of the dispute, then by dispute_id.
create or replace table core.factor_scores as
select *
from scored.factor_scores;
