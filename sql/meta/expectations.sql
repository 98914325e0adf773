-- Grain: table × expectation. Key: table_name, expectation.
create or replace table meta.expectations as
select
    table_name,
    expectation,
    column_name,
    severity,
    success,
    n_checked,
    n_unexpected,
    observed
from scored.expectations
order by
    table_name,
    expectation;
