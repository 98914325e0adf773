"""No hand-out and no page tells of fewer than ten disputes, neither by itself nor by adding and taking away."""

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from flows.export import export
from flows.report.alike import alike_section
from flows.report.blocks import Page
from flows.report.compare import tells_of_few
from flows.report.data import ReportData, read_release
from flows.report.deduction import determined
from flows.report.disclosure import RULED, TOTAL, disclose, lines_of
from flows.report.snapshot import ShownRate
from flows.report.suppression import Cell, K
from flows.settings import Layout
from tests.builders import ask
from tests.conftest import Built
from tests.flows.report.blocks import tables
from tests.flows.report.releases import Release
from transforms.registry import OUTPUT_TABLES

MARTS = [table.name for table in OUTPUT_TABLES.values() if table.schema == "marts"]
#: Counts of other things than disputes, and of disputes in fits (docs/decisions/061).
ALLOWED = {"n_clusters", "n_cells", "n_pairs", "n_strata", "n_strata_opposite", "n_deciders"}
Known = dict[Cell, int]


@pytest.fixture(scope="module")
def handed_out(release: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    out = tmp_path_factory.mktemp("hand-out")
    return {path.stem: pl.read_parquet(path) for path in export(Layout(release.data), (), "parquet", out)}


def _truth(release: Built) -> Known:
    """All cells as they are."""
    found: Known = {}
    for table, total in (("closure_rates", TOTAL), ("outcome_rates", RULED)):
        for name, value, outcome, n, n_total in ask(
            release.result.database, f"select slice, value, outcome, n, n_total from marts.{table}"
        ):
            found[name, value, outcome] = n
            found[name, value, total] = n_total
    return found


def _known(frames: dict[str, pl.DataFrame]) -> Known:
    """Every cell that a reader of the hand-outs is told, or gets by multiplying a share with its total."""
    return dict((*_of_rates(frames), *_of_other_tables(frames)))


def _of_rates(frames: dict[str, pl.DataFrame]) -> Iterator[tuple[Cell, int]]:
    for table, total in (("closure_rates", TOTAL), ("outcome_rates", RULED)):
        for row in frames[table].iter_rows(named=True):
            group = row["slice"], row["value"]
            if row["n"] is not None:
                yield (*group, row["outcome"]), row["n"]
            if row["n_total"] is not None:
                yield (*group, total), row["n_total"]
            if row["share"] is not None and row["n_total"] is not None:
                yield (*group, row["outcome"]), round(row["share"] * row["n_total"])


def _of_other_tables(frames: dict[str, pl.DataFrame]) -> Iterator[tuple[Cell, int]]:
    for row in frames["consistency"].filter(pl.col("slice") != "decider").iter_rows(named=True):
        if row["n"] is not None:
            yield (row["slice"], row["value"], RULED), row["n"]
    for row in frames["trend"].filter(pl.col("factor") == "all").iter_rows(named=True):
        group = "month", row["month"]
        if row["n"] is not None:
            yield (*group, RULED), row["n"]
        for outcome in ("seller_wins", "partial", "buyer_wins"):
            if row["n"] is not None and row[f"share_{outcome}"] is not None:
                yield (*group, outcome), round(row["n"] * row[f"share_{outcome}"])


def test_no_small_cell_follows_from_the_hand_outs(release: Built, handed_out: dict[str, pl.DataFrame]) -> None:
    truth, known = _truth(release), _known(handed_out)
    assert all(truth[cell] == n for cell, n in known.items())
    small = {cell for cell, n in truth.items() if 0 < n < K}
    assert len(small) > 20
    assert small.isdisjoint(known)
    equations: list[dict[Cell, int]] = []
    for line in lines_of(truth):
        unknown = {part: 1 for part in line.summands if part not in known}
        if line.total not in known:
            unknown[line.total] = -1
        equations.append(unknown)
    solved: frozenset[Cell] = determined([equation for equation in equations if equation])
    assert small.isdisjoint(solved)


@pytest.mark.parametrize("mart", MARTS)
def test_no_count_of_disputes_is_small(handed_out: dict[str, pl.DataFrame], mart: str) -> None:
    frame = handed_out[mart]
    counts = [name for name in frame.columns if name == "n" or (name.startswith("n_") and name not in ALLOWED)]
    counts = [name for name in counts if frame.schema[name].is_integer()]
    for name in counts:
        assert frame.filter(pl.col(name).is_between(1, K - 1)).is_empty(), name


@pytest.mark.parametrize(
    ("mart", "share", "n"),
    [
        ("evidence_kinds", "favoured_with", "n_with"),
        ("evidence_kinds", "favoured_without", "n_without"),
        ("violation_rules", "favoured_with", "n_with"),
        ("violation_rules", "share_with", "n"),
        ("calibration", "share", "n"),
        ("decider_effects", "win_share", "n"),
        ("trend", "share_buyer_wins", "n"),
        ("time_to_ruling", "share", "n"),
    ],
)
def test_no_share_tells_of_few(handed_out: dict[str, pl.DataFrame], mart: str, share: str, n: str) -> None:
    hits = (pl.col(share) * pl.col(n)).round()
    rest = pl.col(n) - hits
    assert handed_out[mart].filter(hits.is_between(1, K - 1) | rest.is_between(1, K - 1)).is_empty()


def test_no_sentence_of_a_claim_tells_a_small_count(handed_out: dict[str, pl.DataFrame]) -> None:
    for name in ("reason_en", "reason_zh", "finding_en", "finding_zh"):
        for text in handed_out["claim_findings"][name].drop_nulls():
            assert not re.search(r"\((?:\d with it|[\d,]+ with it, \d without|\d in all)", text), text
            assert not re.search(r"有该项 \d 个|没有 \d 个|共 \d 个", text), text


def test_surprising_rulings_do_not_say_which_disputes_they_are(handed_out: dict[str, pl.DataFrame]) -> None:
    frame = handed_out["surprising_rulings"]
    assert frame["dispute_id"].null_count() == frame.height
    assert all(frame[name].null_count() == frame.height for name in frame.columns if name.endswith("_advantage"))


def test_the_page_does_not_say_which_dispute_is_surprising(tmp_path: Path) -> None:
    row = {
        "rank": 1, "dispute_id": "D77", "outcome": "partial", "expected_outcome": "buyer_wins", "p_partial": 0.04,
        "evidence_advantage": 0.1234, "top_reason_factor": "evidence", "n": 900, "status": "ok",
    }  # fmt: skip
    data = read_release(Release().add("marts.surprising_rulings", row).write(tmp_path / "rulings.duckdb"))
    shown = repr(alike_section(data, disclose(data)))
    assert "4.0%" in shown
    assert "D77" not in shown
    assert "0.1234" not in shown


def test_the_page_shows_no_small_size_of_a_group(data: ReportData, page: Page) -> None:
    sizes = [table for table in tables(page) if any(head.text.en == "Disputes" for head in table.head)]
    assert len(sizes) > 10
    for table in sizes:
        place = next(i for i, head in enumerate(table.head) if head.text.en == "Disputes")
        for row in table.rows:
            text = row[place].text.en.replace(",", "")
            assert not (text.isdigit() and 0 < int(text) < K), (table.caption.en, [cell.text.en for cell in row])
    assert data.closures


def _rate(n: int, n_total: int) -> ShownRate:
    return ShownRate("all", "all", "buyer_wins", n, n_total, n / n_total, None, None)


@pytest.mark.parametrize(
    ("now", "before", "is_few"),
    [
        ((100, 200), (100, 200), False),
        ((103, 203), (100, 200), True),
        # twenty more, all but three for the buyer
        ((117, 220), (100, 200), True),
        ((110, 220), (100, 200), False),
    ],
)
def test_two_releases_do_not_tell_of_what_came_between(
    now: tuple[int, int], before: tuple[int, int], is_few: bool
) -> None:
    assert tells_of_few(_rate(*now), _rate(*before)) is is_few


def test_charts_are_written_from_the_same_page(release: Built, tmp_path: Path) -> None:
    (english, _) = export(Layout(release.data), ("rates-category",), "svg", tmp_path)
    for n in re.findall(r"n=(\d+)", english.read_text(encoding="utf-8")):
        assert int(n) >= K
