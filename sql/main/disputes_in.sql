-- from disputes_in('category', 'luxury'): the disputes of a group of marts.outcome_rates and marts.closure_rates, those
-- without a ruling too. Groupings: all, category, claim, month, decided_by; the group may be 'not_recorded'. The month
-- is that of the ruling or, without one, of the opening, in Shanghai.
create or replace macro main.disputes_in(grouping, group_value) as table
    select
        dispute_id,
        outcome,
        is_ruled,
        category,
        claim,
        decided_by,
        opened_at,
        ruled_at,
        claimed_cny,
        refunded_cny,
        refund_ratio
    from core.disputes
    where
        grouping = 'all'
        or coalesce(
            case grouping
                when 'category' then category
                when 'claim' then claim
                when 'decided_by' then decided_by
                when 'month'
                    then strftime(coalesce(ruled_at, opened_at) at time zone 'Asia/Shanghai', '%Y-%m')
            end,
            'not_recorded'
        ) = group_value
    order by dispute_id;
