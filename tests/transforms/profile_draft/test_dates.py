"""How dates are written is decided on evidence, or said to be open."""

from datetime import datetime

import polars as pl
import pytest

from transforms.ingest.times import ISO_FORMATS, USUAL_FORMATS
from transforms.profile_draft.dates import _CLOCKS, _DAYS, _MONTHS, _YEAR, DateGuess, _may_be_dates, guess_dates

DAYS = [f"{day:02}/{month:02}" for day in range(1, 29) for month in (1, 2, 6, 12)]


def _guess(*texts: str) -> DateGuess:
    return guess_dates(
        pl.DataFrame({"value": texts, "n": [1] * len(texts)}, schema={"value": pl.String, "n": pl.UInt32})
    )


@pytest.mark.parametrize(
    "texts",
    [
        ["2024-03-05", "2024/3/5"],
        ["27-MAR-14"],
        ["2024年3月5日 14:03"],
        ["05.03.2024"],
        ["2024-03-05T06:03:00Z"],
        ["2024－03－05", "2024／3／5"],
        ["２０２４－０３－０５", "２０２４年３月５日"],
        ["'2024-03-05", '="2024-03-05"'],
    ],
)
def test_what_is_read_without_a_profile_needs_no_format(texts: list[str]) -> None:
    assert _guess(*texts) == DateGuess(1.0)


@pytest.mark.parametrize(
    "texts", [["45356", "45357.5"], ["1709618580", "1709618581"], ["1709618580123"], ["４５３５６"]]
)
def test_numbers_that_are_dates_are_said_to_be_numbers(texts: list[str]) -> None:
    assert _guess(*texts) == DateGuess(1.0, is_number=True)


@pytest.mark.parametrize(
    ("texts", "formats"),
    [
        (["03/05/2024", "25/12/2024"], ("%d/%m/%Y",)),
        (["03/05/2024", "12/25/2024"], ("%m/%d/%Y",)),
        (["03-05-2024 14:03", "25-12-2024 14:03:07"], ("%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S")),
        (["3/25/2024 2:03 PM", "12/1/2024 10:00 AM"], ("%m/%d/%Y %I:%M %p",)),
        (["2016", "2017.0"], ("%Y",)),
        (["2024-03", "2023-12"], ("%Y-%m",)),
        (["Mar 2024", "Dec 2023"], ("%b %Y",)),
        ([f"{day}/{14 + number % 3}" for number, day in enumerate(DAYS)], ("%d/%m/%y",)),
        ([f"{14 + number % 3}/{day[3:]}/{day[:2]}" for number, day in enumerate(DAYS)], ("%y/%m/%d",)),
    ],
)
def test_formats(texts: list[str], formats: tuple[str, ...]) -> None:
    found = _guess(*texts)
    assert (found.formats, found.alternatives, found.share) == (formats, (), 1.0)


def test_the_evidence_counts_the_values_that_decide() -> None:
    assert _guess("03/05/2024", "25/12/2024", "26/12/2024").evidence == (
        "the day comes first: 2 of the values can be read in no other order"
    )


def test_an_order_that_nothing_decides_is_left_open() -> None:
    found = _guess("03/05/2024", "04/06/2024")
    assert (found.formats, found.alternatives, found.evidence) == ((), ("%d/%m/%Y", "%m/%d/%Y"), "")


def test_dates_in_both_orders_are_left_open() -> None:
    found = _guess("25/12/2024", "12/26/2024", "01/02/2024")
    assert (found.formats, found.alternatives) == ((), ("%d/%m/%Y", "%m/%d/%Y"))
    assert found.evidence == "in some the day comes first, in others the month"


def test_a_few_bad_values_among_many_do_not_hide_the_order() -> None:
    found = _guess(*(f"{day}/2024" for day in DAYS), "soon", "12/25/2024")
    assert found.formats == ("%d/%m/%Y",)
    assert 0.9 < found.share < 1.0


@pytest.mark.parametrize(
    "texts", [["a", "b"], ["1", "2"], ["13812345678"], [], ["D-1", "D-2"], ["1.5", "2.5"], ["3/4"]]
)
def test_what_is_no_date(texts: list[str]) -> None:
    found = _guess(*texts)
    assert (found.share, found.formats, found.alternatives) == (0.0, (), ())


FORMS = [day + clock for day in _DAYS for clock in _CLOCKS]
MOMENTS = [datetime(2014, 3, 27, 14, 3, 9), datetime(2026, 12, 5)]  # noqa: DTZ001 - only their digits matter


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_form_that_is_read_is_taken_for_something_else_at_a_glance(moment: datetime) -> None:
    texts = [
        moment.strftime(form) for form in (*FORMS, *_MONTHS, _YEAR, *ISO_FORMATS, *USUAL_FORMATS) if "z" not in form
    ]
    texts += ["星期五 2014-03-27", "Thu, 27 Mar 2014 14:03:09 GMT", "27th March 2014", "27MAR14", "March 27th, 2014"]
    texts += [
        "20140327T140309Z",
        "20140327140309",
        "2014年3月27号下午2点",
        "2014-Mar-27",
        "41725",
        "41725.59",
        "1395928989",
    ]
    texts += ["1395928989.0", "1395928989123", "2014.0", "'2014-03-27", "2014 年 3 月 27 日", "27. 3. 2014"]
    missed = [text for text in texts if not _may_be_dates(pl.Series([text])).item()]
    assert missed == []


def test_what_is_no_date_is_not_read_in_every_form() -> None:
    texts = ["0.5", "123456", "12", "￥1,234.50", "值0.123", "COL 12", "D00012", "12:30", "b7"]
    assert [text for text in texts if _may_be_dates(pl.Series([text])).item()] == []
