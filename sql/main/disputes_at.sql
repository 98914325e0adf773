-- from disputes_at('tone', '1'): the ruled disputes at a level of a factor, as counted in marts.factor_outcomes.
-- Factors: evidence, rules, tone, reputation, overall, and the extra factors of a profile; the level may be
-- 'not_recorded'.
create or replace macro main.disputes_at(factor_name, factor_level) as table
    with levels as (
        select
            dispute_id,
            factor,
            code
        from core.factor_levels unpivot (code for factor in (columns(* exclude (dispute_id))))
    )

    select
        disputes.dispute_id,
        disputes.outcome,
        disputes.category,
        disputes.claim,
        disputes.decided_by,
        disputes.opened_at,
        disputes.ruled_at,
        disputes.claimed_cny,
        disputes.refunded_cny,
        disputes.refund_ratio
    from levels
    inner join core.factor_level_bounds as bounds using (factor, code)
    inner join core.disputes as disputes using (dispute_id)
    where
        bounds.factor = factor_name
        and bounds.level = factor_level
        and disputes.is_ruled
    order by disputes.dispute_id;
