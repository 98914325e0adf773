-- Grain: row set aside. Key: file_id, row_number. Identifiers are pseudonyms and personal data is masked.
-- A row that came again since, corrected, is left out: it counts as superseded.
create or replace table meta.quarantine_rows as
with quarantined as (
    select *
    from scored.quarantine_own
    union all by name
    select *
    from scored.quarantine_orphans
)

select
    quarantined.file_id,
    quarantined.file,
    quarantined.table_name,
    quarantined.row_number,
    quarantined.rule,
    quarantined.column_name,
    quarantined.got,
    quarantined.expected,
    cast(quarantined.n_broken as bigint) as n_broken,
    quarantined.raw,
    quarantined.reason_en,
    quarantined.reason_zh
from quarantined
anti join scored.corrected as corrected
    on quarantined.file_id = corrected.file_id and quarantined.row_number = corrected.row_number
order by
    quarantined.file,
    quarantined.row_number;
