-- How were cases like this one ruled?
-- 同类案件是怎么判的？
-- Look at how many there are: five cases prove nothing.
-- 看：案件数量：五个案件说明不了问题。
select
    outcome,
    count(*) as n
from like_cases((select min(dispute_id) from core.disputes where is_ruled))
group by outcome
order by n desc;
