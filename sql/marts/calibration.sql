-- Grain: split × model × bin of the predicted chance. Key: split, model, bin. Estimator: Wilson's interval with an
-- effective sample size (docs/decisions/084-validation.md). Estimated in transforms/statistics, whose order the rows
-- keep.
create or replace table marts.calibration as
select
    split,
    model,
    bin,
    predicted_low,
    predicted_high,
    predicted,
    n,
    n_clusters,
    share,
    ci_low,
    ci_high,
    status
from scored.calibration
order by position;
