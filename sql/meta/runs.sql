-- Grain: published run. Key: run_id. Earlier runs are carried over from the release before.
create or replace table meta.runs as
with this_run as (
    select
        this_run.*,
        version() as duckdb_version,
        (select count(*) from core.disputes) as n_disputes,
        (select count(*) from core.disputes where is_ruled) as n_ruled
    from scored.this_run as this_run
)

select
    run_id,
    started_at,
    finished_at,
    profile,
    weights_version,
    code_version,
    polars_version,
    duckdb_version,
    n_files,
    n_disputes,
    n_ruled
from scored.runs_before
where run_id not in (select run_id from this_run)
union all by name
select *
from this_run
order by
    started_at,
    run_id;
