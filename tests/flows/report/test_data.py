"""What is read from a release."""

from pathlib import Path

import pytest

from flows.report.data import ReportError, clean_text, read_release
from tests.flows.report.releases import RUN, Release, effect_row, empty_release, full_release


def test_an_empty_release_is_read(tmp_path: Path) -> None:
    data = read_release(empty_release().write(tmp_path / "rulings.duckdb"))
    assert data.run is None
    assert not any([data.outcomes, data.closures, data.levels, data.associations, data.effects, data.files])
    assert {fact.n for fact in data.late_facts} == {0}


def test_facts_that_came_late_or_without_a_time_are_counted(tmp_path: Path) -> None:
    data = read_release(full_release().write(tmp_path / "rulings.duckdb"))
    evidence = next(fact for fact in data.late_facts if fact.table == "evidence")
    assert (evidence.n, evidence.n_left_out, evidence.n_without_time) == (2, 1, 1)


def test_coverage_counts_ruled_disputes_only(tmp_path: Path) -> None:
    data = read_release(full_release().write(tmp_path / "rulings.duckdb"))
    scores = {coverage.column: (coverage.n, coverage.n_recorded) for coverage in data.scores}
    assert scores["buyer_evidence"] == (3, 3)
    assert scores["seller_rules"] == (3, 2)
    assert scores["seller_evidence"] == (3, 0)
    assert [coverage.column for coverage in data.extra_factors] == ["repeat player", "plain"]


def test_the_newest_run_is_taken_in_the_time_of_the_platform(tmp_path: Path) -> None:
    later = {**RUN, "run_id": "run-8", "finished_at": "2026-06-02 20:05:00+00"}
    release = Release().add("meta.runs", later, RUN)
    run = read_release(release.write(tmp_path / "rulings.duckdb")).run
    assert run is not None
    assert (run.run_id, run.finished_at) == ("run-8", "2026-06-03 04:05")


def test_what_is_not_finite_is_no_number(tmp_path: Path) -> None:
    row = {**effect_row("ordinal", "evidence_advantage", 1.0), "ame_pp": float("nan"), "odds_ratio": float("inf")}
    (effect,) = read_release(Release().add("marts.factor_effects", row).write(tmp_path / "r.duckdb")).effects
    assert effect.ame_pp is None
    assert effect.odds_ratio is None


def test_characters_that_nobody_sees_are_replaced() -> None:
    assert clean_text("a\x00b\u202ec\td\ne") == "a\ufffdb\ufffdc\td\ne"


@pytest.mark.parametrize(
    ("release", "sentence"),
    [(None, "there is no release"), (Release(without=("marts.outcome_rates",)), "outcome_rates")],
)
def test_a_release_that_cannot_be_read_is_said_so(tmp_path: Path, release: Release | None, sentence: str) -> None:
    database = tmp_path / "rulings.duckdb"
    if release is not None:
        release.write(database)
    with pytest.raises(ReportError, match=sentence):
        read_release(database)


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "rulings.duckdb").write_text("not a database, but long enough to look like some file" * 100)
    with pytest.raises(ReportError, match="cannot be read"):
        read_release(tmp_path / "rulings.duckdb")
