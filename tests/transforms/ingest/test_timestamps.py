"""Times in many forms to UTC."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.ingest.times import contradicts, parse_timestamps

CHINA = "Asia/Shanghai"
NOON = datetime(2026, 3, 5, 6, 3, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 4, 16, tzinfo=UTC)
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
    # offsets and zones in other notations
    ("2026-03-05 14:03 +0800", NOON),
    ("2026-03-05T14:03:00+08", NOON),
    ("2026-03-05 06:03:00 UTC", NOON),
    ("Thu, 05 Mar 2026 06:03:00 GMT", NOON),
    ("Thu Mar 05 2026 14:03:00 GMT+0800 (China Standard Time)", NOON),
    # names of months
    ("05-MAR-26", MIDNIGHT),
    ("5-Mar-2026", MIDNIGHT),
    ("05 march 2026", MIDNIGHT),
    ("5th March 2026", MIDNIGHT),
    ("Mar 5, 2026", MIDNIGHT),
    ("March 5 2026 2:03 PM", NOON),
    ("05-MAR-26 02.03.00.000000 PM +08:00", NOON),
    ("2026-Mar-05", MIDNIGHT),
    ("27-MAR-14", datetime(2014, 3, 26, 16, tzinfo=UTC)),
    ("29-FEB-96", datetime(1996, 2, 28, 16, tzinfo=UTC)),
    ("01-SEPT-70", datetime(1970, 8, 31, 16, tzinfo=UTC)),
    # Chinese
    ("2026年3月5日 14:03", NOON),
    ("2026年03月05日14时03分", NOON),
    ("2026 年 3 月 5 日 14点3分00秒", NOON),
    ("2026年3月5号", MIDNIGHT),
    ("2026年3月5日 星期四 下午2:03", NOON),
    ("2026/3/5 下午 02:03:00", NOON),
    ("2026-03-05 下午14:03", NOON),
    ("2026-03-05(周四) 2:03 PM", NOON),
    ("2026-03-05 上午12:30", datetime(2026, 3, 4, 16, 30, tzinfo=UTC)),
    ("2026-03-05 凌晨1:00", datetime(2026, 3, 4, 17, tzinfo=UTC)),
    ("2026-03-05 中午12:30", datetime(2026, 3, 5, 4, 30, tzinfo=UTC)),
    ("2026-03-05 中午1:30", datetime(2026, 3, 5, 5, 30, tzinfo=UTC)),
    ("2026-03-05 晚上8点", datetime(2026, 3, 5, 12, tzinfo=UTC)),
    ("2026-03-05 12:30 AM", datetime(2026, 3, 4, 16, 30, tzinfo=UTC)),
    ("2026-03-05 12:30 p.m.", datetime(2026, 3, 5, 4, 30, tzinfo=UTC)),
    ("２０２６－０３－０５　１４：０３", NOON),
    # points, and nothing at all, between the parts
    ("05.03.2026", MIDNIGHT),
    ("5.3.2026 14.03", NOON),
    ("2026.3.5 14:03", NOON),
    ("20260305", MIDNIGHT),
    ("202603051403", NOON),
    ("20260305140300", NOON),
    ("20260305T060300Z", NOON),
    ("2026-03-05 14:03:00,250", NOON + timedelta(milliseconds=250)),
    # numbers that count
    ("46086", MIDNIGHT),
    ("46086.585416666669", NOON),
    ("1772690580", NOON),
    ("1772690580.25", NOON + timedelta(milliseconds=250)),
    ("1772690580250", NOON + timedelta(milliseconds=250)),
    # marks of Excel
    ("'2026-03-05 14:03", NOON),
    ('="2026/3/5"', MIDNIGHT),
]
NOT_TIMES = [
    "2026-02-29", "2026-13-01", "2026-00-10", "0000-00-00 00:00:00", "2026-03-05 25:00:00", "2026-03-05 14:61:00",
    "14:03", "2026", "yesterday", "2026-03-05 14:03:00 o'clock", "2026-03-05T14:03:00+08:00x",
    # the order of day and month is anybody's guess, even where one of them is more than twelve
    "03/05/2026", "25/12/2026", "12/25/2026", "3/5/26", "05-03-2026", "5-3-26", "05.03.26", "26-03-05", "03/2026",
    # parts that contradict each other, or are not enough
    "2026-03-05 上午14:03", "2026-03-05 晚上12:00", "2026-03-05 中午5:00", "2026-03-05 13:00 AM", "2026-03-05 14",
    "下午2:03", "2026-03-05 24:00", "2026-3", "MAR-26", "31-FEB-26", "32-MAR-26", "05-MRZ-26", "2026/03-05",
    "29-FEB-26", "2026年13月5日", "05.13.2026", "Q1 2026", "本周四", "3月5日 14:03",
    # a zone in China and in America
    "2026-03-05 14:03 CST",
    # numbers: a month, a mobile number, a bar code, an hour of a day or seconds, small and large ones
    "202603", "13812345678", "6901234567890", "2026030514", "1", "0", "-46086", "29999", "73051", "1900000000",
    "46086,58", "1.2", "46 086", "20261305", "99999999", "1772690580250123", "1e9",
    # no moment, but "never" and "always"
    "9999-12-31", "1900-01-01", "0001-01-01", "2100-01-02", "31-DEC-9999",
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


def test_a_format_with_the_name_of_a_month_means_the_first_day() -> None:
    assert _parse("Mar 2026", "03/26", formats=("%b %Y", "%m/%y")) == [datetime(2026, 2, 28, 16, tzinfo=UTC)] * 2


@pytest.mark.parametrize(
    ("form", "texts", "days"),
    [
        ("%d/%m/%Y", ["03/05/2024", "25/12/2024", "12/25/2024"], ["2024-05-03", "2024-12-25", None]),
        ("%m/%d/%Y", ["03/05/2024", "25/12/2024", "12/25/2024"], ["2024-03-05", None, "2024-12-25"]),
        # What the profile says of points and hyphens holds for what its format cannot read as well.
        ("%m.%d.%Y", ["03.05.2024", "25.12.2024"], ["2024-03-05", None]),
        ("%Y-%d-%m", ["2024-05-03", "2024-25-12", "2024-12-25"], ["2024-03-05", "2024-12-25", None]),
        ("%Y%d%m", ["20240503", "20241225", "2024-12-25"], ["2024-03-05", None, "2024-12-25"]),
        ("%d/%m/%Y", ["25.12.2024", "2024-12-25", "25-DEC-24"], ["2024-12-25"] * 3),
        ("%d-%m-%Y", ["05-03-2024", "2024-03-05"], ["2024-03-05"] * 2),
        ("excel_1900", ["45356", "1000", "2024-03-05"], ["2024-03-05", "1902-09-26", "2024-03-05"]),
        ("excel_1904", ["43894", "45356"], ["2024-03-05", "2028-03-06"]),
        ("epoch_seconds", ["1709600000", "20240305", "2000000000"], ["2024-03-05", "1970-08-23", "2033-05-18"]),
        ("epoch_milliseconds", ["1709600000000", "1000000"], ["2024-03-05", "1970-01-01"]),
    ],
)
def test_the_word_of_a_profile(form: str, texts: list[str], days: list[str | None]) -> None:
    found = [
        moment and moment.astimezone(ZoneInfo(CHINA)).date().isoformat() for moment in _parse(*texts, formats=(form,))
    ]
    assert found == days


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("%d/%m/%Y", "%m/%d/%Y", True),
        ("%d/%m/%y", "%y/%m/%d", True),
        ("%Y%m%d", "%Y%d%m", True),
        ("%d/%m/%Y", "%d/%m/%Y %H:%M", False),
        ("%d/%m/%Y", "%m-%d-%Y", False),
        ("%Y", "%Y%m%d", False),
        ("%d-%b-%y", "%b-%d-%y", False),
    ],
)
def test_formats_that_read_the_same_text_as_different_days(one: str, other: str, expected: bool) -> None:
    assert contradicts(one, other) == expected


def test_an_hour_that_never_was_is_no_time() -> None:
    assert _parse("2024-03-10 02:30", "2024-03-10 03:30", zone="America/New_York") == [
        None, datetime(2024, 3, 10, 7, 30, tzinfo=UTC),
    ]  # fmt: skip


def test_nothing_in_nothing_out() -> None:
    assert _parse() == []
    assert _parse(None, "", None) == [None, None, None]


MOMENTS = st.datetimes(datetime(1992, 1, 1), datetime(2099, 1, 1))  # noqa: DTZ001 - the zone is added below


@settings(max_examples=50)
@given(st.lists(st.tuples(MOMENTS, st.integers(-14 * 60, 14 * 60)), min_size=1, max_size=30))
def test_any_moment_with_any_offset(moments: list[tuple[datetime, int]]) -> None:
    given_times = [moment.replace(tzinfo=timezone(timedelta(minutes=offset))) for moment, offset in moments]
    assert _parse(*(moment.isoformat() for moment in given_times)) == given_times


@settings(max_examples=50)
@given(st.lists(MOMENTS, min_size=1, max_size=30))
def test_any_moment_without_offset_is_a_time_in_china(moments: list[datetime]) -> None:
    expected = [moment.replace(tzinfo=ZoneInfo(CHINA)).astimezone(UTC) for moment in moments]
    assert _parse(*(moment.isoformat(" ") for moment in moments)) == expected


@settings(max_examples=50)
@given(st.lists(MOMENTS, min_size=1, max_size=10))
def test_all_ways_to_write_a_moment_are_one_moment(moments: list[datetime]) -> None:
    whole = [moment.replace(second=0, microsecond=0) for moment in moments]
    ways = ("%Y-%m-%d %H:%M", "%Y年%m月%d日 %H:%M", "%d.%m.%Y %H:%M", "%d-%b-%Y %I.%M.00 %p", "%B %d, %Y %H:%M",
    "%Y%m%d%H%M",
            "%A, %d %b %Y %H:%M:00")  # fmt: skip
    expected = [moment.replace(tzinfo=ZoneInfo(CHINA)).astimezone(UTC) for moment in whole]
    for way in ways:
        assert _parse(*(moment.strftime(way) for moment in whole)) == expected


@settings(max_examples=100)
@given(st.lists(st.text(st.sampled_from("0123456789-/.: T年月日下午上MARmar+Zz'"), max_size=20), max_size=20))
def test_garbage_is_read_alike_alone_and_among_others(texts: list[str]) -> None:
    together = _parse(*texts)
    assert together == [moment for text in texts for moment in _parse(text)]
    assert all(moment is None or 1900 <= moment.year < 2100 for moment in together)
