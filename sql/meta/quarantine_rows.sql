-- Grain: row set aside. Key: file_id, row_number. Identifiers are pseudonyms and personal data is masked.
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
    reasons.reason_en,
    reasons.reason_zh
from quarantined
left join scored.quarantine_reasons as reasons on quarantined.rule = reasons.rule
order by
    quarantined.file,
    quarantined.row_number;
