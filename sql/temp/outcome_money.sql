-- Grain: slice × value × outcome, over all disputes; what they were about in money. Key: slice, value, outcome.
-- Sums of decimals, so they are exact. Null where no dispute of the row recorded the sum.
create or replace temp table outcome_money as
select
    case
        when grouping(category) = 0 then 'category'
        when grouping(claim) = 0 then 'claim'
        when grouping(month) = 0 then 'month'
        when grouping(decided_by) = 0 then 'decided_by'
        else 'all'
    end as slice,
    coalesce(category, claim, month, decided_by, 'all') as value,
    outcome,
    cast(sum(claimed_cny) as decimal(18, 2)) as claimed_cny,
    cast(sum(refunded_cny) as decimal(18, 2)) as refunded_cny
from temp.dispute_groups
group by grouping sets (
(outcome),
(outcome, category),
(outcome, claim),
(outcome, month),
(outcome, decided_by)
);
