"""Numbers as people read them: shares in %, effects in percentage points with sign, counts with separators."""

from transforms.registry import Label

#: Stands where there is no number.
NO_NUMBER = "–"
#: Text from the data is cut after so many characters; the database has all of it.
LONGEST_TEXT = 240
_MINUS = "\u2212"


def same(text: str) -> Label:
    """A text that is the same in both languages: a number, a name, a value from the data; cut if it is very long."""
    shown = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
    return Label(shown, shown)


def count(n: int | None) -> str:
    """A count with thousands separators."""
    return NO_NUMBER if n is None else f"{n:,}"


def decimal(value: float | None, places: int = 1, *, signed: bool = False) -> str:
    """A number with fixed places and a true minus sign; what rounds to zero has no sign."""
    if value is None:
        return NO_NUMBER
    text = f"{value:+,.{places}f}" if signed else f"{value:,.{places}f}"
    if not any(digit in "123456789" for digit in text):
        text = text.lstrip("+-")
    return text.replace("-", _MINUS)


def percent(share: float | None) -> str:
    """A share as a percentage with one decimal."""
    return NO_NUMBER if share is None else f"{decimal(share * 100)}%"


def percent_of(n: int, total: int) -> str:
    """A count as a percentage of another; what is there but rounds to nothing is said to be there."""
    share = percent(n / total if total else None)
    return "<0.1%" if n and share == "0.0%" else share


def interval(low: float | None, high: float | None, places: int = 1, *, signed: bool = False) -> str:
    """An interval in brackets."""
    if low is None or high is None:
        return NO_NUMBER
    return f"[{decimal(low, places, signed=signed)}, {decimal(high, places, signed=signed)}]"


def span(low: float | None, high: float | None, places: int = 1, *, signed: bool = False) -> Label:
    """An interval within a sentence, in words of each language."""
    if low is None or high is None:
        return Label("no interval", "无区间")
    ends = [decimal(end, places, signed=signed) for end in (low, high)]
    return Label(" to ".join(ends), " 至 ".join(ends))


def percent_span(low: float | None, high: float | None) -> Label:
    """An interval of a share within a sentence, in %."""
    return span(low, high) if low is None or high is None else span(low * 100, high * 100)


def percent_interval(low: float | None, high: float | None) -> str:
    """An interval of a share, in %."""
    return NO_NUMBER if low is None or high is None else interval(low * 100, high * 100)


def points(value: float | None, low: float | None, high: float | None) -> Label:
    """An effect in percentage points with its interval, in words of each language."""
    bounds = interval(low, high, signed=True)
    number = decimal(value, signed=True)
    return Label(f"{number} pp (95% interval {bounds})", f"{number} 个百分点（95% 区间 {bounds}）")


def share_with_interval(share: float | None, low: float | None, high: float | None) -> Label:
    """A share with its interval, in words of each language."""
    bounds = percent_interval(low, high)
    return Label(f"{percent(share)} (95% interval {bounds})", f"{percent(share)}（95% 区间 {bounds}）")
