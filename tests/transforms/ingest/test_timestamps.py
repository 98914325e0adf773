"""Times in many forms to UTC."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.ingest.values import parse_timestamps

CHINA = "Asia/Shanghai"
NOON = datetime(2026, 3, 5, 6, 3, tzinfo=UTC)
FORMS = [
    ("2026-03-05T14:03:00+08:00", NOON),
    ("2026-03-05 14:03:00+08:00", NOON),
    ("2026-03-05T14:03:00+0800", NOON),
    ("2026-03-05T06:03:00Z", NOON),
    ("2026-03-05T06:03:00.000Z", NOON),
    ("2026-03-05T11:33:00+05:30", NOON),
    ("2026-03-05T00:03:00-06:00", NOON),
    ("2026-03-05T14:03:00", NOON),
    ("2026-03-05 14:03:00", NOON),
    ("2026-03-05T14:03", NOON),
    ("2026-03-05 14:03", NOON),
    ("2026/03/05 14:03:00", NOON),
    ("2026/03/05 14:03", NOON),
    ("2026/3/5 14:03", NOON),
    ("2026-03-05 14:03:00.250", NOON + timedelta(milliseconds=250)),
    ("2026-03-05T14:03:00.123456+08:00", NOON + timedelta(microseconds=123456)),
    ("2026-03-05", datetime(2026, 3, 4, 16, tzinfo=UTC)),
    ("2026/03/05", datetime(2026, 3, 4, 16, tzinfo=UTC)),
    ("2024-02-29 00:00:00", datetime(2024, 2, 28, 16, tzinfo=UTC)),
    ("1999-12-31T23:59:59+08:00", datetime(1999, 12, 31, 15, 59, 59, tzinfo=UTC)),
]
NOT_TIMES = [
    "2026-02-29", "2026-13-01", "2026-00-10", "0000-00-00 00:00:00", "2026-03-05 25:00:00", "2026-03-05 14:61:00",
    "14:03", "2026", "05.03.2026", "yesterday", "2026-03-05 14:03:00 o'clock", "2026-03-05T14:03:00+08:00x",
]  # fmt: skip


def _parse(*texts: str | None, formats: tuple[str, ...] = (), zone: str = CHINA) -> list[datetime | None]:
    found = parse_timestamps(pl.Series("t", texts, dtype=pl.String), formats, zone)
    assert found.dtype == pl.Datetime("us", "UTC")
    return found.to_list()


@pytest.mark.parametrize(("text", "moment"), FORMS)
def test_forms(text: str, moment: datetime) -> None:
    assert _parse(text) == [moment]


@pytest.mark.parametrize("text", NOT_TIMES)
def test_what_is_not_a_time_is_null(text: str) -> None:
    assert _parse(text) == [None]


def test_all_forms_in_one_column() -> None:
    texts = [text for text, _ in FORMS for _ in range(3)] + NOT_TIMES
    expected = [moment for _, moment in FORMS for _ in range(3)] + [None] * len(NOT_TIMES)
    assert _parse(None, *texts, "") == [None, *expected, None]


def test_a_rare_form_after_many_of_another() -> None:
    assert _parse(*["2026-03-05T14:03:00+08:00"] * 500, "2026/3/5 14:03", "2026-03-05T06:03:00Z") == [NOON] * 502


def test_different_offsets_in_one_column() -> None:
    assert _parse("2026-03-05T14:03:00+08:00", "2026-03-05T15:03:00+09:00", "2026-03-05T06:03:00+00:00") == [NOON] * 3


def test_the_zone_of_the_profile_holds_where_none_is_named() -> None:
    assert _parse("2026-03-05 06:03:00", "2026-03-05T14:03:00+08:00", zone="UTC") == [NOON, NOON]


def test_formats_of_a_profile_come_before_the_iso_forms() -> None:
    formats = ("%d/%m/%Y %H:%M", "%Y年%m月%d日 %H:%M")
    assert _parse("05/03/2026 14:03", "2026年3月5日 14:03", "2026-03-05 14:03:00", formats=formats) == [NOON] * 3


def test_a_format_without_day_means_the_first() -> None:
    assert _parse("2026年3月", "2019", formats=("%Y年%m月", "%Y")) == [
        datetime(2026, 2, 28, 16, tzinfo=UTC),
        datetime(2018, 12, 31, 16, tzinfo=UTC),
    ]


def test_nothing_in_nothing_out() -> None:
    assert _parse() == []
    assert _parse(None, "", None) == [None, None, None]


MOMENTS = st.datetimes(datetime(1992, 1, 1), datetime(2099, 1, 1))  # noqa: DTZ001 - the zone is added below


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(MOMENTS, st.integers(-14 * 60, 14 * 60)), min_size=1, max_size=30))
def test_any_moment_with_any_offset(moments: list[tuple[datetime, int]]) -> None:
    given_times = [moment.replace(tzinfo=timezone(timedelta(minutes=offset))) for moment, offset in moments]
    assert _parse(*(moment.isoformat() for moment in given_times)) == given_times


@settings(max_examples=50, deadline=None)
@given(st.lists(MOMENTS, min_size=1, max_size=30))
def test_any_moment_without_offset_is_a_time_in_china(moments: list[datetime]) -> None:
    expected = [moment.replace(tzinfo=ZoneInfo(CHINA)).astimezone(UTC) for moment in moments]
    assert _parse(*(moment.isoformat(" ") for moment in moments)) == expected
