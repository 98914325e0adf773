"""A real file of another kind through a profile, from the file to the marts (see the README of the shared data)."""

import shutil
from pathlib import Path

import pytest

from flows.pipeline import RunResult
from tests.builders import ask, run_steps

ROOT = Path(__file__).parents[2]
FILE = ROOT.parent / "shared" / "data" / "imr" / "imr_trend.csv"
PROFILE = ROOT / "docs" / "profiles" / "imr.toml"
ROWS = 19_228
#: Cramér's V as published, without correction; ours is corrected for bias, which takes up to 0.006 here.
PUBLISHED = {"diagnosis": 0.246, "treatment": 0.172, "age_band": 0.166, "review_type": 0.051, "gender": 0.007}
TOLERANCE = 0.007

pytestmark = pytest.mark.skipif(not FILE.is_file(), reason="the shared file imr_trend.csv is not on this machine")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    root = tmp_path_factory.mktemp("imr")
    (root / "inbox").mkdir()
    shutil.copy2(FILE, root / "inbox")
    return run_steps(root, profile=str(PROFILE))


def test_every_row_is_loaded(release: RunResult) -> None:
    assert ask(release.database, "select rows_in, loaded from meta.files") == [(ROWS, ROWS)]
    assert ask(release.database, "select n_disputes, n_ruled from meta.runs") == [(ROWS, ROWS)]


def test_what_the_file_does_not_have_is_not_recorded(release: RunResult) -> None:
    sql = """
        select distinct status from marts.factor_association
        where factor in ('evidence', 'rules', 'tone', 'reputation', 'overall')
    """
    assert ask(release.database, sql) == [("not_recorded",)]
    assert ask(release.database, "select count(overall_advantage), count(buyer_rules) from core.factor_scores") == [
        (0, 0)
    ]


@pytest.mark.parametrize("factor", PUBLISHED)
def test_association_is_near_the_published_figures(release: RunResult, factor: str) -> None:
    where = f"where measure = 'cramers_v' and factor = '{factor}'"
    sql = f"select estimate, p_value, status from marts.factor_association {where}"
    ((estimate, p_value, status),) = ask(release.database, sql)
    assert estimate == pytest.approx(PUBLISHED[factor], abs=TOLERANCE)
    assert (p_value < 0.05) == (factor != "gender")
    # Without sellers nothing can be clustered, and the table says so.
    assert status == "not_clustered"


def test_a_year_alone_is_a_date_in_china(release: RunResult) -> None:
    years = ask(release.database, "select distinct value from marts.outcome_rates where slice = 'month' order by all")
    assert years[0] == ("2001-01",)
    assert {value[-3:] for (value,) in years} == {"-01"}


def test_one_age_band_in_two_spellings_is_one_level(release: RunResult) -> None:
    levels = ask(release.database, "select distinct level from marts.factor_outcomes where factor = 'age_band'")
    assert ("11-20",) in levels
    assert ("11_20",) not in levels
