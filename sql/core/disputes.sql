-- Grain: dispute, in its latest version. Key: dispute_id.
-- Filed by month, then by dispute_id.
-- Parameters: $run_id, the run that publishes.
create or replace table core.disputes as
select
    dispute_id,
    exported_at,
    order_id,
    opened_at,
    ruled_at,
    category,
    claim,
    item_price_cny,
    claimed_cny,
    refunded_cny,
    buyer_id,
    seller_id,
    outcome,
    decided_by,
    decider_id,
    votes_buyer,
    votes_seller,
    paid_on_platform,
    applied_in_window,
    negotiated_first,
    shipped_on_time,
    cast($run_id as varchar) as run_id,
    is_ruled,
    refund_ratio,
    __file as file_id,
    __row as source_row
from scored.disputes;
