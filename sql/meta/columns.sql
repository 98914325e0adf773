-- Grain: column of every table and view. Key: table_schema, table_name, column_name. The data dictionary, from the
-- registry; a column that the registry does not know is an extra factor.
create or replace table meta.columns as
select
    columns.schema_name as table_schema,
    columns.table_name,
    cast(columns.column_index as bigint) as position,
    columns.column_name,
    columns.data_type,
    coalesce(declared.unit, '') as unit,
    coalesce(declared.is_key, false) as is_key,
    coalesce(declared.refers_to, '') as refers_to,
    coalesce(declared.description_en, 'Extra factor of a profile') as description_en,
    coalesce(declared.description_zh, '配置档的附加因素') as description_zh,
    coalesce(declared.values_en, '') as values_en,
    coalesce(declared.values_zh, '') as values_zh
from scored.columns_there as columns
left join scored.declared_columns as declared
    on
        columns.schema_name = declared.table_schema
        and columns.table_name = declared.table_name
        and columns.column_name = declared.column_name
where
    columns.database_name = current_database()
    and columns.schema_name in ('core', 'marts', 'meta')
order by
    columns.schema_name,
    columns.table_name,
    columns.column_index;
