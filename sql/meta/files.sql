-- Grain: delivered file. Key: file_id, file.
-- Rows loaded are counted in the tables themselves, so that the sum of the fates is a check and not a definition.
create or replace table meta.files as
with rows_in_tables as (
    select file_id from core.disputes
    union all
    select file_id from core.evidence
    union all
    select file_id from core.violations
    union all
    select file_id from core.messages
    union all
    select file_id from core.reputation
),

loaded_rows as (
    select
        file_id,
        count(*) as loaded
    from rows_in_tables
    group by file_id
)

select
    files.file_id,
    files.batch,
    files.file,
    files.table_name,
    files.profile,
    files.format,
    files.status,
    files.bytes,
    files.rows_in,
    case when files.status = 'loaded' then coalesce(loaded_rows.loaded, 0) else 0 end as loaded,
    files.quarantined,
    files.duplicates,
    files.superseded,
    files.not_recorded,
    files.extra_columns,
    files.note
from scored.files as files
left join loaded_rows on files.file_id = loaded_rows.file_id
order by files.delivery;
