"""What the page says: the answer, the ranking, what is not known, what is hidden."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from flows.report.blocks import Block, Bullets, Cards, Figures, Page, Prose, Section, Table
from flows.report.data import read_release
from flows.report.page import build_page
from tests.flows.report.releases import (
    Release,
    add_slices,
    association_row,
    effect_row,
    empty_release,
    full_release,
    outcome_counts,
    rate_rows,
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return _page(full_release("data"), tmp_path_factory.mktemp("full"))


def _page(release: Release, tmp_path: Path) -> Page:
    return build_page(read_release(release.write(tmp_path / "rulings.duckdb")))


def _section(page: Page, key: str) -> Section:
    return next(section for section in page.sections if section.key == key)


def _tables(blocks: Sequence[Block]) -> Iterator[Table]:
    for block in blocks:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Figures):
            yield from (figure.table for figure in block.figures)


def _sentences(section: Section) -> list[str]:
    found: list[str] = []
    for block in section.blocks:
        if isinstance(block, Prose):
            found.append(block.text.en)
        elif isinstance(block, Bullets):
            found += [item.en for item in block.items]
    return found


def test_sections_come_in_the_order_in_which_they_are_read(full: Page) -> None:
    assert [section.key for section in full.sections] == [
        "answer", "who-wins", "duration", "strength", "levels", "extra", "alike", "changes", "moved", "thin",
        "quarantine", "validation", "method", "run",
    ]  # fmt: skip


def test_the_answer_says_who_wins_with_n_and_interval(full: Page) -> None:
    section = _section(full, "answer")
    assert (
        "Of 930 ruled disputes, the buyer won 47.3% (95% interval [42.3, 52.3]), the seller won 37.6% (95% interval "
        "[32.6, 42.6]) and 15.1% (95% interval [10.1, 20.1]) were decided partly for each: the intervals overlap, so "
        "these rulings do not show that one side wins more often." in _sentences(section)
    )
    (cards,) = [block for block in section.blocks if isinstance(block, Cards)]
    assert [card.number for card in cards.cards] == ["47.3%", "15.1%", "37.6%"]


def test_factors_are_ranked_by_the_size_of_their_effect(full: Page) -> None:
    section = _section(full, "strength")
    (ranking,) = [block for block in section.blocks if isinstance(block, Bullets)]
    assert [item.en for item in ranking.items] == [
        "Evidence: +12.3 pp per SD (+10.3 to +14.3), n = 900.",
        "Rules: −6.0 pp per SD (−8.0 to −4.0), n = 900.",
        "Tone: +0.5 pp per SD (−1.5 to +2.5), n = 900; the interval includes zero, so no direction is shown.",
    ]
    assert ranking.items[0].zh == "证据：+12.3 个百分点（每标准差）（+10.3 至 +14.3），n = 900。"


def test_the_answer_says_what_cannot_be_concluded(full: Page) -> None:
    said = " ".join(_sentences(_section(full, "answer")))
    assert "Whether tone helps or harms the buyer cannot be concluded" in said
    assert "Not recorded in this export, and so not judged: reputation." in said
    assert "300 of 1,230 disputes (24.4%) were settled" in said
    assert "1 of 2 records (50.0%) were left out" in said
    assert "7 of 1,240 rows delivered (0.6%)" in said


@pytest.mark.parametrize(
    ("split", "sentence"),
    [
        ((600, 100, 300), ": buyers win more often than sellers."),
        ((300, 100, 600), ": sellers win more often than buyers."),
        ((460, 100, 440), ": the intervals overlap, so these rulings do not show that one side wins more often."),
    ],
)
def test_who_wins_more_often_is_said_as_far_as_the_intervals_tell(
    tmp_path: Path, split: tuple[int, int, int], sentence: str
) -> None:
    release = add_slices(Release(), {("all", "all"): (*split, 0, 0, 0, 0)})
    assert any(said.endswith(sentence) for said in _sentences(_section(_page(release, tmp_path), "answer")))


def test_an_empty_release_says_that_nothing_is_known(tmp_path: Path) -> None:
    page = _page(empty_release(), tmp_path)
    said = _sentences(_section(page, "answer"))
    assert said[0].startswith("No dispute in this release has been ruled")
    assert "The four factors cannot be ranked." in said
    no_effects = "No adjusted effect of any factor can be stated from these rulings."
    assert no_effects in _sentences(_section(page, "strength"))
    assert "extra" not in [section.key for section in page.sections]


def test_one_outcome_only_is_told(tmp_path: Path) -> None:
    release = add_slices(Release(), {("all", "all"): (50, 0, 0, 0, 0, 0, 0)})
    release.add("marts.factor_effects", effect_row("ordinal", "evidence_advantage", None, status="one_outcome"))
    release.add("marts.factor_association", association_row("evidence", "kendall_tau_b", None, "one_outcome"))
    release.add("core.disputes", {"dispute_id": "D1", "is_ruled": True})
    release.add("core.factor_scores", {"dispute_id": "D1", "buyer_evidence": 0.5, "seller_evidence": 0.1})
    said = _sentences(_section(_page(release, tmp_path), "answer"))
    assert any(sentence.startswith("Of 50 ruled disputes, the buyer won 100.0%") for sentence in said)
    assert "Evidence: no effect can be stated (all disputes have the same outcome)." in said


def test_a_rare_outcome_is_hidden_with_a_second_one(tmp_path: Path) -> None:
    release = add_slices(Release(), {("all", "all"): (600, 4, 300, 0, 0, 0, 0)})
    section = _section(_page(release, tmp_path), "answer")
    said = " ".join(_sentences(section))
    assert "Of 904 ruled disputes, the buyer won 66.4%" in said
    assert "The other shares are hidden, because one of them rests on fewer than 10 disputes." in said
    assert "33.2%" not in said
    (cards,) = [block for block in section.blocks if isinstance(block, Cards)]
    assert [card.number for card in cards.cards] == ["66.4%"]


def test_few_open_disputes_do_not_hide_who_wins(tmp_path: Path) -> None:
    release = add_slices(Release(), {("all", "all"): (600, 100, 300, 0, 0, 0, 3)})
    said = " ".join(_sentences(_section(_page(release, tmp_path), "answer")))
    assert "Of 1,000 ruled disputes, the buyer won 60.0%" in said
    assert "1,003" not in said


def test_a_small_group_is_hidden_with_another_so_that_the_total_does_not_tell(tmp_path: Path) -> None:
    groups = {
        ("all", "all"): (505, 202, 301, 0, 0, 0, 0),
        ("category", "luxury"): (300, 120, 200, 0, 0, 0, 0),
        ("category", "beauty"): (200, 80, 100, 0, 0, 0, 0),
        ("category", "vehicles"): (5, 2, 1, 0, 0, 0, 0),
    }
    section = _section(_page(add_slices(Release(), groups), tmp_path), "who-wins")
    (table, *_) = _tables(section.blocks)
    shown = {row[0].text.en: [cell.text.en for cell in row[1:]] for row in table.rows}
    assert shown["Vehicles"] == ["hidden"] * 6
    assert shown["Beauty"] == ["hidden"] * 6
    assert shown["Luxury"][0] == "620"
    assert table.note is not None
    assert "fewer than 10" in table.note.en


def test_sellers_not_recorded_is_said_once(tmp_path: Path) -> None:
    release = Release()
    for value in ("2026-01", "2026-02"):
        rows = rate_rows(outcome_counts(50, 20, 30), slice="month", value=value, status="not_clustered")
        release.add("marts.outcome_rates", *rows)
    release.add(
        "marts.outcome_rates",
        *rate_rows(outcome_counts(100, 40, 60), slice="all", value="all", status="not_clustered"),
    )
    page = _page(release, tmp_path)
    assert any("Sellers were not recorded" in sentence for sentence in _sentences(_section(page, "who-wins")))
    (table,) = _tables(_section(page, "who-wins").blocks)
    assert "Remark" not in [head.text.en for head in table.head]
    assert table.note is not None
    assert table.note.en.count("sellers were not recorded") == 1


def test_sellers_not_recorded_for_some_are_counted_as_such(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    disputes = [{"dispute_id": f"D{place}", "seller_id": "S" if place < 3 else None} for place in range(10)]
    rates = rate_rows(outcome_counts(50, 20, 30), slice="all", value="all")
    release = Release().add("marts.outcome_rates", *rates).add("core.disputes", *disputes)
    page = _page(release, tmp_path)
    gap = "In 70.0% of disputes no seller is recorded: they are taken as independent"
    assert any(gap in sentence for sentence in _sentences(_section(page, "answer")))
    said = " ".join(_sentences(_section(page, "who-wins")))
    assert "Sellers behind them, a dispute without one counted as one more" in said
    assert gap in said
    unknown = Release().add("core.disputes", *({**row, "seller_id": None} for row in disputes))
    limits = _sentences(_section(_page(unknown, tmp_path / "none"), "answer"))
    assert any(sentence.startswith("Sellers were not recorded") for sentence in limits)


def test_one_seller_and_merged_persons_are_said_at_the_top(tmp_path: Path) -> None:
    rates = [
        {**row, "n_clusters": 1}
        for row in rate_rows(outcome_counts(50, 20, 30), slice="all", value="all", status="one_cluster")
    ]
    check = {"table_name": "disputes", "expectation": "buyer_is_not_seller", "n_checked": 100, "n_unexpected": 40}
    effect = {**effect_row("ordinal", "tone_advantage", 4.0), "ame_ci_low": None, "ame_ci_high": None}
    release = Release().add("marts.outcome_rates", *rates).add("meta.expectations", check)
    limits = _sentences(_section(_page(release.add("marts.factor_effects", effect), tmp_path), "answer"))
    for start in (
        "In 40.0% of disputes buyer and seller have the same identifier",
        "All rulings are of one seller",
        "Whether tone helps or harms the buyer cannot be concluded: there is no interval.",
    ):
        assert any(sentence.startswith(start) for sentence in limits), start


def test_thin_groups_are_listed(tmp_path: Path) -> None:
    groups = {
        ("all", "all"): (500, 200, 300, 0, 0, 0, 0),
        ("claim", "counterfeit"): (15, 12, 13, 0, 0, 0, 0),
        ("claim", "functional_fault"): (485, 188, 287, 0, 0, 0, 0),
    }
    section = _section(_page(add_slices(Release(), groups), tmp_path), "thin")
    thin = next(table for table in _tables(section.blocks) if "independent disputes" in table.caption.en)
    # 40 disputes of 10 sellers, worth 20
    assert [[cell.text.en for cell in row] for row in thin.rows] == [["Claim", "Counterfeit", "40", "10", "20"]]


def test_a_file_that_does_not_reconcile_is_shown(tmp_path: Path) -> None:
    release = Release().add(
        "meta.files",
        {"file_id": "f", "file": "d.csv", "status": "loaded", "rows_in": 10, "loaded": 7, "quarantined": 1},
    )
    section = _section(_page(release, tmp_path), "quarantine")
    files = next(table for table in _tables(section.blocks) if "reconcile" in table.caption.en or table.query)
    assert files.rows[0][-1].text.en == "2 rows are not accounted for"
    assert files.rows[0][-1].tone == "bad"


def test_failures_of_validation_come_first(full: Page) -> None:
    section = _section(full, "validation")
    (table,) = _tables(section.blocks)
    assert [row[3].text.en for row in table.rows] == ["broken (stops a run)", "broken (warning)", "holds"]
    assert _sentences(section) == ["2 of 3 checks do not hold: disputes.data, disputes.refund below claim."]


@pytest.mark.parametrize(
    ("p_value", "sentence"),
    [(0.2, "finds no difference"), (0.001, "effects differ between the two steps"), (None, "could not be tested")],
)
def test_the_test_of_proportional_odds_is_told(tmp_path: Path, p_value: float | None, sentence: str) -> None:
    test = {"model": "proportional_odds", "term": "all_factors", "n": 900, "n_clusters": 9, "p_value": p_value}
    release = Release().add("marts.factor_effects", {**test, "status": "ok" if p_value else "two_outcomes"})
    release.add("marts.factor_effects", effect_row("ordinal", "evidence_advantage", 5.0))
    assert sentence in " ".join(_sentences(_section(_page(release, tmp_path), "strength")))


def test_every_text_stands_in_both_languages(full: Page) -> None:
    for section in full.sections:
        for table in _tables(section.blocks):
            labels = [table.caption, *(head.text for head in table.head)]
            assert all(any("\u4e00" <= char <= "\u9fff" for char in label.zh) for label in labels)
            assert not any("\u4e00" <= char <= "\u9fff" for label in labels for char in label.en)
