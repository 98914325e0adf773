"""Which cases are like, how they were ruled, and what is not shown."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from flows.explain import Language, explain
from flows.settings import Layout
from tests.flows.explain.cases import FORTY, OWN, Neighbours, Row, write_release

FEW = {"buyer_wins": 15, "seller_wins": 14}
LOWER = -0.5


def told_of(root: Path, neighbours: Sequence[Neighbours], **changes: Row) -> dict[str, Any]:
    """The JSON of the dispute among these neighbours."""
    layout = write_release(root / "data", neighbours, **changes)
    told: dict[str, Any] = json.loads(explain(layout, OWN, Language.EN, json=True))
    return told


@pytest.mark.parametrize(
    ("unlike", "same"),
    [
        (Neighbours(FEW, advantages={"reputation": LOWER}), ["category", "evidence", "rules", "tone"]),
        (Neighbours(FEW, advantages={"tone": LOWER}), ["category", "evidence", "rules"]),
        (Neighbours(FEW, advantages={"rules": LOWER, "reputation": LOWER}), ["category", "evidence"]),
        (Neighbours(FEW, advantages={"evidence": LOWER}), ["category"]),
        (Neighbours(FEW, {"category": "sports"}), []),
    ],
)
def test_levels_and_then_the_category_are_set_aside_in_order(
    tmp_path: Path, unlike: Neighbours, same: list[str]
) -> None:
    # 29 cases are like in everything, one too few; the other 29 count once what they lack is set aside.
    like = told_of(tmp_path, [Neighbours(FEW), unlike])["like_cases"]
    order = ["reputation", "tone", "rules", "evidence", "category"]
    assert (like["n"], like["same"]) == (58, same)
    assert like["set_aside"] == order[: 5 - len(same)]
    assert [(each["outcome"], each["n"]) for each in like["outcomes"]] == [
        ("buyer_wins", 30), ("partial", 0), ("seller_wins", 28),
    ]  # fmt: skip


def test_thirty_like_cases_are_enough_and_its_own_ruling_is_none_of_them(tmp_path: Path) -> None:
    # With its own ruling there would be 31.
    like = told_of(tmp_path, [Neighbours({"buyer_wins": 15, "seller_wins": 15})])["like_cases"]
    assert (like["n"], like["set_aside"], like["outcomes"][0]["n"]) == (30, [], 15)


def test_too_few_cases_of_the_claim_tell_nothing(tmp_path: Path) -> None:
    told = told_of(tmp_path, [Neighbours(FEW), Neighbours(FEW, {"claim": "missing_parts"})])
    assert (told["like_cases"]["n"], told["like_cases"]["status"]) == (None, "too_few_cases")
    assert told["like_cases"]["outcomes"] == []
    assert (told["ruling"]["share"], told["ruling"]["by_like_cases"]) == (None, None)
    text = explain_again(tmp_path)
    assert "Too few: there are not 30 other rulings" in text
    assert "By like cases: it cannot be told, there are too few." in text


def explain_again(root: Path) -> str:
    """The text of the dispute that `told_of` wrote, on one line."""
    return " ".join(explain(Layout(root / "data"), OWN, Language.EN).split())


def test_disputes_that_nobody_ruled_are_no_like_cases(tmp_path: Path) -> None:
    settled = Neighbours({"settled": 50}, {"is_ruled": False})
    assert told_of(tmp_path, [FORTY, settled])["like_cases"]["n"] == 40


def test_a_count_under_ten_is_hidden_with_one_that_would_tell_it(tmp_path: Path) -> None:
    told = told_of(tmp_path, [Neighbours({"buyer_wins": 9, "partial": 12, "seller_wins": 40})])
    assert [each["n"] for each in told["like_cases"]["outcomes"]] == [None, None, 40]
    assert [each["share"] for each in told["like_cases"]["outcomes"]] == [None, None, 0.6557]
    # Its own ruling is among the hidden ones: nothing may be said of how rare it is.
    assert (told["ruling"]["share"], told["ruling"]["by_like_cases"]) == (None, None)
    text = explain_again(tmp_path)
    assert "buyer wins: not shown (this count or one that would tell it is under 10)" in text
    assert "By like cases: it cannot be told, as the count is not shown." in text


def test_cases_whose_counts_would_all_be_hidden_are_not_enough(tmp_path: Path) -> None:
    # 35 + 4 + 4 with the same reputation: hiding the two fours needs the third, so reputation is set aside.
    uneven = Neighbours({"buyer_wins": 35, "partial": 4, "seller_wins": 4})
    others = Neighbours({"partial": 10, "seller_wins": 10}, advantages={"reputation": LOWER})
    like = told_of(tmp_path, [uneven, others])["like_cases"]
    assert (like["n"], like["set_aside"]) == (63, ["reputation"])
    assert [each["n"] for each in like["outcomes"]] == [35, 14, 14]


@pytest.mark.parametrize(("n", "word"), [(10, "very_unusual"), (11, "unusual"), (63, "unusual"), (67, "usual")])
def test_how_rare_a_ruling_is_has_a_word(tmp_path: Path, n: int, word: str) -> None:
    # Of 201 others: 10 are under 5 %, 11 are 5.2 %; of 255, 63 are 24.7 %; of 267, 67 are 25.1 %.
    rest = {10: 191, 11: 200, 63: 192, 67: 200}[n]
    assert told_of(tmp_path, [Neighbours({"buyer_wins": n, "seller_wins": rest})])["ruling"]["by_like_cases"] == word


def test_sellers_who_come_back_widen_the_interval(tmp_path: Path) -> None:
    alone = told_of(tmp_path / "a", [Neighbours({"buyer_wins": 100, "seller_wins": 100})])["like_cases"]
    # Eight sellers: too few of them to be counted, and what each of them gets is alike.
    shared = told_of(tmp_path / "b", [Neighbours({"buyer_wins": 100, "seller_wins": 100}, n_sellers=8)])["like_cases"]
    assert (alone["n_sellers"], alone["status"]) == (200, "ok")
    assert (shared["n_sellers"], shared["status"]) == (None, "few_clusters")
    widths = [each["outcomes"][0]["ci_high"] - each["outcomes"][0]["ci_low"] for each in (alone, shared)]
    assert widths[1] > widths[0] == pytest.approx(0.137, abs=0.001)


def test_without_sellers_the_intervals_are_plain_and_it_is_said(tmp_path: Path) -> None:
    like = told_of(tmp_path, [Neighbours(FORTY.outcomes, {"seller_id": None})], own={"seller_id": None})["like_cases"]
    assert (like["status"], like["n_sellers"], like["outcomes"][0]["ci_low"]) == ("not_clustered", None, 0.4703)
    assert "(sellers not recorded)" in explain_again(tmp_path)


def test_an_open_dispute_is_put_into_a_level_of_the_ruled_ones(tmp_path: Path) -> None:
    # 0.05 lies between the levels (−1 to 0) and (0.1 to 1): it belongs to the upper one, as in core.factor_levels.
    own = {"is_ruled": False, "outcome": None, "ruled_at": None}
    like = told_of(tmp_path, [FORTY], own=own, scores={"tone_advantage": 0.05})["like_cases"]
    assert (like["levels"][2]["level"], like["n"], like["set_aside"]) == ("2", 40, [])
