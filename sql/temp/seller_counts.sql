-- Grain: slice × value × seller, over all disputes; how many ended so. Key: slice, value, seller_id.
-- One pass over the disputes serves all tables of rates by group. Disputes without a seller share a row.
create or replace temp table seller_counts as
select
    case
        when grouping(category) = 0 then 'category'
        when grouping(claim) = 0 then 'claim'
        when grouping(month) = 0 then 'month'
        when grouping(decided_by) = 0 then 'decided_by'
        else 'all'
    end as slice,
    coalesce(category, claim, month, decided_by, 'all') as value,
    seller_id,
    count(*) filter (where outcome = 'seller_wins') as seller_wins,
    count(*) filter (where outcome = 'partial') as partial,
    count(*) filter (where outcome = 'buyer_wins') as buyer_wins,
    count(*) filter (where outcome = 'settled') as settled,
    count(*) filter (where outcome = 'withdrawn') as withdrawn,
    count(*) filter (where outcome = 'expired') as expired,
    count(*) filter (where outcome = 'open') as open
from temp.dispute_groups
group by grouping sets (
(seller_id),
(seller_id, category),
(seller_id, claim),
(seller_id, month),
(seller_id, decided_by)
);
