"""What lies in the inbox: folders, archives, single files, and manifests."""

import hashlib
import io
import os
import tarfile
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.errors import RunError
from flows.ingest.delivered import InboxFile
from flows.ingest.inbox import list_files
from flows.ingest.profiles import candidate_profiles
from flows.settings import Limits
from tests.builders import DELIVERED, deliver, disputes_csv, manifest, messages_csv, packed, settings_for, stage
from tests.flows.ingest.archives_made import zipped

DISPUTES = disputes_csv(("d1", "2026-01-01", "partial"), ("d2", "2026-01-02", None))
MESSAGES = messages_csv(("m1", "d1", "buyer", "你好"))
BATCH = {"disputes.csv": DISPUTES, "messages-0001.csv": MESSAGES}


def _zip(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def _tar(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return content.getvalue()


def _listed(tmp_path: Path, files: dict[str, str | bytes], limits: Limits | None = None) -> list[InboxFile]:
    deliver(tmp_path / "inbox", files)
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir(exist_ok=True)
    return list_files(replace(settings_for(tmp_path), limits=limits or Limits()), unpacked, candidate_profiles(None))


@pytest.mark.parametrize(
    "files",
    [
        {f"june/{name}": text for name, text in BATCH.items()},
        {f"june/deep/er/{name}": text for name, text in BATCH.items()},
        {"june.zip": _zip(BATCH)},
        {"june.ZIP": _zip({f"deep/{name}": text for name, text in BATCH.items()})},
        {"june.tar.gz": _tar(BATCH)},
        {"june.tgz": _tar({f"deep/{name}": text for name, text in BATCH.items()})},
    ],
    ids=["folder", "deep folder", "zip", "deep zip", "tar.gz", "deep tgz"],
)
def test_a_batch_in_any_wrapping(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    found = _listed(tmp_path, files)
    assert [(file.table, file.format, file.compression) for file in found] == [
        ("disputes", "csv", None),
        ("messages", "csv", None),
    ]
    assert len({file.batch for file in found}) == 1
    assert {file.delivered_at for file in found} == {DELIVERED}
    assert [file.path.read_text(encoding="utf-8") for file in found] == [DISPUTES, MESSAGES]
    assert stage(tmp_path).column("messages", "message_id") == ["m1"]


def test_a_single_file_is_a_batch(tmp_path: Path) -> None:
    found = _listed(
        tmp_path, {"disputes-june.csv.gz": packed(DISPUTES, "gzip"), "messages.csv.zst": packed(MESSAGES, "zstd")}
    )
    assert [(file.batch, file.table, file.compression) for file in found] == [
        ("disputes-june.csv.gz", "disputes", "gzip"),
        ("messages.csv.zst", "messages", "zstd"),
    ]


def test_formats_are_told_by_the_ending(tmp_path: Path) -> None:
    text = {"csv": "csv", "tsv": "csv", "txt": "csv", "ndjson": "ndjson", "jsonl": "ndjson", "json": "json"}
    endings = {**text, "parquet": "parquet"}
    found = _listed(
        tmp_path,
        {f"b/disputes-{ending}.{ending}{packing}": "" for ending in endings for packing in ("", ".gz", ".zst")},
    )
    assert len(found) == 21
    assert {(file.path.name.split(".")[1], file.format) for file in found} == set(endings.items())


def test_unfinished_and_hidden_files_are_left_alone(tmp_path: Path) -> None:
    names = ["disputes.csv.part", "disputes.csv.tmp", "disputes.csv.partial", ".disputes.csv", "b/.disputes.csv"]
    assert not _listed(tmp_path, dict.fromkeys(names, DISPUTES))


def test_no_inbox_and_an_empty_inbox(tmp_path: Path) -> None:
    assert list_files(settings_for(tmp_path / "nowhere"), tmp_path, candidate_profiles(None)) == []
    assert _listed(tmp_path, {}) == []


def test_other_files_are_seen_and_ignored(tmp_path: Path) -> None:
    staged = stage(
        tmp_path, {"b/disputes.csv": DISPUTES, "b/dispute.csv": "x", "b/notes.pdf": "x", "b/README.txt": "x"}
    )
    files = {row["file"]: row for row in staged.books.files.iter_rows(named=True)}
    assert {files[name]["status"] for name in ("b/notes.pdf", "b/README.txt")} == {"ignored"}
    assert "did you mean disputes?" in files["b/dispute.csv"]["note"]
    assert files["b/disputes.csv"]["status"] == "loaded"


def test_a_table_in_a_format_that_is_not_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"b/messages.docx has an ending that is not read; read are .csv"):
        stage(tmp_path, {"b/disputes.csv": DISPUTES, "b/messages.docx": "x"})


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("june.zip", b"PK but no archive", "june.zip cannot be unpacked"),
        ("june.tar.gz", b"no archive", "june.tar.gz cannot be unpacked"),
        ("june.tar.gz", _tar(BATCH)[:-30], "june.tar.gz cannot be unpacked"),
        ("june.zip", _zip(BATCH)[:-30], "june.zip cannot be unpacked"),
        ("june.zip", _zip({"../../evil.csv": "x"}), "names a path outside itself"),
        ("june.tar.gz", _tar({"../evil.csv": "x"}), "names a path outside itself"),
    ],
)
def test_archives_that_cannot_be_unpacked_are_refused(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    with pytest.raises(RunError, match=message):
        _listed(tmp_path, {name: content})
    assert not (tmp_path / "evil.csv").exists()


@pytest.mark.parametrize(("place", "value"), [(6, 1), (8, 99)], ids=["encrypted", "unknown method"])
def test_archives_of_a_kind_that_is_not_read_are_refused_in_words(tmp_path: Path, place: int, value: int) -> None:
    content = bytearray(_zip(BATCH))
    # The same field stands in the header of the member and, two bytes later, in the directory at the end.
    for start, shift in ((content.find(b"PK\x03\x04"), 0), (content.find(b"PK\x01\x02"), 2)):
        content[start + place + shift] = value
    with pytest.raises(RunError, match=r"june\.zip"):
        _listed(tmp_path, {"june.zip": bytes(content)})


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    for name, content in {"a.zip": _zip(BATCH), "a.tar.gz": _tar(BATCH)}.items():
        with pytest.raises(RunError, match="unpacks to more than"):
            _listed(tmp_path / name, {name: content}, Limits(unpacked_bytes=50))
        with pytest.raises(RunError, match="holds more than 1 files"):
            _listed(tmp_path / f"{name}-files", {name: content}, Limits(files=1))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _with_manifest(tables: dict[str, dict[str, object]]) -> dict[str, str | bytes]:
    return {f"june/{name}": text for name, text in {**BATCH, "manifest.json": manifest(tables)}.items()}


def test_a_true_manifest_is_accepted(tmp_path: Path) -> None:
    tables: dict[str, dict[str, object]] = {
        "disputes": {"rows": 2, "sha256": {"disputes.csv": _sha(DISPUTES)}},
        "messages": {"rows": 1, "sha256": {"messages-0001.csv": _sha(MESSAGES).upper()}},
    }
    assert stage(tmp_path, _with_manifest(tables)).column("disputes", "dispute_id") == ["d1", "d2"]


def test_a_manifest_may_say_only_part(tmp_path: Path) -> None:
    assert stage(tmp_path, _with_manifest({"disputes": {"rows": 2}})).books.files.height == 2


def test_the_hash_of_a_packed_file_is_that_of_the_file_as_delivered(tmp_path: Path) -> None:
    content = packed(DISPUTES, "gzip")
    tables = {"disputes": {"rows": 2, "sha256": {"disputes.csv.gz": hashlib.sha256(content).hexdigest()}}}
    assert (
        stage(tmp_path, {"june/disputes.csv.gz": content, "june/manifest.json": manifest(tables)}).books.files.height
        == 1
    )


def test_rows_of_a_table_in_several_files_are_added_up(tmp_path: Path) -> None:
    files = {f"june/messages-{n}.csv": messages_csv((f"m{n}", "d1", "buyer", "好")) for n in range(3)}
    staged = stage(
        tmp_path, {**files, "june/disputes.csv": DISPUTES, "june/manifest.json": manifest({"messages": {"rows": 3}})}
    )
    assert staged.rows("messages").height == 3


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"disputes": {"rows": 3}}, "promises 3 rows of disputes, 2 arrived"),
        ({"disputes": {"sha256": {"disputes.csv": "0" * 64}}}, "disputes.csv has SHA-256"),
        ({"disputes": {"sha256": {"disputes-2.csv": "0" * 64}}}, "lists disputes-2.csv, which did not arrive"),
        ({"evidence": {"rows": 4}}, "evidence"),
        ({"messages": {"rows": 0}}, "promises 0 rows of messages, 1 arrived"),
    ],
)
def test_a_batch_that_differs_from_its_manifest_is_refused(
    tmp_path: Path, tables: dict[str, dict[str, object]], message: str
) -> None:
    with pytest.raises(RunError, match=message):
        stage(tmp_path, _with_manifest(tables))


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "{}",
        '{"tables": []}', '{"tables": {"disputes": 2}}', '{"tables": {"disputes": {"sha256": null}}}',
        '{"tables": {"disputes": {"sha256": ["disputes.csv"]}}}', '{"tables": {"disputes": {"sha256": "abc"}}}',
        '{"tables": {"disputes": {"rows": "two"}}}', '{"tables": {"dispute": {"rows": 2}}}',
    ],
)  # fmt: skip
def test_a_manifest_of_another_form_is_refused_with_the_form_expected(tmp_path: Path, text: str) -> None:
    with pytest.raises(RunError, match="manifest"):
        stage(tmp_path, {"june/disputes.csv": DISPUTES, "june/manifest.json": text})


