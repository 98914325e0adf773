"""The dry run: what would be loaded and what set aside, and nothing kept."""

import hashlib
import shutil
from pathlib import Path

import pytest

from flows.check import check_path
from flows.errors import RunError
from tests.builders import deliver, disputes_csv, manifest, messages_csv, packed, remember, stage

DISPUTES = disputes_csv(("d1", "2026-01-05", "partial"), ("d2", "soon", "partial"))
MESSAGES = packed(messages_csv(("m1", "d1", "buyer", "好"), ("m2", "d9", "buyer", "好")), "gzip")


def _line(text: str, *parts: str) -> list[str]:
    """Return the fields of the one line that has all parts."""
    (line,) = [line for line in text.splitlines() if all(part in line for part in parts)]
    return [field.strip() for field in line.strip("│┃ ").split("│")]


@pytest.mark.parametrize("with_manifest", [False, True])
def test_a_batch_folder(tmp_path: Path, with_manifest: bool) -> None:
    files: dict[str, str | bytes] = {"disputes.csv": DISPUTES, "messages.csv.gz": MESSAGES}
    if with_manifest:
        sha = hashlib.sha256(MESSAGES).hexdigest()
        files["manifest.json"] = manifest(
            {"disputes": {"rows": 2}, "messages": {"rows": 2, "sha256": {"messages.csv.gz": sha}}}
        )
    text = check_path(deliver(tmp_path / "june", files), None)
    assert _line(text, "disputes.csv", "1 type opened_at")[1:4] == ["2", "1", "1"]
    assert _line(text, "messages.csv.gz", "1 reference dispute_id")[1:4] == ["2", "1", "1"]
    assert max(map(len, text.split("What to do:")[0].splitlines())) <= 80
    assert "type: The value cannot be read as the column's type" in text
    assert _line(text, "disputes.csv", "soon")[1:6] == ["type", "opened_at", "1", "2", "soon"]
    assert _line(text, "messages.csv.gz", "d9")[1:6] == ["reference", "dispute_id", "1", "2", "d9"]


def test_a_single_file_and_an_inbox(tmp_path: Path) -> None:
    inbox = deliver(
        tmp_path / "inbox",
        {"june/disputes.csv": DISPUTES, "july/disputes.csv": disputes_csv(("d3", "2026-07-01", None))},
    )
    assert _line(check_path(inbox / "june" / "disputes.csv", None), "disputes.csv", "1 type")[1:4] == ["2", "1", "1"]
    assert _line(check_path(inbox, None), "july/disputes.csv")[1:4] == ["1", "1", "0"]


def test_nothing_to_set_aside(tmp_path: Path) -> None:
    text = check_path(deliver(tmp_path / "june", {"disputes.csv": disputes_csv(("d1", "2026-01-05", None))}), None)
    assert "No row would be set aside." in text


def test_nothing_is_kept(tmp_path: Path) -> None:
    batch = deliver(tmp_path / "june", {"disputes.csv": DISPUTES})
    check_path(batch, None)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["disputes.csv", "june"]


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is empty"):
        check_path(deliver(tmp_path / "june", {"disputes.csv": ""}), None)


def test_disputes_that_were_loaded_before_are_known(tmp_path: Path) -> None:
    remember(stage(tmp_path, {"may/disputes.csv": DISPUTES}), "r1")
    june = deliver(
        tmp_path / "june", {"messages.csv": messages_csv(("m1", "d1", "buyer", "好"), ("m2", "d9", "buyer", "好"))}
    )
    assert _line(check_path(june, None, tmp_path / "data"), "messages.csv", "1 reference")[1:4] == ["2", "1", "1"]
    assert _line(check_path(june, None), "messages.csv", "2 reference")[1:4] == ["2", "0", "2"]


@pytest.mark.parametrize("gone", ["", "month=2026-01"])
def test_staged_folders_that_a_run_has_just_removed_stop_no_check(tmp_path: Path, gone: str) -> None:
    remember(stage(tmp_path, {"may/disputes.csv": DISPUTES}), "r1")
    june = deliver(tmp_path / "june", {"messages.csv": messages_csv(("m1", "d1", "buyer", "好"))})
    (folder,) = (tmp_path / "data" / "staged" / "disputes").iterdir()
    shutil.rmtree(folder / gone)
    text = check_path(june, None, tmp_path / "data")
    assert _line(text, "messages.csv", "1 reference")[1:4] == ["1", "0", "1"]
    assert text.endswith("Check again once it has ended.")
