-- from like_cases('D…'): ruled disputes of the same category, claim and level of each of the four factors, the newest
-- first; the dispute itself is left out.
create or replace macro main.like_cases(id) as table
    select
        disputes.dispute_id,
        disputes.ruled_at,
        disputes.outcome,
        disputes.refund_ratio,
        disputes.decided_by,
        disputes.decider_id
    from core.disputes
    inner join core.factor_levels using (dispute_id)
    semi join (
        select
            own.category,
            own.claim,
            own_levels.evidence,
            own_levels.rules,
            own_levels.tone,
            own_levels.reputation
        from core.disputes as own
        inner join core.factor_levels as own_levels using (dispute_id)
        where own.dispute_id = id
    ) as same
        on
            disputes.category is not distinct from same.category
            and disputes.claim is not distinct from same.claim
            and factor_levels.evidence = same.evidence
            and factor_levels.rules = same.rules
            and factor_levels.tone = same.tone
            and factor_levels.reputation = same.reputation
    where disputes.dispute_id <> id
    order by
        disputes.ruled_at desc nulls last,
        disputes.dispute_id;