def test_the_time_of_delivery_is_that_of_the_archive(tmp_path: Path) -> None:
    when = datetime(2026, 5, 1, tzinfo=UTC)
    deliver(tmp_path / "inbox", {"june.zip": _zip(BATCH)}, when)
    assert {file.delivered_at for file in _listed(tmp_path, {})} == {when}


# -------------------------------------------------------------------------------------------------------------- Hostile


def _noted(files: list[InboxFile]) -> dict[str, str]:
    return {file.name: file.ignored for file in files}


def test_links_are_seen_and_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("dispute_id\nsecret\n", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "disputes.csv").write_text("dispute_id\nsecret\n", encoding="utf-8")
    inbox = deliver(tmp_path / "inbox", {"b/messages.csv": MESSAGES})
    for link, target in {"disputes.csv": secret, "b/disputes.csv": secret, "b/deep": tmp_path / "folder"}.items():
        (inbox / link).symlink_to(target)
    (inbox / "whole").symlink_to(tmp_path / "folder")
    (inbox / "b" / "gone.csv").symlink_to(tmp_path / "nowhere")
    why = "a link is not followed; deliver the file itself"
    assert _noted(_listed(tmp_path, {})) == {
        "b/deep": why, "b/disputes.csv": why, "b/gone.csv": why, "b/messages.csv": "",
        "disputes.csv": why, "whole": why,
    }  # fmt: skip


