-- What does a column mean?
-- 某一列是什么意思？
-- Look at unit and allowed values. Put your table in place of factor_scores.
-- 看：单位与取值。请换成你关心的表。
select
    column_name,
    data_type,
    unit,
    description_en,
    description_zh
from meta.columns
where
    table_schema = 'core'
    and table_name = 'factor_scores'
order by position;
