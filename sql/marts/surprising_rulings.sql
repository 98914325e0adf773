-- Grain: ruled dispute, the most surprising ones; rank 0 is a row that says why there is none. Key: rank.
-- Estimator: -ln of the ruling's probability in the proportional-odds model of the rulings of other sellers
-- (docs/decisions/086-consistency.md). Estimated in transforms/statistics/surprise.py, whose order the rows keep.
create or replace table marts.surprising_rulings as
select
    rank,
    dispute_id,
    outcome,
    expected_outcome,
    surprise,
    ci_low,
    ci_high,
    p_seller_wins,
    p_partial,
    p_buyer_wins,
    evidence_advantage,
    rules_advantage,
    tone_advantage,
    reputation_advantage,
    evidence_log_odds,
    rules_log_odds,
    tone_log_odds,
    reputation_log_odds,
    context_log_odds,
    top_reason_factor,
    n,
    n_fitted,
    n_clusters,
    status
from scored.surprising_rulings
order by position;