def test_what_is_neither_file_nor_folder_is_not_opened(tmp_path: Path) -> None:
    inbox = deliver(tmp_path / "inbox", {"b/disputes.csv": DISPUTES})
    os.mkfifo(inbox / "messages.csv")
    os.mkfifo(inbox / "b" / "messages.csv")
    staged = stage(tmp_path)
    notes = dict(staged.books.files.select("file", "note").iter_rows())
    assert notes["messages.csv"] == notes["b/messages.csv"] == "it is no file; deliver a file or a folder"
    assert staged.column("disputes", "dispute_id") == ["d1", "d2"]


def test_archives_within_a_batch_are_not_unpacked(tmp_path: Path) -> None:
    inner = _zip({"disputes.csv": DISPUTES})
    outer = zipped([("inner.zip", inner), ("disputes.csv", DISPUTES)])
    staged = stage(tmp_path, {"june.zip": outer, "july/inner.tar.gz": _tar(BATCH)})
    notes = dict(staged.books.files.select("file", "note").iter_rows())
    why = "an archive within a batch is not unpacked; put it into the inbox by itself"
    assert notes == {"july/inner.tar.gz": why, "june.zip/disputes.csv": "", "june.zip/inner.zip": why}


def test_too_many_files_in_a_folder(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"the folder june holds more than 1 files; refused"):
        _listed(tmp_path, {f"june/{name}": text for name, text in BATCH.items()}, Limits(files=1))


def test_names_that_are_no_text(tmp_path: Path) -> None:
    inbox = deliver(tmp_path / "inbox", {})
    folder = inbox / "b"
    folder.mkdir(parents=True)
    for raw in (b"disputes-\xff\xfe.csv", b"messages-\x1b[31m\n.csv", "纠纷-6月.csv".encode("gb18030")):
        content = MESSAGES if raw.startswith(b"messages") else DISPUTES.replace("d1", raw[:1].hex())
        (folder / os.fsdecode(raw)).write_text(content, encoding="utf-8")
    staged = stage(tmp_path)
    assert sorted(staged.column("disputes", "dispute_id")) == ["64", "be", "d2"]
    names = staged.books.files["file"].to_list()
    assert "b/纠纷-6月.csv" in names
    assert all(name.isprintable() for name in names)


def test_what_packs_a_file_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    # A browser unpacks and keeps the name; a script packs and keeps the name.
    found = _listed(tmp_path, {"b/disputes.csv.gz": DISPUTES, "b/messages.csv": packed(MESSAGES, "zstd")})
    assert [(file.format, file.compression) for file in found] == [("csv", None), ("csv", "zstd")]
    assert stage(tmp_path).column("messages", "message_id") == ["m1"]


def test_one_batch_among_others(tmp_path: Path) -> None:
    deliver(tmp_path / "inbox", {f"{batch}/disputes.csv": DISPUTES for batch in ("june", "july")})
    settings = replace(settings_for(tmp_path), batch="july")
    assert [file.name for file in list_files(settings, tmp_path, candidate_profiles(None))] == ["july/disputes.csv"]


@pytest.mark.parametrize("text", ["[" * 100_000, '{"tables": ' + "[" * 100_000], ids=["array", "value"])
def test_a_manifest_of_many_brackets(tmp_path: Path, text: str) -> None:
    with pytest.raises(RunError, match=r"the manifest june/manifest\.json cannot be read"):
        _listed(tmp_path, {"june/disputes.csv": DISPUTES, "june/manifest.json": text})
