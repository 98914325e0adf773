"""The secret key for pseudonyms."""

import stat
from pathlib import Path

import pytest

from flows.errors import UsageError
from flows.keys import VARIABLE, load_key
from flows.settings import Layout


def test_the_key_of_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "another key of at least 16 bytes")
    assert load_key(Layout(tmp_path)).secret == b"another key of at least 16 bytes"
    assert not list(tmp_path.rglob("*"))


def test_a_key_is_made_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    first = load_key(Layout(tmp_path))
    assert load_key(Layout(tmp_path)) == first
    assert load_key(Layout(tmp_path / "other")) != first
    assert len(first.secret) >= 32


def test_only_the_owner_can_read_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    load_key(Layout(tmp_path))
    (path,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_short_key_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "short")
    with pytest.raises(UsageError, match=f"{VARIABLE}: .*at least 16 bytes"):
        load_key(Layout(tmp_path))
