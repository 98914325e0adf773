-- How much is claimed and refunded, by outcome?
-- 按结果统计，主张与退款金额是多少？
-- Look at refunded over claimed within partial: that is how partial a partial ruling is.
-- 看：部分支持中退款占主张的比例。
select
    outcome,
    count(*) as n,
    sum(claimed_cny) as claimed_cny,
    sum(refunded_cny) as refunded_cny,
    round(100 * sum(refunded_cny) / nullif(sum(claimed_cny), 0), 1) as refunded_pct
from core.disputes
group by outcome
order by n desc;
