-- How do outcomes change from the lowest to the highest level of a factor?
-- 从最低到最高水平，结果如何变化？
-- Look at whether the share rises step by step. Put another factor in place of tone.
-- 看：占比是否逐级上升。可将 tone 换成其他因素。
select
    level,
    level_low,
    level_high,
    n,
    round(100 * buyer_wins, 1) as buyer_wins_pct,
    round(100 * buyer_wins_low, 1) as low,
    round(100 * buyer_wins_high, 1) as high
from factor_levels('tone');
