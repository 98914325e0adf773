"""Runs on a small disk of its own, in memory, in a namespace that only this process sees; for ``test_disk``.

Prints one JSON object a line: how much room there was, how the run ended, and which release was in force.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from tests.faults.workshop import Order, Workshop, workshop

WIDE = 200_000_000


def _mount(disk: Path, size: int, *more: str) -> None:
    options = ",".join([*more, f"size={size}"])
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], check=True)


def _try(shop: Workshop, disk: Path, room: int) -> None:
    # What a run that failed has staged stays for the next.
    _mount(disk, shutil.disk_usage(disk).used + room, "remount")
    ended = shop.run(Order(str(disk)))
    _mount(disk, WIDE, "remount")
    in_force = (disk / "data" / "current").readlink().name
    sys.stdout.write(json.dumps({"room": room, "in_force": in_force, **asdict(ended)}) + "\n")
    sys.stdout.flush()


def main(root: str, disk: str, result: str, *rooms: str) -> None:
    """Run with so much room beyond what the release takes, each time; then with enough; and copy that release out."""
    place = Path(disk)
    place.mkdir()
    _mount(place, WIDE)
    shutil.copytree(root, place, symlinks=True, dirs_exist_ok=True)
    with workshop() as shop:
        for room in rooms:
            _try(shop, place, int(room))
        _try(shop, place, WIDE)
    shutil.copyfile(place / "data" / "warehouse" / "rulings.duckdb", result)


if __name__ == "__main__":
    main(*sys.argv[1:])
