"""Parts of a side's tone, worked out by hand."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.tone import ACTS, PART_SCHEMA, ToneWeights, score_tone, tone_sides

_START = datetime(2026, 3, 1, tzinfo=UTC)
_SCHEMA: dict[str, type[pl.DataType] | pl.DataType] = {
    "dispute_id": pl.String,
    "message_id": pl.String,
    "sender": pl.String,
    "audience": pl.String,
    "sent_at": pl.Datetime("us", "UTC"),
    "counted": pl.Boolean,
    "hostility": pl.Float64,
    **dict.fromkeys(ACTS, pl.Boolean),
}
_WEIGHTS = ToneWeights()
_RULINGS = pl.Schema({"dispute_id": pl.String(), "ruled_at": pl.Datetime("us", "UTC")})
_OPEN = pl.LazyFrame({"dispute_id": ["d1"], "ruled_at": [None]}, schema=_RULINGS)


def _message(sender: str, *acts: str, hours: float | None = 0, **other: object) -> dict[str, Any]:
    row = {"dispute_id": "d1", "message_id": "m", "sender": sender, "audience": "counterparty", "counted": True}
    row |= {"sent_at": None if hours is None else _START + timedelta(hours=hours), "hostility": 0.0}
    return row | {act: act in acts for act in ACTS} | other


def _frame(rows: list[dict[str, Any]]) -> pl.LazyFrame:
    return pl.LazyFrame(rows, schema=_SCHEMA)


def _parts(rows: list[dict[str, Any]], party: str, ruled_after: float | None = None) -> dict[str, float]:
    ruled_at = None if ruled_after is None else _START + timedelta(hours=ruled_after)
    disputes = pl.LazyFrame({"dispute_id": ["d1"], "ruled_at": [ruled_at]}, schema=_RULINGS)
    parts = score_tone(_frame(rows), disputes, _WEIGHTS).filter(pl.col("party") == party).collect()
    return dict(parts.select("part", "points").iter_rows())


def test_neutral_statements_leave_the_base() -> None:
    assert _parts([_message("buyer"), _message("buyer", hours=1)], "buyer") == {"base": 0.5}


def test_one_insult_in_one_message() -> None:
    # 1 / (1 + 0.3 + 0.1·1) = 0.714285…; 0.17 of it is 0.12142…, cut to 0.1214
    assert _parts([_message("buyer", "insult", hostility=0.9)], "buyer") == {"base": 0.5, "insult": -0.1214}


def test_the_two_audiences_share_the_points_of_an_act() -> None:
    rows = [
        _message("buyer", "insult"),
        _message("buyer", "insult", audience="agent"),
        _message("buyer", "insult", audience=None),
    ]
    # 3 / (3 + 0.3 + 0.3) = 0.8333…; 0.17 of it is 0.14166…, cut to 0.1416; a third of it, cut, went to customer service
    assert _parts(rows, "buyer") == {"base": 0.5, "insult": -0.0944, "insult_to_agent": -0.0472}


def test_hostile_without_insult_or_threat_is_contempt() -> None:
    # 0.03 · 1 / 1.4 = 0.02142…
    assert _parts([_message("buyer", hostility=0.6)], "buyer") == {"base": 0.5, "contempt": -0.0214}


def test_courtesy_and_offer() -> None:
    parts = _parts([_message("seller", "courtesy", "offer"), _message("seller", "offer", hours=1)], "seller")
    # courtesy 0.12 · 1 / (1 + 0.5 + 0.25·2) = 0.06; offer 0.12 · 2 / 3 = 0.08
    assert parts == {"base": 0.5, "courtesy": 0.06, "offer": 0.08}


def test_messages_after_the_ruling_do_not_count() -> None:
    rows = [_message("buyer"), _message("buyer", "insult", hours=5, counted=False)]
    assert _parts(rows, "buyer") == {"base": 0.5}


def test_a_prompt_answer() -> None:
    rows = [_message("buyer"), _message("seller", hours=1)]
    # one answer of one within two hours: 0.06 · 1 / 1.5 = 0.04
    assert _parts(rows, "seller") == {"base": 0.5, "promptness": 0.04}
    assert _parts(rows, "buyer") == {"base": 0.5}


def test_a_late_answer_is_a_long_silence() -> None:
    rows = [_message("buyer"), _message("buyer", hours=10), _message("seller", hours=30)]
    # waited for since the first question, 30 hours: 0.05 · 1 / 1.5 = 0.0333…
    assert _parts(rows, "seller") == {"base": 0.5, "silence": -0.0333}


def test_no_answer_until_the_end_is_a_long_silence() -> None:
    rows = [_message("buyer"), _message("agent", hours=48)]
    assert _parts(rows, "seller") == {"base": 0.5, "no_words": 0.0, "silence": -0.0333}


def test_who_never_wrote_is_waited_for_until_the_ruling() -> None:
    rows = [_message("buyer"), _message("buyer", hours=20)]
    assert _parts(rows, "seller", ruled_after=24) == {"base": 0.5, "no_words": 0.0, "silence": -0.0333}
    assert _parts(rows, "seller", ruled_after=23) == {"base": 0.5, "no_words": 0.0}
    assert _parts(rows, "seller") == {"base": 0.5, "no_words": 0.0}


def test_a_talk_that_came_to_an_end_leaves_nobody_waiting() -> None:
    rows = [_message("buyer"), _message("seller", hours=3), _message("buyer", "courtesy", hours=4)]
    assert "silence" not in _parts(rows, "seller", ruled_after=200)


def test_nobody_waits_for_one_who_was_not_spoken_to() -> None:
    assert "silence" not in _parts([_message("buyer", audience="agent")], "seller", ruled_after=200)


def test_nobody_waits_for_an_answer_to_what_was_said_to_customer_service() -> None:
    rows = [_message("buyer", audience="agent"), _message("seller", hours=1)]
    assert _parts(rows, "seller") == {"base": 0.5}


def test_a_question_that_follows_one_to_customer_service_counts_from_its_own_time() -> None:
    rows = [_message("buyer", audience="agent"), _message("buyer", hours=23), _message("seller", hours=24)]
    assert _parts(rows, "seller") == {"base": 0.5, "promptness": 0.04}


def test_customer_service_in_between_does_not_answer() -> None:
    rows = [_message("buyer"), _message("agent", hours=1), _message("seller", hours=26)]
    assert _parts(rows, "seller") == {"base": 0.5, "silence": -0.0333}


def test_waits_end_with_the_dispute() -> None:
    rows = [_message("buyer", dispute_id="d0"), _message("seller", hours=30)]
    parts = score_tone(_frame(rows), _OPEN, _WEIGHTS).filter(pl.col("part").is_in(["silence", "promptness"])).collect()
    assert parts.height == 0


def test_messages_without_time_count_but_nobody_waits() -> None:
    rows = [_message("buyer", "courtesy", hours=None), _message("seller", hours=1)]
    # 0.12 · 1 / 1.75 = 0.06857…
    assert _parts(rows, "buyer") == {"base": 0.5, "courtesy": 0.0685}
    assert _parts(rows, "seller") == {"base": 0.5}


def test_a_dispute_in_which_only_agents_or_the_system_wrote_is_null() -> None:
    rows = [_message("agent"), _message("system"), _message("buyer", counted=False)]
    assert score_tone(_frame(rows), _OPEN, _WEIGHTS).collect().height == 0


def test_a_side_without_words_is_neutral_and_marked() -> None:
    assert _parts([_message("buyer")], "seller") == {"base": 0.5, "no_words": 0.0}


def test_no_messages() -> None:
    parts = score_tone(_frame([]), _OPEN, _WEIGHTS).collect()
    assert parts.schema == pl.Schema(PART_SCHEMA)
    assert parts.height == 0


def test_null_acts_are_none() -> None:
    row = _message("buyer") | dict.fromkeys(ACTS) | {"hostility": None}
    assert _parts([row], "buyer") == {"base": 0.5}


_MESSAGES = st.lists(
    st.builds(
        lambda sender, acts, audience, hours, hostility: _message(
            sender, *acts, audience=audience, hours=hours, hostility=hostility
        ),
        st.sampled_from(["buyer", "seller", "agent"]),
        st.sets(st.sampled_from(ACTS)),
        st.sampled_from(["counterparty", "agent", None]),
        st.integers(0, 400) | st.none(),
        st.sampled_from([0.0, 0.4, 0.9]),
    ),
    min_size=1,
    max_size=12,
)


def _score(rows: list[dict[str, Any]], party: str) -> float:
    return round(sum(_parts(rows, party).values()), 4)


@settings(max_examples=40)
@given(_MESSAGES)
def test_scores_lie_in_their_range_and_parts_are_whole_ten_thousandths(rows: list[dict[str, Any]]) -> None:
    parts = score_tone(_frame(rows), _OPEN, _WEIGHTS).collect()
    sums = parts.group_by("dispute_id", "party").agg(pl.col("points").sum())
    assert sums["points"].is_between(0, 1).all()
    assert parts["points"].equals(parts["points"].round(4))


@settings(max_examples=40)
@given(_MESSAGES)
def test_an_added_insult_never_raises_the_score_and_an_added_courtesy_never_lowers_it(
    rows: list[dict[str, Any]],
) -> None:
    before = _score([*rows, _message("buyer", hours=None)], "buyer")
    assert _score([*rows, _message("buyer", "insult", hours=None, hostility=0.9)], "buyer") <= before
    assert _score([*rows, _message("buyer", "courtesy", hours=None)], "buyer") >= before


@settings(max_examples=20)
@given(_MESSAGES, st.randoms())
def test_order_of_rows_and_engine_do_not_matter(rows: list[dict[str, Any]], random: Random) -> None:
    shuffled = random.sample(rows, len(rows))
    one = score_tone(_frame(rows), _OPEN, _WEIGHTS).collect().sort("party", "part")
    other = score_tone(_frame(shuffled), _OPEN, _WEIGHTS).collect(engine="streaming").sort("party", "part")
    assert one.equals(other)


def test_wide_form_has_a_row_for_each_side() -> None:
    sides = tone_sides(_frame([_message("buyer", "insult")]), _OPEN, _WEIGHTS).collect().sort("party")
    assert sides["party"].to_list() == ["buyer", "seller"]
    assert sides["insult"].to_list() == [-1214, 0]
    assert sides["no_words"].to_list() == [None, 0]


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_many_messages_of_one_side(engine: Literal["in-memory", "streaming"]) -> None:
    rows = [_message("buyer", "insult", "threat", "demand", "refusal", "stalling", hostility=0.9)] * 2_000
    parts = score_tone(_frame(rows), _OPEN, _WEIGHTS).filter(pl.col("party") == "buyer").collect(engine=engine)
    # 2000 / 2200.3 of each weight: insult 0.17 → 0.1545
    assert dict(parts.select("part", "points").iter_rows())["insult"] == -0.1545
