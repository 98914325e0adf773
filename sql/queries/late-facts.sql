-- What came after the ruling and was left out?
-- 判定之后才出现、未计入的记录有多少？
-- Look at a large share of late items: the export may carry the wrong times.
-- 看：若占比很大，导出文件的时间可能有误。
select
    'evidence' as facts,
    count(*) as n,
    count(*) filter (where not counted) as left_out
from core.evidence
union all
select
    'violations' as facts,
    count(*) as n,
    count(*) filter (where not counted) as left_out
from core.violations
union all
select
    'messages' as facts,
    count(*) as n,
    count(*) filter (where not counted) as left_out
from core.messages
order by facts;
