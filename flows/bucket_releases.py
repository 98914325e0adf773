"""Releases in a bucket: a small object says which is in force, and a conditional put changes it."""

import json
import os
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.files import at_hand, upload_folder
from flows.releases import CURRENT, DATABASE, RECORD, REPORT, InForce
from flows.storage import Place, S3Path

_REPLACED = "replaced.json"
#: A downloaded database stays so long after it was last asked for.
_KEPT_SECONDS = 600.0
_FIXED_PLACES = {DATABASE: "warehouse", REPORT: "reports/latest"}
# S3 copies no larger object in one step.
_MOST_COPIED = 5 * 2**30


@dataclass(frozen=True)
class BucketShelf:
    """Releases below a prefix of a bucket.

    Attributes:
        root: The data directory.
        downloads: Folder of this machine for files of releases.
    """

    root: S3Path
    downloads: Path

    @property
    def report(self) -> Place:
        """Where the report in force was copied to."""
        return self.root / _FIXED_PLACES[REPORT] / "index.html"

    def in_force(self) -> InForce:
        """Read the object that says which release is in force."""
        found = (self.root / CURRENT).read_with_version()
        return InForce(json.loads(found[0])["release"], found[1]) if found else InForce()

    def add(self, built: Path, run_id: str) -> None:
        """Upload a release, its record last; one that is there whole already holds the same and stays as it is."""
        folder = self._folder(run_id)
        if not (folder / RECORD).is_file():
            upload_folder(built, folder, RECORD)
        shutil.rmtree(built)

    def put_in_force(self, run_id: str, seen: InForce) -> bool:
        """Change the object if it is still as it was seen; of several who try, one succeeds."""
        # The same release may be put in force twice: what is written must differ, for its hash is the version.
        now = {"release": run_id, "since": datetime.now(UTC).isoformat(), "nonce": secrets.token_hex(8)}
        content = json.dumps(now).encode()
        # An answer that was lost on its way looks as if somebody else had written.
        if (self.root / CURRENT).swap(content, seen.version) is None and (self.root / CURRENT).read_bytes() != content:
            return False
        if seen.run_id not in {None, run_id}:
            (self._folder(str(seen.run_id)) / _REPLACED).write_bytes(json.dumps({"at": now["since"]}).encode())
        self._copy_to_fixed_places(run_id)
        return True

    def mend(self) -> None:
        """Copy what is in force to the fixed places once more."""
        run_id = self.in_force().run_id
        if run_id is not None:
            self._copy_to_fixed_places(run_id)

    def database(self) -> Path | None:
        """Download the database in force, unless it is there already; what nobody has asked for lately goes."""
        run_id = self.in_force().run_id
        if run_id is None:
            return None
        found = at_hand(self._folder(run_id) / DATABASE, self.downloads)
        now = time.time()
        os.utime(found, (now, now))
        for other in self.downloads.iterdir():
            with suppress(FileNotFoundError):
                # Another reader may have been given it just now.
                if other.stat().st_mtime < now - _KEPT_SECONDS:
                    other.unlink()
        return found

    def replaced_at(self, run_id: str) -> float:
        """Return when the newest object of a release was written; one is written when it is replaced."""
        return max((each.modified for each in self._folder(run_id).objects()), default=0.0)

    def remove(self, run_id: str) -> None:
        """Remove a release, its record first: without that it is none."""
        folder = self._folder(run_id)
        (folder / RECORD).unlink(missing_ok=True)
        folder.remove_below()

    def _folder(self, run_id: str) -> S3Path:
        return self.root / "releases" / run_id

    def _copy_to_fixed_places(self, run_id: str) -> None:
        """Put database and report where other programs look for them; `rulings` itself reads them in the release."""
        folder = self._folder(run_id)
        for each in folder.objects():
            name = each.path.key.removeprefix(f"{folder.key}/")
            place = _FIXED_PLACES.get(name.partition("/")[0])
            if place and each.size <= _MOST_COPIED:
                each.path.copy_to(self.root / place / name.removeprefix(f"{REPORT}/"))
