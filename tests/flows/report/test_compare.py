"""What changed between two releases: rates, ranking and verdicts, and nothing about fewer than ten disputes."""

from pathlib import Path

import pytest

from flows.comparison import compare_releases
from flows.errors import UsageError
from flows.report.compare import change_sentences, changes_section
from flows.report.data import read_release
from flows.report.disclosure import disclose
from flows.report.snapshot import Snapshot, read_snapshot, snapshot_text, take_snapshot
from flows.settings import Layout
from tests.conftest import Built
from tests.flows.report.blocks import sentences
from tests.flows.report.releases import Release, add_slices


def _snapshot(folder: Path, split: tuple[int, int, int], shares: tuple[float, float], verdict: str) -> Snapshot:
    release = add_slices(Release(), {("all", "all"): (*split, 0, 0, 0, 0)})
    release.add("meta.runs", {"run_id": f"r{sum(split)}", "finished_at": "2026-06-01 20:05:00+00"})
    for factor, share in zip(("evidence", "tone"), shares, strict=True):
        row = {"factor": factor, "share": share, "ci_low": share - 0.1, "ci_high": share + 0.1, "n": 900}
        release.add("marts.factor_importance", {**row, "status": "ok"})
    release.add("marts.claim_findings", {
        "claim_id": "E1", "claim": "E1", "is_first_part": True, "factor": "evidence", "statement_en": "Evidence helps",
        "statement_zh": "证据有帮助", "verdict": verdict, "unit": "pp", "n": 900, "estimate": 5.0, "ci_low": 3.0,
        "ci_high": 7.0, "direction": 1, "outcome": "buyer_wins", "status": "ok",
    })  # fmt: skip
    folder.mkdir()
    data = read_release(release.write(folder / "rulings.duckdb"))
    return take_snapshot(data, disclose(data))


def test_what_changed_is_told(tmp_path: Path) -> None:
    before = _snapshot(tmp_path / "a", (400, 200, 400), (0.6, 0.4), "inconclusive")
    now = _snapshot(tmp_path / "b", (600, 200, 400), (0.4, 0.6), "supported")
    assert [said.en for said in change_sentences(now, before)] == [
        "The buyer won 50.0% of 1,200 rulings, after 40.0% of 1,000 in release r1000 (2026-06-02 04:05): the earlier "
        "share lies outside the interval of the new one.",
        "The shares of importance stand in another order: tone, evidence, after evidence, tone. Where intervals "
        "overlap, that may be chance.",
        "1 of 1 verdicts changed.",
        "E1 Evidence helps: supported, after inconclusive; +5.0 pp (+3.0 to +7.0), after +5.0 pp (+3.0 to +7.0).",
    ]


def test_the_same_numbers_are_no_change(tmp_path: Path) -> None:
    now = _snapshot(tmp_path / "a", (400, 200, 400), (0.6, 0.4), "supported")
    rate, ranking, verdicts = change_sentences(now, now)
    assert rate.en.startswith("As in release r1000")
    assert "same order" in ranking.en
    assert verdicts.en == "None of 1 verdicts changed."


def test_a_few_more_rulings_are_not_told(tmp_path: Path) -> None:
    before = _snapshot(tmp_path / "a", (400, 200, 400), (0.6, 0.4), "supported")
    now = _snapshot(tmp_path / "b", (403, 200, 400), (0.6, 0.4), "supported")
    shown = repr(changes_section(now, before))
    assert "not set side by side" in shown
    assert "1,003" not in shown
    assert "40.2%" not in shown


def test_a_snapshot_is_read_as_it_was_written(tmp_path: Path) -> None:
    snapshot = _snapshot(tmp_path / "a", (400, 200, 400), (0.6, 0.4), "supported")
    path = tmp_path / "headline.json"
    path.write_text(snapshot_text(snapshot), encoding="utf-8")
    assert read_snapshot(path) == snapshot


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 0}', '{"version": 1, "rates": 5}'])
def test_a_damaged_snapshot_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "headline.json"
    path.write_text(text, encoding="utf-8")
    assert read_snapshot(path) is None
    assert read_snapshot(tmp_path / "nowhere.json") is None


def test_a_hidden_rate_is_not_kept(tmp_path: Path) -> None:
    snapshot = _snapshot(tmp_path / "a", (600, 4, 300), (0.6, 0.4), "supported")
    assert [rate.outcome for rate in snapshot.rates] == ["buyer_wins"]


def test_without_an_earlier_release_that_is_said(tmp_path: Path) -> None:
    now = _snapshot(tmp_path / "a", (400, 200, 400), (0.6, 0.4), "supported")
    (said,) = sentences(changes_section(now, None))
    assert said.en.startswith("There is no earlier release")


def test_only_kept_releases_are_compared(release: Built) -> None:
    layout = Layout(release.data)
    with pytest.raises(UsageError, match="is not kept; kept are r"):
        compare_releases(layout, "r000000000000")
    with pytest.raises(UsageError, match="name another"):
        compare_releases(layout, release.result.run_id)


def test_each_kept_release_has_its_report(release: Built) -> None:
    own = release.data / "reports" / release.result.run_id / "index.html"
    assert own.read_bytes() == release.result.report.read_bytes()
