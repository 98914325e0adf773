-- Grain: file × rule × column. Key: file_id, rule, column_name. A row counts under the first rule that it breaks, so
-- the counts of a file add up to its rows set aside. The rows themselves are in
-- meta.quarantine_rows.
create or replace table meta.quarantine as
select
    file_id,
    file,
    table_name,
    rule,
    column_name,
    count(*) as n,
    min(row_number) as first_row,
    arg_min(got, row_number) as example,
    arg_min(expected, row_number) as expected,
    any_value(reason_en) as reason_en,
    any_value(reason_zh) as reason_zh
from meta.quarantine_rows
group by
    file_id,
    file,
    table_name,
    rule,
    column_name
order by
    file,
    first_row,
    rule;
