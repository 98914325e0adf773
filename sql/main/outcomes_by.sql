-- from outcomes_by('claim'): how ruled disputes were decided, one row per group. Groupings: all, category, claim,
-- month, decided_by. Shares and the interval of buyer_wins allow for sellers who come back (marts.outcome_rates).
create or replace macro main.outcomes_by(grouping) as table
    select
        value,
        max(n_total) as n,
        max(n_clusters) as n_sellers,
        max(share) filter (where outcome = 'seller_wins') as seller_wins,
        max(share) filter (where outcome = 'partial') as partial,
        max(share) filter (where outcome = 'buyer_wins') as buyer_wins,
        max(ci_low) filter (where outcome = 'buyer_wins') as buyer_wins_low,
        max(ci_high) filter (where outcome = 'buyer_wins') as buyer_wins_high,
        max(status) filter (where outcome = 'buyer_wins') as status
    from marts.outcome_rates
    where slice = grouping
    group by value
    order by value;
