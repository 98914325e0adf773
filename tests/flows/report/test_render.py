"""The file: self-contained, escaped, the same every time, replaced as a whole."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

from flows.report import ReportError, render_report
from tests.flows.report.pages import Document, parse
from tests.flows.report.releases import HOSTILE, Release, empty_release, full_release

LARGEST_BYTES = 3_000_000
_HAN = re.compile("[\u4e00-\u9fff]")
#: Four words in a row are a sentence, not a name.
_ENGLISH_SENTENCE = re.compile(r"(?:\b[A-Za-z]{2,} ){3}[A-Za-z]{2,}\b")


def _render(release: Release, folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    return render_report(release.write(folder / "rulings.duckdb"), folder / "report").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> str:
    return _render(full_release("plain"), tmp_path_factory.mktemp("full"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    return _render(full_release(HOSTILE), tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def page(full: str) -> Document:
    return parse(full)


def test_the_page_is_well_formed(page: Document) -> None:
    assert page.is_closed
    assert page.count("main") == 2
    assert page.count("h1") == 2


def test_ids_are_unique_and_references_lead_somewhere(page: Document) -> None:
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    inner = [href.removeprefix("#") for href in page.values("href")]
    described = [name for value in page.values("aria-labelledby") for name in value.split()]
    assert set(inner + described + page.values("for")) <= set(ids)
    assert inner
    assert described


def test_nothing_is_loaded_from_anywhere(full: str, page: Document) -> None:
    assert all(href.startswith("#") for href in page.values("href"))
    assert not page.values("src")
    assert set(re.findall(r"https?://[^\s\"<]+", full)) == {"http://www.w3.org/2000/svg"}
    assert "url(" not in page.styles[0]
    assert "@import" not in page.styles[0]


def test_only_the_switch_may_run(page: Document) -> None:
    policy = next(a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    (script,) = page.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_languages_are_not_mixed(page: Document) -> None:
    assert not _HAN.search(page.words("en"))
    assert _HAN.search(page.words("zh-CN"))
    assert not _ENGLISH_SENTENCE.search(page.words("zh-CN"))


def test_both_languages_have_the_same_tables_and_charts(page: Document) -> None:
    assert len(page.cells["en"]) == len(page.cells["zh-CN"])
    charts = [a["aria-labelledby"] for tag, a in page.elements if tag == "svg"]
    assert sum("-en-title" in name for name in charts) == sum("-zh-title" in name for name in charts) > 10


def test_the_language_is_switched_without_a_script(page: Document) -> None:
    switches = [a for tag, a in page.elements if tag == "input"]
    assert [(a["type"], a["id"], "checked" in a) for a in switches] == [
        ("radio", "lang-zh", True),
        ("radio", "lang-en", False),
    ]
    assert "body:has(#lang-zh:checked) main.en, body:has(#lang-en:checked) main.zh { display: none; }" in page.styles[0]


def test_no_number_is_missing_by_accident(page: Document) -> None:
    for language in ("en", "zh-CN"):
        assert not re.search(r"\b(nan|NaN|inf|Infinity|None|NULL)\b", page.words(language))


def test_hostile_text_stays_text(hostile: str, page: Document) -> None:
    document = parse(hostile)
    assert document.is_closed
    assert document.count("script") == 1
    assert document.count("img") == 0
    assert document.scripts == page.scripts
    assert not [name for _, attributes in document.elements for name in attributes if name.startswith("on")]
    # as a value, in every language
    for language in ("en", "zh-CN"):
        assert HOSTILE in document.cells[language]
        assert "49" not in document.cells[language]


def test_the_same_release_gives_the_same_bytes(full: str, tmp_path: Path) -> None:
    assert _render(full_release("plain"), tmp_path) == full


def test_the_page_stays_small(full: str, tmp_path: Path) -> None:
    assert len(full.encode()) < LARGEST_BYTES / 5
    assert len(_render(empty_release(), tmp_path).encode()) < LARGEST_BYTES / 50


def test_the_report_is_replaced_as_a_whole(tmp_path: Path) -> None:
    out = tmp_path / "report"
    out.mkdir()
    (out / "index.html").write_text("the old report")
    with pytest.raises(ReportError):
        render_report(tmp_path / "nowhere.duckdb", out)
    assert (out / "index.html").read_text() == "the old report"
    path = render_report(empty_release().write(tmp_path / "rulings.duckdb"), out)
    assert path == out / "index.html"
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert sorted(file.name for file in out.iterdir()) == ["headline.json", "index.html"]


def test_a_reader_of_the_release_is_not_locked_out(tmp_path: Path) -> None:
    database = empty_release().write(tmp_path / "rulings.duckdb")
    before = database.read_bytes()
    render_report(database, tmp_path / "report")
    assert database.read_bytes() == before
