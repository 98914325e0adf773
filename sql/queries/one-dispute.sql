-- Why did one dispute get the scores that it has?
-- 一个纠纷的得分是怎么来的？
-- Look at the parts add up to the score. Put your dispute in place of the first one.
-- 看：各部分之和等于得分。请换成你关心的纠纷编号。
select
    party,
    factor,
    part,
    points
from score_of((select min(dispute_id) from core.disputes where is_ruled));
