-- Do customer service and the jury rule alike?
-- 客服与小法庭的判定一致吗？
-- Look at the two are given different cases; compare like with like before you conclude.
-- 看：两者处理的案件不同，比较同类案件后再下结论。
select
    value as decided_by,
    n,
    n_sellers,
    round(100 * buyer_wins, 1) as buyer_wins_pct,
    round(100 * buyer_wins_low, 1) as low,
    round(100 * buyer_wins_high, 1) as high
from outcomes_by('decided_by');
