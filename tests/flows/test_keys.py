"""The secret key for pseudonyms."""

import stat
import threading
from pathlib import Path

import pytest

from flows.errors import UsageError
from flows.keys import CHECK_FILE, KEY_FILE, VARIABLE, load_key
from flows.settings import Layout
from tests.builders import disputes_csv, stage
from transforms.privacy.pseudonym import PseudonymKey

FIRST = "a key of the first of two hands"
SECOND = "a key of the second of two hands"


@pytest.fixture
def no_key_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)


def test_the_key_of_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, FIRST)
    assert load_key(Layout(tmp_path)).secret == FIRST.encode()
    assert not (tmp_path / "state" / KEY_FILE).exists()


def test_a_key_is_made_once_and_kept(tmp_path: Path, no_key_given: None) -> None:  # noqa: ARG001 - sets the environment
    first = load_key(Layout(tmp_path))
    assert load_key(Layout(tmp_path)) == first
    assert load_key(Layout(tmp_path / "other")) != first
    assert len(first.secret) >= 32


def test_only_the_owner_can_read_the_key(tmp_path: Path, no_key_given: None) -> None:  # noqa: ARG001 - as above
    key = load_key(Layout(tmp_path))
    path = tmp_path / "state" / KEY_FILE
    assert path.read_bytes() == key.secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    load_key(Layout(tmp_path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_key_lies_in_no_other_file(tmp_path: Path, no_key_given: None) -> None:  # noqa: ARG001 - as above
    key = load_key(Layout(tmp_path))
    holding = [path.name for path in tmp_path.rglob("*") if path.is_file() and key.secret in path.read_bytes()]
    assert holding == [KEY_FILE]


def test_two_who_make_a_key_at_once_get_the_same(tmp_path: Path, no_key_given: None) -> None:  # noqa: ARG001 - as above
    start, found = threading.Barrier(2), []

    def load() -> None:
        start.wait()
        found.append(load_key(Layout(tmp_path)).secret)

    both = [threading.Thread(target=load) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert found == [load_key(Layout(tmp_path)).secret] * 2
    assert sorted(path.name for path in (tmp_path / "state").iterdir()) == sorted((KEY_FILE, CHECK_FILE))


def test_a_short_key_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "short")
    with pytest.raises(UsageError, match=f"{VARIABLE}: .*at least 16 bytes"):
        load_key(Layout(tmp_path))


def test_an_empty_key_file_is_wrong_usage(tmp_path: Path, no_key_given: None) -> None:  # noqa: ARG001 - as above
    load_key(Layout(tmp_path))
    (tmp_path / "state" / KEY_FILE).write_text("\n", encoding="ascii")
    with pytest.raises(UsageError, match=f"{KEY_FILE}: .*at least 16 bytes"):
        load_key(Layout(tmp_path))


def test_another_key_than_before_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, FIRST)
    load_key(Layout(tmp_path))
    monkeypatch.setenv(VARIABLE, SECOND)
    with pytest.raises(UsageError, match=f"made with another key than that of {VARIABLE}"):
        load_key(Layout(tmp_path))
    monkeypatch.setenv(VARIABLE, FIRST)
    assert load_key(Layout(tmp_path)).secret == FIRST.encode()


def test_a_key_that_is_gone_is_not_made_anew(tmp_path: Path, no_key_given: None) -> None:  # noqa: ARG001 - as above
    load_key(Layout(tmp_path))
    (tmp_path / "state" / KEY_FILE).unlink()
    with pytest.raises(UsageError, match=f"put it back as .*{KEY_FILE}"):
        load_key(Layout(tmp_path))


def test_data_of_before_the_check_needs_its_key(tmp_path: Path, no_key_given: None) -> None:  # noqa: ARG001 - as above
    staged = stage(tmp_path, {"b/disputes.csv": disputes_csv(("d1", "2026-01-01", "partial"))})
    layout = staged.settings.layout
    for name in (KEY_FILE, CHECK_FILE):
        (layout.state / name).unlink()
    with pytest.raises(UsageError, match="is not there"):
        load_key(layout)


def test_the_fingerprint_tells_keys_apart_and_not_what_they_are() -> None:
    first, second = PseudonymKey(FIRST.encode()), PseudonymKey(SECOND.encode())
    assert first.fingerprint != second.fingerprint
    assert first.fingerprint == PseudonymKey(FIRST.encode()).fingerprint
    assert len(first.fingerprint) == 16
