-- from factor_levels('tone'): how ruled disputes were decided at each level of a factor, lowest level first. Factors:
-- evidence, rules, tone, reputation, overall, and the extra factors of a profile.
create or replace macro main.factor_levels(name) as table
    select
        level,
        any_value(level_low) as level_low,
        any_value(level_high) as level_high,
        max(n_total) as n,
        max(share) filter (where outcome = 'seller_wins') as seller_wins,
        max(share) filter (where outcome = 'partial') as partial,
        max(share) filter (where outcome = 'buyer_wins') as buyer_wins,
        max(ci_low) filter (where outcome = 'buyer_wins') as buyer_wins_low,
        max(ci_high) filter (where outcome = 'buyer_wins') as buyer_wins_high
    from marts.factor_outcomes
    where factor = name
    group by level
    order by
        level_low nulls last,
        level;
