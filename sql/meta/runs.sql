-- Grain: published run. Key: run_id. Earlier runs are carried over from the release before.
create or replace table meta.runs as
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
from scored.runs
order by
    started_at,
    run_id;
