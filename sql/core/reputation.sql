-- Grain: user × date. Key: user_id, as_of.
create or replace table core.reputation as
select
    user_id,
    as_of,
    credit_score,
    member_since,
    completed_trades,
    positive_rate,
    claims_90d,
    unjustified_claims_365d,
    complaints_365d,
    penalties_365d,
    counterfeit_penalties_365d,
    counted,
    __file as file_id,
    __row as source_row
from scored.reputation
order by
    user_id,
    as_of;
