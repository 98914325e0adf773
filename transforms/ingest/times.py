"""Times as they are written in the wild, to UTC.

The rules, where a text could be read in two ways:

- Day and month as bare numbers with slashes or hyphens (``03/05/2024``, ``5-3-24``) are read only by a format of the
  profile. Where the year comes first, the month follows; between points (``05.03.2024``) the day comes first.
- Two digits of a year stand after the name of a month; 70 to 99 belong to the 20th century, 00 to 69 to the 21st.
- Whole numbers are moments only where they can be nothing else: days of Excel since 1900 from 1982 to 2099 (30000 to
  73050; those since 1904 need the profile's word), seconds since 1970 from 1990 to March 2030, milliseconds from 1990
  to 2099, and 20240305, 202403051403 and 20240305140300.
- 上午12:30 and 12:30 AM are half past midnight; 下午14:03 is 14:03; 上午14:03 and 晚上12点 are no times.
- An abbreviation of a time zone other than UTC, GMT and Z (CST is in China and in America) is no time.
- Moments before 1901 or after 2099 stand for something else, such as "never".
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from transforms.ingest.wild_text import plain

ISO_FORMATS = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%d %H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%dT%H:%M%#z",
    "%Y-%m-%d %H:%M%#z",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d",
)
#: Formats of a profile that are no strftime notation: numbers that count from a moment.
EXCEL_1900, EXCEL_1904, EPOCH_SECONDS, EPOCH_MILLISECONDS = (
    "excel_1900", "excel_1904", "epoch_seconds", "epoch_milliseconds",
)  # fmt: skip
NAMED_FORMATS = (EXCEL_1900, EXCEL_1904, EPOCH_SECONDS, EPOCH_MILLISECONDS)
# Missing parts of a format are completed, because the parser wants a whole date.
_COMPLETIONS = (
    (("%m", "%b", "%B", "%h", "%j", "%F", "%D", "%x"), "%m"),
    (("%d", "%e", "%j", "%F", "%D", "%x"), "%d"),
)
_ISO_LENGTH = len("2026-03-05T14:03:00+08:00")
_SAMPLE = 50
_EARLIEST, _LATEST = "1901-01-01", "2100-01-01"

_DAY_MILLISECONDS = 86_400_000
_DAYS_1900_TO_1970 = 25_569
_DAYS_1900_TO_1904 = 1_462
# What a number can be that no profile explains.
_EXCEL_DAYS = (30_000, 73_051)
_SECONDS = (631_152_000, 1_900_000_000)
_MILLISECONDS = (631_152_000_000, 4_102_444_800_000)

_MONTHS = (
    "jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?",
    "sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?",
)  # fmt: skip
_MONTH_NUMBERS = {name[:3]: f"{number:02}" for number, name in enumerate(_MONTHS, start=1)}
_NAME = "|".join(_MONTHS)
_N12, _N2 = "[0-9]{1,2}", "[0-9]{2}"
_WEEKDAYS = (
    r"(?:^|[\s(])(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b[.,)]*\s?"
    r"|[(]?(?:星期|周|礼拜)[一二三四五六日天][)]?"
)
_BEFORE_NOON, _AFTER_NOON = ("上午", "凌晨", "清晨", "早上", "早晨"), ("下午", "傍晚", "晚上", "晚间")
_HALVES = "|".join((*_BEFORE_NOON, *_AFTER_NOON, "中午"))
_TIME = (
    rf"^[t,\s]*({_HALVES})?\s?({_N12})(?:\s?([:.时点])\s?({_N12})?)?"
    rf"(?:\s?[:.分]\s?({_N12})(?:[.,]([0-9]{{1,9}}))?\s?秒?)?\s?分?整?"
    rf"\s?(am|pm|a\.m\.|p\.m\.)?\s?(z|(?:utc|gmt)?[+-][0-9]{{1,2}}:?(?:{_N2})?|utc|gmt)?(?:\s?\([^)]*\))?$"
)


@dataclass(frozen=True)
class _Form:
    """A way of writing dates: a pattern, and what its groups are in turn; ``rest`` is the time of day."""

    pattern: str
    groups: tuple[str, ...]


_YEAR_FIRST = _Form(
    rf"^([0-9]{{4}})(?:-({_N12})-({_N12})|/({_N12})/({_N12})|\.({_N12})\.({_N12}))(|[^0-9].*)$",
    ("year", *("month", "day") * 3, "rest"),
)
_POINTS = _Form(rf"^({_N12})\.\s?({_N12})\.\s?([0-9]{{4}})(|[t,\s].*)$", ("day", "month", "year", "rest"))
_COMPACT = _Form(
    rf"^((?:19|20){_N2})({_N2})({_N2})(?:[t\s]?({_N2})({_N2})({_N2})?)?(z)?$",
    ("year", "month", "day", "hour", "minute", "second", "zone"),
)
_FORMS = (
    _YEAR_FIRST,
    _POINTS,
    _COMPACT,
    _Form(rf"^([0-9]{{4}})\s?年\s?({_N12})\s?月\s?({_N12})\s?[日号](.*)$", ("year", "month", "day", "rest")),
    _Form(
        rf"^({_N12})(?:st|nd|rd|th)?[-/.\s]?\s?({_NAME})\.?[-/.,\s]?\s?([0-9]{{4}}|{_N2})(|[t,:\s].*)$",
        ("day", "name", "year", "rest"),
    ),
    _Form(rf"^({_NAME})\.?\s?({_N12})(?:st|nd|rd|th)?,?\s([0-9]{{4}})(|[t,\s].*)$", ("name", "day", "year", "rest")),
    _Form(rf"^([0-9]{{4}})[-/.\s]({_NAME})[-/.\s]({_N12})(|[t,\s].*)$", ("year", "name", "day", "rest")),
)


def parse_timestamps(raw: pl.Series, formats: tuple[str, ...], time_zone: str) -> pl.Series:
    """Parse times in any of several forms to UTC.

    Each form is tried on what the ones before it left over, so that a column in one form costs one pass. Those of the
    profile come first, in the order given. No two built-in forms read a text differently, so their order does not
    matter.

    Args:
        raw: Text, null where not recorded.
        formats: Formats of the profile in strftime notation, or of `NAMED_FORMATS`. Built-in forms with another order
            of day and month than theirs are not tried.
        time_zone: Zone of times that name none.

    Returns:
        Times in UTC from 1901 to 2099, null where no form fits.
    """
    given = raw.is_not_null() & (raw != "")
    parsed = _nothing(raw) if _contradicted(ISO_FORMATS[-2], formats) else _with_one_offset(raw)
    pending = given & parsed.is_null()
    built_in = _likeliest_first(raw.filter(pending), _built_in_readers(formats, time_zone))
    for read in (*(_reader(form, time_zone) for form in formats), *built_in):
        if not pending.any():
            break
        found = read(raw.filter(pending))
        parsed = found if pending.all() else parsed.scatter(pending.arg_true(), found)
        pending = given & parsed.is_null()
    return _plausible(parsed).alias(raw.name)


def contradicts(form: str, other: str) -> bool:
    """Tell whether two formats read the same text as different days.

    Args:
        form: A format in strftime notation.
        other: Another.
    """
    # Only a day that can be a month, and a year whose digits can be both, tells the orders apart.
    moment = datetime(2003, 2, 1, 4, 5, 6)  # noqa: DTZ001 - only its digits matter
    try:
        found = datetime.strptime(moment.strftime(form), other)  # noqa: DTZ007
    except ValueError:
        return False
    return found.date() != moment.date()


_Reader = Callable[[pl.Series], pl.Series]


def _reader(form: str, time_zone: str) -> _Reader:
    if form in NAMED_FORMATS:
        return lambda raw: _counted(raw, form, time_zone)
    return lambda raw: read_by_format(raw, form, time_zone)


def _built_in_readers(formats: Sequence[str], time_zone: str) -> list[_Reader]:
    iso = [_reader(form, time_zone) for form in ISO_FORMATS if not _contradicted(form, formats)]
    checks = {
        _YEAR_FIRST: ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"),
        _POINTS: ("%d.%m.%Y",),
        _COMPACT: ("%Y%m%d",),
    }
    forms = tuple(form for form in _FORMS if not any(_contradicted(day, formats) for day in checks.get(form, ())))
    return [*iso, lambda raw: _with_words(raw, forms, time_zone), lambda raw: _told_by_size(raw, time_zone)]


def _contradicted(form: str, formats: Sequence[str]) -> bool:
    """Tell whether a format of the profile reads the days of a built-in form otherwise."""
    return any(contradicts(_day_of(other), _day_of(form)) for other in formats if other not in NAMED_FORMATS)


def _day_of(form: str) -> str:
    return form.replace("T", " ").split(" ")[0]


def _plausible(times: pl.Series) -> pl.Series:
    bounds = [pl.lit(text).str.to_datetime("%Y-%m-%d", time_unit="us").dt.replace_time_zone("UTC")
              for text in (_EARLIEST, _LATEST)]  # fmt: skip
    time = pl.col("t")
    return pl.select(times.alias("t")).select(pl.when((time >= bounds[0]) & (time < bounds[1])).then(time)).to_series()


def _with_one_offset(raw: pl.Series) -> pl.Series:
    """Read times in the form 2026-03-05T14:03:00+08:00 where most have the same offset, several times as fast."""
    first = raw.drop_nulls().head(1).str.extract(r"[+-]\d{2}:\d{2}$", 0)
    offset = first.item() if first.len() else None
    if offset is None:
        return _nothing(raw)
    minutes = int(offset[0] + "1") * (int(offset[1:3]) * 60 + int(offset[4:]))
    value = pl.col("t")
    same = value.str.ends_with(offset) & (value.str.len_bytes() == _ISO_LENGTH)
    naive = value.str.head(_ISO_LENGTH - len(offset)).str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)
    time = (naive - pl.duration(minutes=minutes)).dt.replace_time_zone("UTC")
    return pl.select(raw.alias("t")).select(pl.when(same).then(time)).to_series()


def _nothing(raw: pl.Series) -> pl.Series:
    return pl.Series(raw.name, [None], dtype=pl.Datetime("us", "UTC")).new_from_index(0, raw.len())


def _likeliest_first(raw: pl.Series, readers: list[_Reader]) -> list[_Reader]:
    """Put forms that read the first values before those that do not; among equals the order given stays."""
    sample = raw.head(_SAMPLE)
    return sorted(readers, key=lambda read: read(sample).null_count()) if raw.len() else []


def read_by_format(raw: pl.Series, form: str, time_zone: str) -> pl.Series:
    """Read times by one format.

    Args:
        raw: Text, null where not recorded.
        form: The format in strftime notation; what it has no day or month for is the first.
        time_zone: Zone of times that name none.

    Returns:
        Times in UTC, null where the format does not fit.
    """
    for present, part in _COMPLETIONS:
        if not any(each in form for each in present):
            raw, form = raw + "-01", f"{form}-{part}"
    frame = pl.select(raw.alias("t"))
    if form.endswith("z"):
        time = pl.col("t").str.to_datetime(form, time_unit="us", time_zone="UTC", strict=False)
    else:
        time = _in_zone(pl.col("t").str.to_datetime(form, time_unit="us", strict=False), time_zone)
    # Four digits of a year may be read from two: 24 is then a year of the Romans.
    return _plausible(frame.select(time).to_series())


def _in_zone(naive: pl.Expr, time_zone: str) -> pl.Expr:
    # Clocks in China were last changed in 1991; an hour that occurred twice is read as the first.
    zoned = naive.dt.replace_time_zone(time_zone, ambiguous="earliest", non_existent="null")
    return zoned.dt.convert_time_zone("UTC")


def _counted(raw: pl.Series, named: str, time_zone: str) -> pl.Series:
    """Read any number as what the profile says that it counts."""
    count = _count_in(named, time_zone)
    return pl.select(raw.alias("t")).select(count).to_series()


def _told_by_size(raw: pl.Series, time_zone: str) -> pl.Series:
    """Read the numbers whose size tells what they count."""
    number = _number()
    counts = {EXCEL_1900: _EXCEL_DAYS, EPOCH_SECONDS: _SECONDS, EPOCH_MILLISECONDS: _MILLISECONDS}
    read = pl.coalesce(
        pl.when((number >= least) & (number < end)).then(_count_in(named, time_zone))
        for named, (least, end) in counts.items()
    )
    return pl.select(raw.alias("t")).select(read).to_series()


def _number() -> pl.Expr:
    text = plain(pl.col("t"))
    return pl.when(text.str.contains(r"^[0-9]+(?:\.[0-9]+)?$")).then(text).cast(pl.Float64, strict=False)


def _count_in(named: str, time_zone: str) -> pl.Expr:
    number = _number()
    if named in {EPOCH_SECONDS, EPOCH_MILLISECONDS}:
        return _at(number * (1000 if named == EPOCH_SECONDS else 1)).dt.replace_time_zone("UTC")
    first = _DAYS_1900_TO_1970 - (_DAYS_1900_TO_1904 if named == EXCEL_1904 else 0)
    return _in_zone(_at((number - first) * _DAY_MILLISECONDS), time_zone)


def _at(milliseconds: pl.Expr) -> pl.Expr:
    # What is beyond the year 10000 cannot be written as a moment.
    whole = pl.when(milliseconds.abs() < 2.5e14).then(milliseconds).round(0).cast(pl.Int64)  # noqa: PLR2004
    return whole.cast(pl.Datetime("ms")).cast(pl.Datetime("us"))


def _with_words(raw: pl.Series, forms: tuple[_Form, ...], time_zone: str) -> pl.Series:
    """Read dates by their pattern: with names of months, Chinese words, full-width digits, halves of the day."""
    lowered = plain(pl.col("t")).str.to_lowercase().str.replace_all(_WEEKDAYS, " ").str.strip_chars()
    frame = pl.select(raw.alias("t")).lazy().select(lowered.alias("t"))
    found = [frame.select(_parts(form)).collect() for form in forms]
    parts = pl.DataFrame(
        [pl.select(pl.coalesce(*(each[name] for each in found))).to_series().alias(name) for name in found[0].columns]
    )
    return parts.select(_moment(time_zone)).to_series()


_PARTS = ("year", "month", "day", "name", "rest", "hour", "minute", "second", "zone")


def _parts(form: _Form) -> list[pl.Expr]:
    groups = pl.col("t").str.extract_groups(form.pattern)
    places: dict[str, list[pl.Expr]] = {name: [] for name in _PARTS}
    for place, name in enumerate(form.groups, start=1):
        places[name].append(groups.struct.field(str(place)))
    return [(pl.coalesce(found) if found else pl.lit(None, pl.String)).alias(name) for name, found in places.items()]


def _moment(time_zone: str) -> pl.Expr:
    col = pl.col
    name = col("name").str.slice(0, 3).replace_strict(_MONTH_NUMBERS, default=None, return_dtype=pl.String)
    month = pl.coalesce(col("month"), name).str.zfill(2)
    year = pl.when(col("year").str.len_chars() == 2).then(  # noqa: PLR2004 - two digits of a year
        pl.when(col("year") >= "70").then("19" + col("year")).otherwise("20" + col("year"))
    ).otherwise(col("year"))  # fmt: skip
    clock = _clock()
    text = year + "-" + month + "-" + col("day").str.zfill(2) + " " + clock.struct.field("text")
    naive = text.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    zone = pl.coalesce(col("zone"), clock.struct.field("zone"))
    at_offset = (naive - pl.duration(minutes=_offset_minutes(zone))).dt.replace_time_zone("UTC")
    return pl.when(zone.is_null()).then(_in_zone(naive, time_zone)).otherwise(at_offset)


def _clock() -> pl.Expr:
    """The time of day as 14:03:00.5, midnight where there is none; null where it is no time."""
    groups = pl.col("rest").str.extract_groups(_TIME)
    half, hour, mark, minute, second, fraction, noon, zone = (groups.struct.field(str(n)) for n in range(1, 9))
    hour, minute, second = (
        pl.coalesce(written, pl.col(name)) for written, name in ((hour, "hour"), (minute, "minute"), (second, "second"))
    )
    is_given = pl.col("hour").is_not_null()
    # An hour alone is one only with a word beside it.
    is_whole = minute.is_not_null() | mark.is_in(["时", "点"]) | noon.is_not_null()
    read = _hour(hour.cast(pl.Int64, strict=False), half, noon).cast(pl.String).str.zfill(2)
    text = (
        read
        + ":"
        + minute.fill_null("00").str.zfill(2)
        + ":"
        + second.fill_null("00").str.zfill(2)
        + _fraction(fraction)
    )
    is_empty = pl.col("rest").fill_null("").str.strip_chars() == ""
    clock = pl.when(is_given | is_whole).then(text)
    return pl.struct(
        pl.when(is_empty & ~is_given).then(pl.lit("00:00:00")).otherwise(clock).alias("text"), zone.alias("zone")
    )


def _fraction(digits: pl.Expr) -> pl.Expr:
    return pl.when(digits.is_null()).then(pl.lit("")).otherwise("." + digits)


def _hour(hour: pl.Expr, half: pl.Expr, noon: pl.Expr) -> pl.Expr:
    """The hour of 24; null where it contradicts the half of the day."""
    twelve = 12
    is_morning = half.is_in(_BEFORE_NOON) | noon.str.starts_with("a")
    is_afternoon = half.is_in(_AFTER_NOON) | noon.str.starts_with("p")
    late = pl.when(hour < twelve).then(hour + twelve).otherwise(hour)
    # Twelve in the evening is midnight, of which day nobody knows.
    late = pl.when(half.is_in(["晚上", "晚间", "傍晚"]) & (hour == twelve)).then(None).otherwise(late)
    early = pl.when(hour < twelve).then(hour).when(hour == twelve).then(0)
    midday = pl.when(hour.is_in([11, 12])).then(hour).when(hour.is_in([1, 2])).then(hour + twelve)
    return (
        pl.when(is_morning & is_afternoon).then(None)
        .when(is_morning).then(early).when(is_afternoon).then(late)
        .when(half == "中午").then(midday).otherwise(hour)
    )  # fmt: skip


def _offset_minutes(zone: pl.Expr) -> pl.Expr:
    groups = zone.str.extract_groups(r"([+-])([0-9]{1,2}):?([0-9]{2})?$")
    sign = pl.when(groups.struct.field("1") == "-").then(-1).otherwise(1)
    hours, minutes = (groups.struct.field(name).cast(pl.Int64, strict=False).fill_null(0) for name in ("2", "3"))
    return sign * (hours * 60 + minutes)


def plain_times(raw: pl.Expr) -> pl.Expr:
    """Make times plain before they are read by formats: half width, no marks, no ``.0`` behind a whole number."""
    return plain(raw).str.replace(r"^([0-9]+)\.0+$", "$1")
