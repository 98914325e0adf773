"""A reader of releases as a process of its own, for ``test_readers``: reads until it is told to stop.

Every read opens the database by its fixed path, and then a whole release by the link that is in force. Whatever is
there must be of one release. Prints how many reads there were, and of how many releases.
"""

import json
import sys
from pathlib import Path

import duckdb

from flows.publish import DATABASE, RECORD, REPORT
from flows.settings import Layout


def _runs(database: Path) -> set[str]:
    """The run that each table names."""
    with duckdb.connect(str(database.resolve()), read_only=True) as connection:
        return {str(row[0]) for row in connection.execute("from a union from b").fetchall()}


def _release(folder: Path) -> set[str]:
    record = json.loads((folder / RECORD).read_text(encoding="utf-8"))["run_id"]
    report = (folder / REPORT / "index.html").read_text(encoding="utf-8")
    return {record, report, folder.name, *_runs(folder / DATABASE)}


def main(root: str, stop: str) -> None:
    """Read below the data directory `root` until the file `stop` is there."""
    layout, reads, seen = Layout(Path(root)), 0, set[str]()
    sys.stdout.write("reading\n")
    sys.stdout.flush()
    while not Path(stop).exists():
        for found in (_runs(layout.database), _release(layout.current.resolve())):
            if len(found) != 1:
                raise AssertionError(f"a mixture of releases: {sorted(found)}")
            seen |= found
        layout.report.read_text(encoding="utf-8")
        reads += 1
    sys.stdout.write(json.dumps([reads, len(seen)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
