"""A table that is checked part by part gives what it gives as a whole, and no row is looked at twice."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from expectations import ExpectationResult, Part, validate, validate_parts
from tests.expectations.data import PARAMETERS, SOUND, SUITES, Row, select, views

#: Views that cannot be read: what is known of a part must do.
UNREADABLE = "select error('read again')"
CHILD, PARENTS = "messages", "disputes"


def _spoilt() -> dict[str, tuple[Row, ...]]:
    """Six messages of two disputes in two months, nearly every one wrong in another way."""
    first, second = SOUND[CHILD]
    rows = (
        {**first, "message_id": "m1"},
        {**first, "message_id": "m2", "text": "  "},
        {**first, "message_id": "m3", "sent_at": "2026-04-01 00:00:00+00"},
        {**second, "message_id": "m4", "sent_at": None},
        {**second, "message_id": "m5", "sent_at": "1970-01-01 00:00:00+00"},
        {**second, "message_id": "m6", "text": "锟斤拷"},
    )
    return {**SOUND, CHILD: rows}


def _check(
    delivery: Mapping[str, Sequence[Row]], parts: Mapping[str, Sequence[Part]]
) -> tuple[list[ExpectationResult], Mapping[str, Mapping[str, tuple[int, int]]]]:
    outcome = validate_parts(views(delivery), [SUITES[CHILD]], PARAMETERS, None, parts)
    return outcome.results, outcome.counted


def _part(table: str, key: str, rows: Sequence[Row]) -> Part:
    return Part(key, select(SUITES[table].table, rows))


def test_parts_add_up_to_the_whole_and_are_not_read_again() -> None:
    delivery = _spoilt()
    expected = validate(views(delivery), [SUITES[CHILD]], PARAMETERS)
    assert [one for one in expected if one.success is False]
    rows = delivery[CHILD]
    old, new = _part(CHILD, "old", rows[:3]), _part(CHILD, "new", rows[3:])
    found, counted = _check(delivery, {CHILD: [old, new]})
    assert found == expected
    assert counted.keys() == {"old", "new"}
    # Now the first month is known, and only the dispute of the second is there to look rows up in.
    own = select(SUITES[PARENTS].table, delivery[PARENTS][1:])
    known = {CHILD: [Part("old", UNREADABLE, counted["old"]), Part("new", new.view, parents=own)]}
    again, counted_again = _check(delivery, known)
    assert again == expected
    assert counted_again == counted


def test_a_share_of_the_whole_decides_and_not_that_of_a_part() -> None:
    # One of ten messages is not dated: nine in ten are, but neither of the two in the last part.
    rows = tuple(
        {**SOUND[CHILD][0], "message_id": f"m{number}", "sent_at": None if number == 9 else "2026-03-02"}
        for number in range(10)
    )
    delivery = {**SOUND, CHILD: rows}
    found, counted = _check(delivery, {CHILD: [_part(CHILD, "most", rows[:9]), _part(CHILD, "last", rows[9:])]})
    (dated,) = (one for one in found if one.expectation == "sent_at_mostly_recorded")
    assert (dated.success, dated.n_checked, dated.n_unexpected) == (True, 10, 1)
    assert counted["last"]["sent_at_mostly_recorded"] == (1, 1)


def test_what_is_of_the_future_is_counted_again() -> None:
    # Two days after this run; in the next run, a week later, it is no longer implausible. 1970 always is.
    ahead = (PARAMETERS.as_of + timedelta(days=2)).isoformat()
    late, old = ({**SOUND[CHILD][0], "message_id": time, "sent_at": time} for time in (ahead, "1970-01-01 00:00:00+00"))
    delivery = {**SOUND, CHILD: (late, old)}
    _, counted = _check(delivery, {CHILD: [_part(CHILD, "late", [late]), _part(CHILD, "old", [old])]})
    assert counted.keys() == {"old"}
    assert counted["old"]["sent_at_plausible"] == (1, 1)
