"""Which further columns are suggested, under which name, and with which warning."""

from collections.abc import Mapping

import polars as pl

from transforms.profile_draft.factors import Candidate, candidates
from transforms.profile_draft.facts import facts_of

N = 200


def _candidates(columns: Mapping[str, list[str]], outcome: list[str | None] | None = None) -> dict[str, Candidate]:
    frame = pl.DataFrame(columns)
    facts = [facts_of(header, frame[header]) for header in frame.columns]
    found = candidates(facts, frame, None if outcome is None else pl.Series(outcome, dtype=pl.String))
    return {each.facts.header: each for each in found}


def _cycle(*texts: str) -> list[str]:
    return [texts[number % len(texts)] for number in range(N)]


def test_numbers_and_names() -> None:
    found = _candidates(
        {"NO_OF_CASES": _cycle("1", "1,204", "---"), "Fee": _cycle("$5", "$1,000.50"), "Share": _cycle("5%", "98%"),
           "State": _cycle("CA", "NY", "---"), "Represented": _cycle("Y", "N", " N"),
           "Subject": [f"topic {number % 40}" for number in range(N)]}
    )  # fmt: skip
    assert {header: each.type for header, each in found.items()} == {
        "NO_OF_CASES": "numeric", "Fee": "numeric", "Share": "numeric", "State": "categorical",
        "Represented": "categorical", "Subject": "categorical",
    }  # fmt: skip
    assert found["NO_OF_CASES"].remark == "numbers from 1 to 1204"
    assert found["Subject"].remark == "40 levels"


def test_what_is_no_factor() -> None:
    found = _candidates(
        {"Row": [str(number) for number in range(N)], "Constant": _cycle("x"), "Nothing": _cycle(""),
           "Filed": _cycle("2024-03-05", "2024-03-06"), "Phone": _cycle("1", "2"), "买家昵称": _cycle("a", "b"),
           "Remark": [f"a long sentence about all that was said and done and promised, {n}" for n in range(N)],
           "Key": [f"K{number}" for number in range(N)]}
    )  # fmt: skip
    assert found == {}


def test_many_levels_are_pooled() -> None:
    (found,) = _candidates({"Subject": [f"topic {number % 150}" for number in range(1500)]}).values()
    assert found.remark == "150 levels; the 100 commonest are kept, the others pooled"


def test_names_of_factors_can_be_used_and_are_different() -> None:
    headers = ["Age Range", "age_range", "Outcome", "1st try", "地区", "原告是否有律师", "其他🙂", "evidence"]
    found = _candidates({header: _cycle("a", "b") for header in headers})
    assert [each.name for each in found.values()] == [
        "age_range", "age_range_2", "outcome_2", "st_try", "region", "lawyer_plaintiff", "extra", "evidence_2",
    ]  # fmt: skip


def test_what_follows_from_the_ruling_is_doubted() -> None:
    outcome: list[str | None] = [*_cycle("buyer_wins", "seller_wins")]
    found = _candidates(
        {"Award paid": _cycle("1", "2", "3"), "赔偿方式": _cycle("a", "b", "c"), "Closing code": _cycle("A1", "B2"),
           "Region": _cycle("N", "S", "E"),
           "Rare": ["x" if n % 10 == 0 else "y" if n % 7 == 0 else "" for n in range(N)]},
        outcome,
    )  # fmt: skip
    doubts = {header: each.doubt for header, each in found.items()}
    assert "follow from the ruling" in doubts["Award paid"]
    assert "follow from the ruling" in doubts["赔偿方式"]
    assert "tells nearly every outcome" in doubts["Closing code"]
    assert doubts["Region"] == ""
    assert doubts["Rare"] == "only 23% of the rows have a value"


def test_one_value_in_two_spellings() -> None:
    (found,) = _candidates({"Age": [*_cycle("21-30", "31-40", "41-50", "51-64"), "11_20", "21 - 30"]}).values()
    assert found.same == (("21 - 30", "21-30"), ("11_20", "11-20"))
    (other,) = _candidates({"Kind": [*_cycle("Hand-made", "1-1", "11"), "hand made"]}).values()
    # 1-1 and 11 are two values.
    assert other.same == (("hand made", "Hand-made"),)
