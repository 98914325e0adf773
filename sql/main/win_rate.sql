-- win_rate(n, k): share of k among n disputes with Wilson's 95 % interval (1927), as a struct share, ci_low, ci_high;
-- from win_rate(100, 40): the same as a row.
-- It takes rulings as independent. Where sellers come back the interval is too narrow: use marts.outcome_rates.
create or replace macro main.win_rate(n, k) as ({
    'share': k / nullif(n, 0),
    'ci_low': greatest(
        (
            k / nullif(n, 0) + pow(1.959963984540054, 2) / (2 * nullif(n, 0))
            - 1.959963984540054 * sqrt(
                (k / nullif(n, 0)) * (1 - k / nullif(n, 0)) / nullif(n, 0)
                + pow(1.959963984540054 / (2 * nullif(n, 0)), 2)
            )
        ) / (1 + pow(1.959963984540054, 2) / nullif(n, 0)), 0
    ),
    'ci_high': least(
        (
            k / nullif(n, 0) + pow(1.959963984540054, 2) / (2 * nullif(n, 0))
            + 1.959963984540054 * sqrt(
                (k / nullif(n, 0)) * (1 - k / nullif(n, 0)) / nullif(n, 0)
                + pow(1.959963984540054 / (2 * nullif(n, 0)), 2)
            )
        ) / (1 + pow(1.959963984540054, 2) / nullif(n, 0)), 1
    )
});

create or replace macro main.win_rate(n, k) as table
    select unnest(main.win_rate(n, k)); -- noqa: AM04
