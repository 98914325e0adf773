-- Grain: dispute, open ones included; the groups that rates are given for. Key: dispute_id.
-- The month is that of the ruling or, without one, of the opening, in Shanghai. A hash stands for the seller, because
-- groups by numbers take less room than by texts; among a million sellers two share one with a chance of 3 in 10^8.
create or replace temp view dispute_groups as
select
    dispute_id,
    case when seller_id is not null then hash(seller_id) end as seller_id,
    coalesce(outcome, 'open') as outcome,
    coalesce(category, 'not_recorded') as category,
    coalesce(claim, 'not_recorded') as claim,
    coalesce(
        strftime(coalesce(ruled_at, opened_at) at time zone 'Asia/Shanghai', '%Y-%m'), 'not_recorded'
    ) as month,
    coalesce(decided_by, 'not_recorded') as decided_by,
    claimed_cny,
    refunded_cny
from core.disputes;
