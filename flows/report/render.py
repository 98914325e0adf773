"""Render the page: blocks into one HTML file that needs nothing from anywhere else."""

import base64
import hashlib
import os
from pathlib import Path

from flows.report.blocks import Bullets, Cards, Figures, Folds, Page, Prose, Table
from flows.report.data import read_release
from flows.report.disclosure import disclose
from flows.report.page import build_page
from flows.report.snapshot import NAME as SNAPSHOT
from flows.report.snapshot import Snapshot, snapshot_text, take_snapshot

_HERE = Path(__file__).parent
_KINDS = {Bullets: "bullets", Cards: "cards", Figures: "figures", Folds: "folds", Prose: "prose", Table: "table"}


def render_report(database: Path, out_dir: Path, before: Snapshot | None = None) -> Path:
    """Write the report of a release, and beside it the numbers that a later report compares with.

    The same database and the same earlier numbers give the same bytes. The file is replaced as a whole: a reader sees
    the old report or the new.

    Args:
        database: The DuckDB file of the release; it is opened read-only.
        out_dir: Directory of the report; it is made if it is not there.
        before: Numbers of the release to compare with, if there is one.

    Returns:
        The path of ``index.html`` in that directory.

    Raises:
        ReportError: The release cannot be read.
        OSError: The report cannot be written.
    """
    data = read_release(database)
    now = take_snapshot(data, disclose(data))
    html = render_page(build_page(data, now, before))
    out_dir.mkdir(parents=True, exist_ok=True)
    _write_atomically(out_dir / SNAPSHOT, snapshot_text(now))
    return _write_atomically(out_dir / "index.html", html)


def render_page(page: Page) -> str:
    """Lay a page out as HTML.

    Args:
        page: The page in both languages.

    Returns:
        The text of the file.
    """
    import jinja2  # noqa: PLC0415 - heavy

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.tests["kind"] = _is_kind
    script = (_HERE / "switch.js").read_text(encoding="utf-8").strip()
    return environment.get_template("template.html.j2").render(
        page=page,
        style=(_HERE / "style.css").read_text(encoding="utf-8").strip(),
        script=script,
        script_hash=_csp_hash(script),
    )


def _is_kind(block: object, kind: str) -> bool:
    """Whether a block is of the kind that the template names."""
    return _KINDS[type(block)] == kind


def _csp_hash(script: str) -> str:
    """What a content security policy calls a script that may run."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")


def _write_atomically(path: Path, text: str) -> Path:
    """Write beside the file, then rename over it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
