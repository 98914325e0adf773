"""Dates in words and by pattern: names of months, Chinese, halves of the day, zones; the rules are those of `times`.

A column has few different times of day, and most of its dates are in one form: so each form is tried on what those
before it left over, and times of day are read once each.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from transforms.ingest.wild_text import plain

_MONTHS = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?",
    "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
_MONTH_NUMBERS = {name[:3]: f"{number:02}" for number, name in enumerate(_MONTHS, start=1)}
_NAME = "|".join(_MONTHS)
_N12, _N2 = "[0-9]{1,2}", "[0-9]{2}"
_WEEKDAY_STEMS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "星期", "周", "礼拜"]
_WEEKDAYS = (
    r"(?:^|[\s(])(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b[.,)]*\s?"
    r"|[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?"
)
_BEFORE_NOON, _AFTER_NOON = ("上午", "凌晨", "清晨", "早上", "早晨"), ("下午", "傍晚", "晚上", "晚间")
_EVENING = ("傍晚", "晚上", "晚间")
_HALVES = "|".join((*_BEFORE_NOON, *_AFTER_NOON, "中午"))
_TIME = (
    rf"^[t,\s]*({_HALVES})?\s?({_N12})(?:\s?([:.时点])\s?({_N12})?)?"
    rf"(?:\s?[:.分]\s?({_N12})(?:[.,]([0-9]{{1,9}}))?\s?秒?)?\s?分?整?"
    rf"\s?(am|pm|a\.m\.|p\.m\.)?\s?(z|(?:utc|gmt)?[+-][0-9]{{1,2}}:?(?:{_N2})?|utc|gmt)?(?:\s?\([^)]*\))?$"
)
_TIME_PARTS = ("half", "hour", "mark", "minute", "second", "fraction", "noon", "zone")
_TWELVE = 12
_MIDNIGHT = "00:00:00"


@dataclass(frozen=True)
class WildForm:
    """A way of writing dates.

    Attributes:
        pattern: A regular expression over small letters.
        groups: What its groups are in turn; ``rest`` is the time of day.
        days: What it reads as, in strftime notation, where a profile may read it otherwise.
    """

    pattern: str
    groups: tuple[str, ...]
    days: tuple[str, ...] = ()


WILD_FORMS = (
    WildForm(
        rf"^([0-9]{{4}})(?:-({_N12})-({_N12})|/({_N12})/({_N12})|\.({_N12})\.({_N12}))(|[^0-9].*)$",
        ("year", *("month", "day") * 3, "rest"),
        ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"),
    ),
    WildForm(rf"^({_N12})\.\s?({_N12})\.\s?([0-9]{{4}})(|[t,\s].*)$", ("day", "month", "year", "rest"), ("%d.%m.%Y",)),
    WildForm(
        rf"^((?:19|20){_N2})({_N2})({_N2})(?:[t\s]?({_N2})({_N2})({_N2})?)?(z)?$",
        ("year", "month", "day", "hour", "minute", "second", "zone"),
        ("%Y%m%d",),
    ),
    WildForm(rf"^([0-9]{{4}})\s?年\s?({_N12})\s?月\s?({_N12})\s?[日号](.*)$", ("year", "month", "day", "rest")),
    WildForm(
        rf"^({_N12})(?:st|nd|rd|th)?[-/.\s]?\s?({_NAME})\.?[-/.,\s]?\s?([0-9]{{4}}|{_N2})(|[t,:\s].*)$",
        ("day", "name", "year", "rest"),
    ),
    WildForm(rf"^({_NAME})\.?\s?({_N12})(?:st|nd|rd|th)?,?\s([0-9]{{4}})(|[t,\s].*)$", ("name", "day", "year", "rest")),
    WildForm(rf"^([0-9]{{4}})[-/.\s]({_NAME})[-/.\s]({_N12})(|[t,\s].*)$", ("year", "name", "day", "rest")),
)


def read_in_words(raw: pl.Series, forms: Sequence[WildForm]) -> tuple[pl.Series, pl.Series]:
    """Read dates by their pattern.

    Args:
        raw: Text, null where not recorded.
        forms: The forms that may be tried.

    Returns:
        Naive times, null where no form fits, and their offset from UTC in minutes, null where none is written.
    """
    text = _lowered(raw)
    found: list[pl.DataFrame] = []
    waiting = pl.DataFrame({"place": pl.int_range(raw.len(), eager=True), "text": text}).drop_nulls()
    for form in forms:
        parts = waiting.select("place", _days(form)).unnest("parts")
        found.append(parts.drop_nulls("day"))
        waiting = waiting.filter(parts["day"].is_null())
    days = pl.concat(found).sort("place")
    times = days.join(_clocks(days["rest"].unique()), on="rest", how="left", maintain_order="left")
    moment = pl.concat_str("day", pl.lit(" "), "clock").str.to_datetime(
        "%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False
    )
    read = times.select("place", moment.alias("moment"), "offset")
    whole = pl.DataFrame({"place": pl.int_range(raw.len(), eager=True)}).join(
        read, on="place", how="left", maintain_order="left"
    )
    return whole["moment"], whole["offset"]


def _lowered(raw: pl.Series) -> pl.Series:
    """Small letters of half width without names of weekdays."""
    text = pl.select(raw.alias("t")).select(plain(pl.col("t")).str.to_lowercase()).to_series()
    named = text.str.contains_any(_WEEKDAY_STEMS).fill_null(value=False)
    if not named.any():
        return text
    return text.scatter(named.arg_true(), text.filter(named).str.replace_all(_WEEKDAYS, " ").str.strip_chars())


def _days(form: WildForm) -> pl.Expr:
    """The day as 2024-03-05 and what follows it, both null where the form does not fit."""
    groups = pl.col("text").str.extract_groups(form.pattern)

    def part(name: str) -> pl.Expr:
        places = [str(place) for place, each in enumerate(form.groups, start=1) if each == name]
        return pl.coalesce(groups.struct.field(place) for place in places) if places else pl.lit(None, pl.String)

    year = part("year")
    century = pl.when(year >= "70").then(pl.lit("19")).otherwise(pl.lit("20"))
    full_year = pl.when(year.str.len_chars() == 2).then(century + year).otherwise(year)  # noqa: PLR2004 - two digits
    month = part("month") if "month" in form.groups else part("name").str.slice(0, 3).replace_strict(
        _MONTH_NUMBERS, default=None, return_dtype=pl.String
    )  # fmt: skip
    day = pl.concat_str(full_year, month.str.zfill(2), part("day").str.zfill(2), separator="-")
    rest = part("rest") if "rest" in form.groups else _compact_clock(part)
    return pl.struct(day.alias("day"), pl.when(day.is_not_null()).then(rest.fill_null("")).alias("rest")).alias("parts")


def _compact_clock(part: Callable[[str], pl.Expr]) -> pl.Expr:
    clock = part("hour") + ":" + part("minute") + ":" + part("second").fill_null("00")
    return clock.fill_null("") + part("zone").fill_null("")


def _clocks(rests: pl.Series) -> pl.DataFrame:
    """Read different times of day: ``rest``, ``clock`` (14:03:00.5; null where it is none) and ``offset``."""
    groups = rests.str.extract_groups(_TIME).struct.rename_fields(_TIME_PARTS).struct.unnest()
    col = pl.col
    # An hour alone is one only with a word beside it.
    is_whole = col("minute").is_not_null() | col("mark").is_in(["时", "点"]) | col("noon").is_not_null()
    clock = pl.concat_str(
        _hour().cast(pl.String).str.zfill(2), pl.lit(":"), col("minute").fill_null("00").str.zfill(2), pl.lit(":"),
        col("second").fill_null("00").str.zfill(2), pl.coalesce("." + col("fraction"), pl.lit("")),
    )  # fmt: skip
    is_empty = (col("rest").str.strip_chars() == "") | (col("rest") == "z")
    return groups.with_columns(rests.alias("rest")).select(
        "rest",
        pl.when(is_empty).then(pl.lit(_MIDNIGHT)).when(is_whole).then(clock).alias("clock"),
        _offset_minutes(pl.when(col("rest") == "z").then(pl.lit("z")).otherwise(col("zone"))).alias("offset"),
    )


def _hour() -> pl.Expr:
    """The hour of 24; null where it contradicts the half of the day."""
    half, noon, hour = pl.col("half"), pl.col("noon"), pl.col("hour").cast(pl.Int64, strict=False)
    is_morning = half.is_in(_BEFORE_NOON) | noon.str.starts_with("a")
    is_afternoon = half.is_in(_AFTER_NOON) | noon.str.starts_with("p")
    # Twelve in the evening is midnight, of which day nobody knows.
    is_midnight = half.is_in(_EVENING) & (hour == _TWELVE)
    late = pl.when(is_midnight).then(None).when(hour < _TWELVE).then(hour + _TWELVE).otherwise(hour)
    early = pl.when(hour < _TWELVE).then(hour).when(hour == _TWELVE).then(0)
    midday = pl.when(hour.is_in([11, 12])).then(hour).when(hour.is_in([1, 2])).then(hour + _TWELVE)
    return (
        pl.when(is_morning & is_afternoon).then(None)
        .when(is_morning).then(early).when(is_afternoon).then(late)
        .when(half == "中午").then(midday).otherwise(hour)
    )  # fmt: skip


def _offset_minutes(zone: pl.Expr) -> pl.Expr:
    groups = zone.str.extract_groups(r"([+-])([0-9]{1,2}):?([0-9]{2})?$")
    sign = pl.when(groups.struct.field("1") == "-").then(-1).otherwise(1)
    hours, minutes = (groups.struct.field(name).cast(pl.Int64, strict=False).fill_null(0) for name in ("2", "3"))
    return pl.when(zone.is_not_null()).then(sign * (hours * 60 + minutes))
