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

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import chain

import polars as pl

from transforms.ingest.wild_text import plain
from transforms.ingest.wild_times import WILD_FORMS, WildForm, read_in_words

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
#: Forms that are read in words as well, but faster by a format.
USUAL_FORMATS = (
    "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日", "%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%b %d, %Y",
    "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S", "%Y.%m.%d", "%Y%m%d",
)  # fmt: skip
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
    readers = chain((_reader(form, time_zone) for form in formats), built_in) if pending.any() else ()
    for place, read in enumerate(readers):
        texts = raw.filter(pending)
        found = read(texts) if place <= len(formats) else of_different(read, texts)
        parsed = found if pending.all() else parsed.scatter(pending.arg_true(), found)
        pending = given & parsed.is_null()
        # Before the next one is asked for, which may mean to try them all.
        if not pending.any():
            break
    return _plausible(parsed).alias(raw.name)


def of_different(read: Callable[[pl.Series], pl.Series], texts: pl.Series) -> pl.Series:
    """Read each different text once, where most occur several times.

    Args:
        read: Reads texts one by one.
        texts: What is to be read.

    Returns:
        What `read` makes of them.
    """
    different = texts.unique()
    if different.len() * 2 > texts.len():
        return read(texts)
    read_once = pl.DataFrame({"t": different, "found": read(different)})
    found = pl.DataFrame({"t": texts}).join(read_once, on="t", how="left", nulls_equal=True, maintain_order="left")
    return found["found"].alias(texts.name)


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
    usual = [_reader(form, time_zone) for form in (*ISO_FORMATS, *USUAL_FORMATS) if not _contradicted(form, formats)]
    forms = tuple(form for form in WILD_FORMS if not any(_contradicted(day, formats) for day in form.days))
    return [*usual, lambda raw: _told_by_size(raw, time_zone), lambda raw: _in_words(raw, forms, time_zone)]


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
    # Moments hardly recur, and to remember them takes longer than to read them.
    naive = value.str.head(_ISO_LENGTH - len(offset)).str.to_datetime(
        "%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False, cache=False
    )
    time = (naive - pl.duration(minutes=minutes)).dt.replace_time_zone("UTC")
    return pl.select(raw.alias("t")).select(pl.when(same).then(time)).to_series()


def _nothing(raw: pl.Series) -> pl.Series:
    return pl.Series(raw.name, [None], dtype=pl.Datetime("us", "UTC")).new_from_index(0, raw.len())


def _likeliest_first(raw: pl.Series, readers: list[_Reader]) -> Iterator[_Reader]:
    """Put forms that read the first values before those that do not; among equals the order given stays."""
    sample = raw.head(_SAMPLE)
    # One that reads them all mostly reads the rest as well, so that the others need not be tried.
    first = next((read for read in readers if not read(sample).null_count()), None)
    if first:
        yield first
    yield from sorted((read for read in readers if read is not first), key=lambda read: read(sample).null_count())


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
    return _numbers(raw).select(_count_in(named, time_zone)).to_series()


def _told_by_size(raw: pl.Series, time_zone: str) -> pl.Series:
    """Read the numbers whose size tells what they count."""
    number = pl.col("number")
    counts = {EXCEL_1900: _EXCEL_DAYS, EPOCH_SECONDS: _SECONDS, EPOCH_MILLISECONDS: _MILLISECONDS}
    read = pl.coalesce(
        pl.when((number >= least) & (number < end)).then(_count_in(named, time_zone))
        for named, (least, end) in counts.items()
    )
    return _numbers(raw).select(read).to_series()


def _numbers(raw: pl.Series) -> pl.DataFrame:
    """Whole numbers and decimal fractions as ``number``, null where the text is none."""
    text = raw.alias("text").to_frame().select(plain(pl.col("text")))
    is_number = pl.col("text").str.contains(r"^[0-9]+(?:\.[0-9]+)?$")
    return text.select(pl.when(is_number).then("text").cast(pl.Float64, strict=False).alias("number"))


def _count_in(named: str, time_zone: str) -> pl.Expr:
    number = pl.col("number")
    if named in {EPOCH_SECONDS, EPOCH_MILLISECONDS}:
        return _at(number * (1000 if named == EPOCH_SECONDS else 1)).dt.replace_time_zone("UTC")
    first = _DAYS_1900_TO_1970 - (_DAYS_1900_TO_1904 if named == EXCEL_1904 else 0)
    return _in_zone(_at((number - first) * _DAY_MILLISECONDS), time_zone)


def _at(milliseconds: pl.Expr) -> pl.Expr:
    # What is beyond the year 10000 cannot be written as a moment.
    whole = pl.when(milliseconds.abs() < 2.5e14).then(milliseconds).round(0).cast(pl.Int64)  # noqa: PLR2004
    return whole.cast(pl.Datetime("ms")).cast(pl.Datetime("us"))


def _in_words(raw: pl.Series, forms: tuple[WildForm, ...], time_zone: str) -> pl.Series:
    naive, offset = read_in_words(raw, forms)
    at_offset = (pl.col("naive") - pl.duration(minutes=pl.col("offset"))).dt.replace_time_zone("UTC")
    moment = pl.when(pl.col("offset").is_null()).then(_in_zone(pl.col("naive"), time_zone)).otherwise(at_offset)
    return pl.DataFrame({"naive": naive, "offset": offset}).select(moment).to_series()


def plain_times(raw: pl.Expr) -> pl.Expr:
    """Make times plain before they are read by formats: half width, no marks, no ``.0`` behind a whole number."""
    return plain(raw).str.replace(r"^([0-9]+)\.0+$", "$1")
