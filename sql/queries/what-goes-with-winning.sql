-- What goes with winning, and how strongly?
-- 什么与胜诉相关，有多强？
-- Look at effect_pp: percentage points of P(buyer wins) per standard deviation, the other factors, category, claim,
--   price and month held. Association, not cause.
-- 看：effect_pp：优势每增加一个标准差，买家胜诉概率变化的百分点（其他因素、品类、诉求、价格与月份保持不变）。这是相关，不是因果。
select
    term,
    n,
    round(ame_pp, 2) as effect_pp,
    round(ame_ci_low, 2) as low,
    round(ame_ci_high, 2) as high,
    round(p_value, 4) as p_value,
    status
from marts.factor_effects
where
    model = 'buyer_wins'
    and term like '%\_advantage' escape '\'
order by abs(ame_pp) desc nulls last;
