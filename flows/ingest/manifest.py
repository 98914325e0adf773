"""The manifest of a batch: what it says must have arrived."""

import json
from dataclasses import replace
from typing import Any

from flows.errors import RunError
from flows.ingest.delivered import InboxFile
from transforms.registry import INPUT_TABLES

MANIFEST = "manifest.json"
_LONGEST = 16 << 20
_FORM = '{"tables": {"disputes": {"rows": 120, "sha256": {"disputes.csv": "…"}}}}'


def with_manifest(files: list[InboxFile]) -> list[InboxFile]:
    """Note on the files of a batch what its manifest says of them.

    Args:
        files: The files of one batch.

    Returns:
        The same files without the manifest.

    Raises:
        RunError: The manifest cannot be read, or lists what did not arrive.
    """
    manifest = next((file for file in files if file.path.name == MANIFEST and not file.ignored), None)
    if manifest is None:
        return files
    tables = _read(manifest)
    data = [file for file in files if file is not manifest]
    _refuse_absent(tables, data, manifest)
    return [_expected(file, tables.get(file.table or "", {})) for file in data]


def _read(manifest: InboxFile) -> dict[str, dict[str, Any]]:
    if manifest.path.stat().st_size > _LONGEST:
        raise RunError(f"the manifest {manifest.name} is larger than {_LONGEST >> 20} MiB; expected {_FORM}")
    try:
        tables = json.loads(manifest.path.read_text(encoding="utf-8-sig"))["tables"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        what = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise RunError(f"the manifest {manifest.name} cannot be read ({what}); expected {_FORM}") from error
    if not isinstance(tables, dict) or not all(map(_is_table_entry, tables.items())):
        raise RunError(f"the manifest {manifest.name} has another form than expected: {_FORM}")
    return tables


def _is_table_entry(item: tuple[str, object]) -> bool:
    table, said = item
    return (
        table in INPUT_TABLES
        and isinstance(said, dict)
        and isinstance(said.get("rows", 0), int)
        and isinstance(said.get("sha256", {}), dict)
    )


def _refuse_absent(tables: dict[str, dict[str, Any]], data: list[InboxFile], manifest: InboxFile) -> None:
    there = {file.path.name for file in data}
    absent = sorted(name for table in tables.values() for name in table.get("sha256", {}) if name not in there)
    tables_there = {file.table for file in data}
    absent += sorted(
        f"the table {table}" for table, said in tables.items() if said.get("rows") and table not in tables_there
    )
    if absent:
        raise RunError(f"{manifest.name} lists {', '.join(absent)}, which did not arrive; deliver the whole batch")


def _expected(file: InboxFile, said: dict[str, Any]) -> InboxFile:
    return replace(file, expected_rows=said.get("rows"), expected_sha256=said.get("sha256", {}).get(file.path.name))
