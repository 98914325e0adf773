-- Which rows were set aside, and why?
-- 哪些行被隔离，原因是什么？
-- Look at reason_en says what to do; after a correction deliver the file again.
-- 看：原因栏说明如何处理；修正后重新投递文件即可。
select
    file,
    rule,
    column_name,
    n,
    example,
    expected,
    reason_en
from meta.quarantine
order by n desc;
