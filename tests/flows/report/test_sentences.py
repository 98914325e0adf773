"""The sentences that users quote: their numbers are those of the tables."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from flows.report.alike import alike_section
from flows.report.answer import answer_section
from flows.report.blocks import Block, Folds, Page, Prose, Table
from flows.report.claims import definitions_notice, verdict_counts, verdicts_sentence
from flows.report.data import ReportData, read_release
from flows.report.disclosure import ALL, RULED, TOTAL, Disclosure, factor_slice
from flows.report.duration import time_sentence
from flows.report.foretold import calibration_sentence, validation_sentence
from flows.report.further import further_sentence
from flows.report.importance import importance_blocks, ranking_sentence
from flows.report.levels import levels_section
from flows.report.misleading import misleading_section, misleading_sentence
from flows.report.months import trend_section, trend_sentence
from flows.report.quality import validation_section
from tests.builders import ask
from tests.conftest import Built
from tests.flows.report.blocks import section, sentences
from tests.flows.report.releases import Release, Row, effect_row

NUMBER = re.compile(r"[+−]?\d[\d,]*(?:\.\d+)?%?")


def _numbers(text: str) -> list[str]:
    return NUMBER.findall(re.sub(r"95 ?%", "", text))


def _signed(value: float, places: int = 1) -> str:
    return f"{value:+.{places}f}".replace("-", "−")


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def test_the_answer_has_five_sentences(page: Page) -> None:
    leads = [block for block in section(page, "answer").blocks if getattr(block, "tone", "") == "lead"]
    assert len(leads) == 5


def test_who_wins_is_what_the_table_says(release: Built, page: Page) -> None:
    sql = """
        select outcome, share, ci_low, ci_high, n_total from marts.outcome_rates where slice = 'all'
        order by case outcome when 'buyer_wins' then 1 when 'seller_wins' then 2 else 3 end
    """
    rows = ask(release.result.database, sql)
    said = next(s for s in sentences(section(page, "answer")) if "ruled disputes" in s.en)
    expected = [str(rows[0][4])]
    for _, share, low, high, _ in rows:
        expected += [f"{_percent(share)}%", _percent(low), _percent(high)]
    assert _numbers(said.en) == expected
    assert _numbers(said.zh) == expected


def _importance(factor: str, share: float | None, low: float, high: float, status: str = "ok") -> Row:
    bounds = {} if share is None else {"ci_low": low, "ci_high": high}
    return {"factor": factor, "share": share, **bounds, "n": 900, "n_clusters": 90, "status": status}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (
            [_importance("evidence", 0.5, 0.38, 0.6), _importance("tone", 0.35, 0.2, 0.4),
             _importance("rules", 0.15, 0.0, 0.3)],
            "Of what the four factors explain of the rulings (n = 900), the shares are evidence 50.0% (38.0 to 60.0), "
            "tone 35.0% (20.0 to 40.0) and rules 15.0% (0.0 to 30.0): evidence counts for more than rules; no other "
            "pair is told apart, for its intervals overlap.",
        ),
        (
            [_importance(factor, None, 0, 0, "no_effect_found") for factor in ("evidence", "rules")],
            "These rulings do not show that any of the four factors goes with who wins: together they explain no more "
            "of the ordered outcome than chance would, so they are not ranked.",
        ),
        (
            [_importance("evidence", None, 0, 0, "not_recorded"),
             _importance("reputation", None, 0, 0, "no_effect_found")],
            "These rulings do not show that reputation goes with who wins: it explains no more of the ordered outcome "
            "than chance would. The other factors are not recorded, so there is no ranking.",
        ),
        (
            [_importance("evidence", 0.6, 0.5, 0.7), _importance("rules", 0.2, 0.1, 0.3),
             {**_importance("tone", 0.2, 0.0, 0.0, "lone_cluster"), "ci_low": None, "ci_high": None}],
            "Of what the four factors explain of the rulings (n = 900), the shares are evidence 60.0% (50.0 to 70.0), "
            "rules 20.0% (10.0 to 30.0) and tone 20.0% (no interval): evidence counts for more than rules; no other "
            "pair is told apart, for its intervals overlap or are missing.",
        ),
        (
            [_importance("rules", 1.0, 0.9, 1.0), _importance("tone", None, 0, 0, "not_recorded")],
            "Only rules are recorded well enough to be weighed, so there is no ranking (n = 900).",
        ),
    ],
    ids=["partly settled", "no effect", "one without effect", "of one seller", "one factor"],
)  # fmt: skip
def test_the_ranking_says_what_the_table_shows(tmp_path: Path, rows: list[Row], said: str) -> None:
    release = Release().add("marts.factor_importance", *rows)
    assert ranking_sentence(read_release(release.write(tmp_path / "rulings.duckdb"))).en == said


def test_a_factor_that_goes_with_partial_rulings_is_not_lost_by_the_order_of_outcomes(tmp_path: Path) -> None:
    release = Release().add(
        "marts.factor_effects", effect_row("ordinal", "tone_advantage", 0.0),
        effect_row("buyer_wins", "tone_advantage", -10.0), effect_row("not_seller_wins", "tone_advantage", 9.0),
        effect_row("buyer_wins", "rules_advantage", -1.0), effect_row("not_seller_wins", "rules_advantage", 9.0),
    ).add("marts.factor_importance", _importance("tone", None, 0, 0, "no_effect_found"))  # fmt: skip
    found = read_release(release.write(tmp_path / "rulings.duckdb"))
    said = [each.en for each in sentences(answer_section(found, Disclosure(frozenset())))]
    (lead,) = [each for each in said if each.startswith("These rulings do not show")]
    assert lead.endswith(
        " Tone does not simply favour one side, but goes with more partial rulings: one standard deviation more "
        "changes the chance that the buyer wins by −10.0 pp (−12.0 to −8.0) and that the seller wins by −9.0 pp "
        "(−11.0 to −7.0) (n = 900), which effects on the ordered outcome do not show."
    )
    assert not any("cannot be concluded: the interval includes zero" in each for each in said)


@pytest.mark.parametrize(("verdict", "is_said"), [(None, True), ("contradicted", True), ("inconclusive", False)])
def test_a_factor_that_works_backwards_is_said_to(tmp_path: Path, verdict: str | None, is_said: bool) -> None:
    effects = [effect_row("ordinal", f"{name}_advantage", ame) for name, ame in (("evidence", -9.0), ("rules", 5.0))]
    shares = [_importance("evidence", 0.9, 0.8, 1.0), _importance("rules", 0.1, 0.0, 0.2)]
    release = Release().add("marts.factor_effects", *effects).add("marts.factor_importance", *shares)
    if verdict:
        release.add(
            "marts.claim_findings", {"claim_id": "G2b", "claim": "G2", "factor": "evidence", "verdict": verdict}
        )
    said = sentences(answer_section(read_release(release.write(tmp_path / "r.duckdb")), Disclosure(frozenset())))
    (ranking,) = [each.en for each in said if each.en.startswith("Of what the four factors explain")]
    backwards = " Evidence goes against the side that is better in it: −9.0 pp per SD (−11.0 to −7.0), n = 900."
    assert ranking.endswith(backwards) == is_said


@pytest.mark.parametrize(
    ("verdicts", "signs", "said"),
    [
        (("negligible", "inconclusive"), (0, 0), "What counts as winning decides no finding here; only whether E1 (It"),
        (("supported", "inconclusive"), (1, 0), "None of them turns round"),
        (("inconclusive", "inconclusive"), (1, -1), "There the effect even changes its sign."),
    ],
)
def test_the_notice_tells_slight_differences_from_others(
    tmp_path: Path, verdicts: tuple[str, str], signs: tuple[int, int], said: str
) -> None:
    own = {"claim_id": "E1", "is_first_part": True, "is_definition_sensitive": True, "statement_en": "It helps"}
    others = [
        {"claim_id": "E1", "definition": name, "verdict": verdict, "sign": sign}
        for name, verdict, sign in zip(("buyer_wins", "refund_ratio"), verdicts, signs, strict=True)
    ]
    release = Release().add("marts.claim_findings", {**own, "verdict": verdicts[0]}).add("marts.definitions", *others)
    notice = definitions_notice(read_release(release.write(tmp_path / "rulings.duckdb")))
    assert notice is not None
    assert said in notice.en
    assert notice.en.startswith("What counts as winning matters here") == (signs != (0, 0))


def test_uneven_records_lead_the_report(tmp_path: Path) -> None:
    rows = [
        {"table_name": table, "column_name": column, "party": party, "outcome": outcome, "n": n, "n_recorded": recorded,
         "share": recorded / n, "spread_pp": spread, "is_uneven": True, "status": "ok"}
        for table, column, party, spread, counts in (
            ("evidence", "any", "both", 95.0, ((400, 380), (300, 0))),
            ("evidence", "clear", "buyer", 88.0, ((500, 495), (100, 11))),
            ("reputation", "any", "seller", 50.0, ((100, 51), (100, 1))),
        )
        for outcome, (n, recorded) in zip(("buyer_wins", "seller_wins"), counts, strict=True)
    ]  # fmt: skip
    found = read_release(Release().add("marts.records_by_outcome", *rows).write(tmp_path / "rulings.duckdb"))
    notice = sentences(answer_section(found, Disclosure(frozenset())))[0]
    assert notice.en == (
        "Beware: how much is recorded depends on how a dispute was ruled: any evidence in 95% where “buyer wins”, in "
        "0% where “seller wins”; “The picture or record is sharp” (evidence.clear) of the buyer in nearly all where "
        "“buyer wins”, in 11% where “seller wins”; any reputation records of the seller in 51% where “buyer wins”, in "
        "hardly any where “seller wins”. Effects of evidence and reputation records may come from what was written "
        "down, or exported, and not from what happened."
    )
    assert notice.zh.startswith("注意：记录的多少取决于判定结果：是否有证据：“支持买家”时 95%，“支持卖家”时 0%；")


def test_months_without_any_evidence_lead_the_report(tmp_path: Path) -> None:
    rows = [
        {"table_name": table, "slice": "month", "value": f"2025-0{month}", "n": 100, "n_recorded": recorded,
         "share": recorded / 100, "highest_share": 0.8, "is_missing": recorded == 0, "status": "ok"}
        for table in ("evidence", "messages")
        for month, recorded in enumerate((0, 0, 0, 0, 80, 70), 1)
    ]  # fmt: skip
    found = read_release(Release().add("marts.records_by_group", *rows).write(tmp_path / "rulings.duckdb"))
    notice, after = sentences(answer_section(found, Disclosure(frozenset())))[:2]
    assert notice.en == (
        "Beware: hardly any evidence is recorded in the 400 rulings of 4 months from 2025-01 to 2025-04, but in 75.0% "
        "of the others. If it was not written down, or not exported, it wrongly counts as none: effects of "
        "evidence, and the rank of the factor, are then too small."
    )
    assert not after.en.startswith("Beware")


@pytest.mark.parametrize(("effect", "leads"), [(4.0, True), (1.5, False)])
def test_rulings_of_one_buyer_that_are_alike_are_told(tmp_path: Path, effect: float, leads: bool) -> None:
    row = {"alike_by": "buyer", "n": 5000, "n_units": 150, "n_pairs": 9000, "similarity": 0.09, "is_overlooked": True,
           "design_effect": effect, "status": "ok"}  # fmt: skip
    found = read_release(Release().add("marts.rulings_alike", row).write(tmp_path / "rulings.duckdb"))
    said = [each.en for each in sentences(answer_section(found, Disclosure(frozenset())))]
    assert said[0].startswith("Beware: rulings of one buyer are more alike than their cases explain (correlation 0.09; "
                              "150 buyers in 5,000 rulings).") == leads  # fmt: skip
    assert ("up to 2.0 times too narrow" in said[0]) == leads
    assert any("Rulings of one buyer" in each and "1.2 times" in each for each in said) != leads


@pytest.mark.parametrize("is_drift", [True, False])
def test_a_drift_is_not_called_an_event(tmp_path: Path, is_drift: bool) -> None:
    row = {"month": "2025-03", "factor": "all", "shift": True, "shift_pp": 8.0, "shift_may_be_drift": is_drift}
    found = read_release(Release().add("marts.trend", row).write(tmp_path / "rulings.duckdb"))
    said = trend_sentence(found).en
    assert said.startswith("Change points: the share that the buyer wins changed by +8.0 pp from 2025-03 on.")
    assert ("A steady drift fits the share that the buyer wins at least as well" in said) == is_drift


def test_validation_says_what_the_table_shows(tmp_path: Path) -> None:
    row = {
        "split": "newest_fifth", "model": "four_factors", "n": 200, "n_fitted": 800, "n_clusters": 50, "auc": 0.7,
        "auc_ci_low": 0.65, "auc_ci_high": 0.75, "auc_gain": 0.05, "auc_gain_ci_low": -0.01, "auc_gain_ci_high": 0.11,
        "calibration_slope": 0.7, "calibration_slope_ci_low": 0.5, "calibration_slope_ci_high": 0.9, "status": "ok",
    }  # fmt: skip
    found = read_release(Release().add("marts.model_validation", row).write(tmp_path / "rulings.duckdb"))
    assert validation_sentence(found).en == (
        "Fitted on the older 800 rulings and judged on the newest 200, the four factors rank a dispute that the buyer "
        "won above another in 0.70 of pairs (AUC, 0.65 to 0.75; 0.5 is chance), +0.05 (−0.01 to +0.11) against the "
        "rate of the same category and claim: no better beyond chance."
    )
    slope = calibration_sentence(found)
    assert slope is not None
    assert slope.en == "Calibration slope 0.70 (0.50 to 0.90; 1 is right): predicted chances are too extreme."


def _extra(factor: str, estimate: float, q_value: float | None) -> Row:
    return {
        "factor": factor, "measure": "cramers_v", "n": 900, "n_clusters": 90, "estimate": estimate,
        "ci_low": estimate - 0.02, "ci_high": estimate + 0.02, "q_value": q_value,
        "status": "ok" if q_value is not None else "constant",
    }  # fmt: skip


def test_extra_factors_answer_where_the_four_are_not_recorded(tmp_path: Path) -> None:
    release = Release().add(
        "marts.factor_association", _extra("court", 0.05, 0.01), _extra("lawyers", 0.14, 0.001),
        _extra("exhibits", 0.03, 0.4), _extra("language", 0.0, None), _extra("evidence", 0.3, 0.001),
    )  # fmt: skip
    found = read_release(release.write(tmp_path / "rulings.duckdb"))
    said = further_sentence(found, Disclosure(frozenset()))
    assert said is not None
    assert said.en == (
        "Of the 3 extra factors that could be tested, 2 go with the outcome: lawyers 0.14 (0.12 to 0.16, n = 900) and "
        "court 0.05 (0.03 to 0.07, n = 900); it is not shown for exhibits; Cramér's V, not adjusted."
    )
    section = answer_section(found, Disclosure(frozenset()))
    leads = [block for block in section.blocks if isinstance(block, Prose) and block.tone == "lead"]
    assert leads[1].text == said
    assert "cannot be ranked" in str(section.blocks[-1])


def test_extra_factors_are_an_addition_where_the_four_are_ranked(tmp_path: Path) -> None:
    release = Release().add("marts.factor_association", _extra("court", 0.01, 0.6))
    release.add("marts.factor_importance", _importance("tone", 0.6, 0.5, 0.7), _importance("rules", 0.4, 0.3, 0.5))
    section = answer_section(read_release(release.write(tmp_path / "rulings.duckdb")), Disclosure(frozenset()))
    prose = [block for block in section.blocks if isinstance(block, Prose)]
    assert "the shares are" in [each for each in prose if each.tone == "lead"][1].text.en
    said = (
        "The one extra factor that could be tested, court 0.01 (−0.01 to 0.03, n = 900), is not shown to go with the "
        "outcome (Cramér's V, not adjusted)."
    )
    assert said in [each.text.en for each in prose if each.tone != "lead"]


def test_a_change_point_is_told_with_its_month_and_size(tmp_path: Path) -> None:
    months = [
        {"month": f"2026-0{place}", "factor": "evidence", "n": 90, "effect_pp": 5.0, "shift": place == 3,
         "shift_low": "2026-02", "shift_high": "2026-04", "shift_pp": -4.0, "series_status": "ok", "status": "ok"}
        for place in range(1, 6)
    ]  # fmt: skip
    found = read_release(Release().add("marts.trend", *months).write(tmp_path / "rulings.duckdb"))
    assert trend_sentence(found).en == (
        "Change points: the effect of evidence changed by −4.0 pp from 2026-03 (95% confidence set 2026-02 to 2026-04) "
        "on."
    )


def test_a_reversal_is_named(tmp_path: Path) -> None:
    row = {
        "factor": "tone", "high_group": "high", "stratifier": "category", "n": 400, "n_low": 200, "n_high": 200,
        "crude_rd_pp": 5.0, "adjusted_rd_pp": -6.0, "is_reversed": True, "status": "ok",
    }  # fmt: skip
    found = read_release(Release().add("marts.reversals", row).write(tmp_path / "rulings.duckdb"))
    assert misleading_sentence(found).en == (
        "The crude picture has the wrong sign in 1 of 1 comparisons: tone within category."
    )


@pytest.mark.parametrize(
    ("status", "tail"),
    [
        ("ok", ""),
        ("sampled", "; estimated on a sample of the disputes; the interval holds the error of sampling"),
        ("few_clusters", "; few sellers: read the interval with care"),
    ],
)
def test_deciders_are_told_apart_also_on_a_sample(tmp_path: Path, status: str, tail: str) -> None:
    row = {
        "decided_by": "all", "n": 900, "n_deciders": 30, "sd_pp": 4.0, "ci_low": 3.0, "ci_high": 5.0, "p_value": 0.001,
        "status": status,
    }  # fmt: skip
    found = read_release(Release().add("marts.decider_variation", row).write(tmp_path / "rulings.duckdb"))
    said = [each.en for each in sentences(alike_section(found, Disclosure(frozenset())))]
    assert (
        "Beyond what their cases explain, 30 deciders differ with a standard deviation of 4.0 pp (3.0 to 5.0, n = 900) "
        f"in the share that the buyer wins: more than chance{tail}."
    ) in said


def test_a_check_that_does_not_hold_is_named(tmp_path: Path) -> None:
    rows: list[Row] = [
        {"table_name": "disputes", "expectation": name, "severity": "warn", "success": name != "price_is_positive"}
        for name in ("price_is_positive", "buyer_is_not_seller")
    ]
    rows.append({**rows[0], "expectation": "votes_within_jury", "success": None})
    found = read_release(Release().add("meta.expectations", *rows).write(tmp_path / "rulings.duckdb"))
    assert sentences(validation_section(found))[0].en == (
        "1 of 2 checks does not hold: disputes.price_is_positive. 1 more found nothing recorded to check."
    )


def test_verdicts_are_counted_by_claim(release: Built, data: ReportData, page: Page) -> None:
    sql = "select verdict, count(*) from marts.claim_findings where is_first_part group by verdict"
    counted = dict(ask(release.result.database, sql))
    assert {name: n for name, n in verdict_counts(data).items() if n} == counted
    said = next(s for s in sentences(section(page, "answer")) if "marketplace lore" in s.en)
    assert sorted(map(int, _numbers(said.en)[1:])) == sorted(counted.values())
    assert int(_numbers(said.en)[0]) == sum(counted.values())


def _finding(claim_id: str, statement: str, verdict: str) -> Row:
    return {"claim_id": claim_id, "is_first_part": True, "statement_en": statement, "verdict": verdict}


def test_claims_that_fail_are_named(tmp_path: Path) -> None:
    rows = [_finding("E1", "evidence helps", "supported"), _finding("G1", "neither side wins", "contradicted")]
    found = read_release(Release().add("marts.claim_findings", *rows).write(tmp_path / "rulings.duckdb"))
    assert verdicts_sentence(found).en == (
        "Of 2 claims of marketplace lore: 1 supported and 1 contradicted. Contradicted: G1 (neither side wins)."
    )


def test_a_further_part_that_fails_is_named_beside_the_claims(tmp_path: Path) -> None:
    part = {**_finding("E5b", "it helps more in luxury", "contradicted"), "is_first_part": False}
    rows = [_finding("E5a", "it helps in luxury", "supported"), part, _finding("E6", "it helps", "inconclusive")]
    found = read_release(Release().add("marts.claim_findings", *rows).write(tmp_path / "rulings.duckdb"))
    assert verdicts_sentence(found).en == (
        "Of 2 claims of marketplace lore: 1 supported and 1 inconclusive. What is contradicted in a further part: "
        "E5b (it helps more in luxury)."
    )


def test_the_time_is_told_without_a_number_that_is_hidden(data: ReportData) -> None:
    shown = time_sentence(data, Disclosure(frozenset()))
    hidden = time_sentence(data, Disclosure(frozenset({(ALL, ALL, TOTAL)})))
    assert shown is not None
    assert hidden is not None
    assert re.sub(", n = [0-9,]+", "", shown.en) == hidden.en != shown.en
    assert re.sub("，n = [0-9,]+", "", shown.zh) == hidden.zh != shown.zh


def test_where_all_is_hidden_there_is_a_folded_table_and_no_chart(data: ReportData) -> None:
    hidden = frozenset((factor_slice(rate.factor), rate.level, RULED) for rate in data.levels)
    _, *blocks = levels_section(data, Disclosure(hidden)).blocks
    assert [(type(block), isinstance(block, Table) and block.is_folded) for block in blocks] == [(Table, True)] * 5


@pytest.mark.parametrize(
    ("n", "named"),
    [(3, "C1 (one), C2 (two), C3 (three)"), (5, "C1 (one), C2 (two) and 3 more claims below (C3, C4, C5)")],
)
def test_claims_that_hang_on_the_definition_lead(tmp_path: Path, n: int, named: str) -> None:
    words = ("one", "two", "three", "four", "five")
    rows = [
        {**_finding(f"C{place}", word, "supported"), "is_definition_sensitive": True}
        for place, word in enumerate(words[:n], 1)
    ]
    found = read_release(Release().add("marts.claim_findings", *rows).write(tmp_path / "rulings.duckdb"))
    notice = definitions_notice(found)
    assert notice is not None
    assert notice.en.startswith(f"What counts as winning matters here: the verdict on {named} differs between")


def test_half_have_ended_when_the_table_says_so(release: Built, page: Page) -> None:
    sql = "select hours, ci_low, ci_high from marts.hours_to_end where slice = 'all' and quantile = 0.5"
    ((hours, low, high),) = ask(release.result.database, sql)
    said = next(s for s in sentences(section(page, "answer")) if s.en.startswith("Half of the disputes"))
    assert _numbers(said.en)[:3] == [f"{each / 24:.1f}" for each in (hours, low, high)]


def test_each_claim_shows_its_estimate(release: Built, page: Page) -> None:
    sql = """
        select claim_id, estimate, ci_low, ci_high, n, unit from marts.claim_findings
        where verdict <> 'not_testable' and ci_low is not null
    """
    folds = {
        fold.title.en.split()[0]: fold
        for block in section(page, "claims").blocks
        if isinstance(block, Folds)
        for fold in block.folds
    }
    rows = ask(release.result.database, sql)
    assert rows
    for name, estimate, low, high, n, unit in rows:
        percent = "%" if unit == "percent" else ""
        expected = [_signed(estimate) + percent, _signed(low), _signed(high), f"{n:,}"]
        assert _numbers(folds[name].detail.en) == expected, name
        # the unit of the AUC's points is told with numbers in Chinese, too
        assert _numbers(folds[name].detail.zh)[: len(expected)] == expected, name


def test_no_sentence_mixes_languages(page: Page) -> None:
    for part in page.sections:
        for said in sentences(part):
            assert not re.search(r"[\u4e00-\u9fff]", said.en), said.en
            english = re.sub(
                r"[a-z]+\.[a-z_]+|[A-Z]\d[a-f]?|AUC|SQL|rulings explain|Brier|Wilson|Kaplan|Meier|Aalen|Johansen",
                "",
                said.zh,
            )
            assert not re.search(r"[A-Za-z]{4,}", english), said.zh


def test_marked_intervals_say_what_they_are_worth(data: ReportData) -> None:
    def marked(status: str) -> ReportData:
        estimates = data.estimates
        return replace(
            data,
            estimates=replace(
                estimates,
                importance=tuple(replace(row, status=status) for row in estimates.importance),
                trend=tuple(
                    replace(row, status=status, effect_pp=9.0, ci_low=1.0, ci_high=17.0) for row in estimates.trend
                ),
                strata=tuple(replace(row, status=status, heterogeneity_q_value=0.01) for row in estimates.strata),
            ),
        )

    few, many = ([_prose(each) for each in _sections(marked(status))] for status in ("few_clusters", "ok"))
    assert [sum("rest on fewer than 50 sellers" in text for text in texts) for texts in few] == [1, 1, 1]
    assert not any("rest on fewer than 50 sellers" in text for texts in many for text in texts)


def _sections(data: ReportData) -> list[Sequence[Block]]:
    """What is said of importance, months and groups."""
    found = [trend_section(data, Disclosure(frozenset())), misleading_section(data)]
    return [importance_blocks(data)[0], *(each.blocks for each in found if each is not None)]


def _prose(blocks: Sequence[Block]) -> list[str]:
    return [block.text.en for block in blocks if isinstance(block, Prose)]
