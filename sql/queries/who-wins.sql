-- Who wins?
-- 谁会赢？
-- Look at the interval of buyer_wins: it allows for sellers who come back. A group whose interval holds that of the
--   whole is no exception.
-- 看：买家胜诉率的区间：它考虑了同一卖家的多次纠纷。区间包含整体水平的分组不算例外。
select
    value as claim,
    n,
    round(100 * buyer_wins, 1) as buyer_wins_pct,
    round(100 * buyer_wins_low, 1) as low,
    round(100 * buyer_wins_high, 1) as high,
    round(100 * partial, 1) as partial_pct,
    round(100 * seller_wins, 1) as seller_wins_pct
from outcomes_by('claim')
order by buyer_wins desc;
