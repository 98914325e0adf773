"""Which further columns may be worth analysing, and what to beware of."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import polars as pl

from transforms.ingest.folding import folded, unaccented
from transforms.ingest.profile_reading import TAKEN_NAMES
from transforms.privacy.extras import is_personal
from transforms.profile_draft.dates import ENOUGH
from transforms.profile_draft.facts import Facts
from transforms.profile_draft.header_words import CODE_WORDS, CODE_WORDS_ZH, RESULT_WORDS, TRANSLATIONS
from transforms.profile_draft.headers import words_of

_LEAST_FILLED: Final = 0.05
_MOST_LEVELS: Final = 100
_MOST_POOLED: Final = 2_000
_ROWS_PER_LEVEL: Final = 5
_LONG_TEXT: Final = 60
_LONGEST_NAME: Final = 40
# A column that tells so many of the outcomes by itself was hardly known before.
_TELLS_ALL: Final = 0.98
_MOST_COMMON: Final = 0.9


@dataclass(frozen=True)
class Candidate:
    """A column that may be an extra factor.

    Attributes:
        name: A name for the factor.
        facts: The column.
        type: Whether its values are numbers or names.
        remark: What its values are, in words.
        doubt: Why it may be no good, or empty.
        same: Spelling to the commoner spelling of what seems to be the same value.
    """

    name: str
    facts: Facts
    type: Literal["numeric", "categorical"]
    remark: str
    doubt: str = ""
    same: tuple[tuple[str, str], ...] = ()


def candidates(columns: Sequence[Facts], frame: pl.DataFrame, outcome: pl.Series | None) -> list[Candidate]:
    """Suggest extra factors.

    Args:
        columns: The columns that are none of the contract.
        frame: The rows that were looked at, one text column per header.
        outcome: The outcome of each row, null where there is none; None where no column of outcomes was found.

    Returns:
        Suggestions in the order of the columns.
    """
    found: list[Candidate] = []
    for facts in columns:
        kind = _kind(facts)
        if kind is None or is_personal(facts.header):
            continue
        name = _name(facts.header, {each.name for each in found})
        doubt = _doubt(facts, frame[facts.header], outcome)
        same = _same_values(facts) if kind == "categorical" else ()
        found.append(Candidate(name, facts, kind, _remark(facts, kind), doubt, same))
    return found


def _kind(facts: Facts) -> Literal["numeric", "categorical"] | None:
    if facts.filled < _LEAST_FILLED * facts.rows or facts.different <= 1:
        return None
    if facts.dates.share >= ENOUGH and not facts.dates.is_number:
        return None
    if facts.number_share >= ENOUGH and not _is_code(facts):
        # What counts rows is no quantity.
        is_counter = facts.is_unique and bool((facts.numbers == facts.numbers.floor()).all())
        return None if is_counter else "numeric"
    if facts.length > _LONG_TEXT or facts.different > _MOST_POOLED:
        return None
    few = facts.different <= max(2, min(_MOST_LEVELS, facts.filled // 2))
    return "categorical" if few or facts.filled >= _ROWS_PER_LEVEL * facts.different else None


def _is_code(facts: Facts) -> bool:
    """Numbers that name something, such as postcodes: one more is not more of anything."""
    return bool(CODE_WORDS.intersection(words_of(facts.header))) or any(word in facts.header for word in CODE_WORDS_ZH)


def _remark(facts: Facts, kind: str) -> str:
    if kind == "numeric":
        numbers = facts.numbers
        return f"numbers from {_written(numbers.min())} to {_written(numbers.max())}"
    more = f"; the {_MOST_LEVELS} commonest are kept, the others pooled" if facts.different > _MOST_LEVELS else ""
    return f"{facts.different} levels{more}"


def _written(number: object) -> str:
    return f"{number:.6g}" if isinstance(number, int | float) else "?"


def _doubt(facts: Facts, texts: pl.Series, outcome: pl.Series | None) -> str:
    header = facts.header.casefold()
    words = set(words_of(facts.header))
    if any(word in words if word.isascii() else word in header for word in RESULT_WORDS):
        return "it seems to follow from the ruling, and what follows explains nothing"
    if outcome is not None and _tells_outcome(texts, outcome):
        return "it tells nearly every outcome by itself: it was hardly known before the ruling"
    if facts.filled < facts.rows / 2:
        return f"only {facts.filled / facts.rows:.0%} of the rows have a value"
    return ""


def _tells_outcome(texts: pl.Series, outcome: pl.Series) -> bool:
    rows = pl.DataFrame({"level": texts.cast(pl.String), "outcome": outcome}).drop_nulls()
    if rows.height < _ROWS_PER_LEVEL * max(2, rows["level"].n_unique()):
        return False
    counts = rows.group_by("level", "outcome").len()
    best = int(counts.group_by("level").agg(pl.col("len").max())["len"].sum()) / rows.height
    commonest = int(rows.group_by("outcome").len()["len"].sort()[-1]) / rows.height
    return best >= _TELLS_ALL and commonest <= _MOST_COMMON


def _same_values(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Find values that differ in case, width, blanks, underscores or hyphens alone."""
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for text in facts.values:
        parts = re.split(r"[\s_\-/–—]+", text.casefold())
        groups[" ".join(folded(part) for part in parts if part)].append(text)
    # The commonest spelling comes first.
    same = [(other, spellings[0]) for spellings in groups.values() for other in spellings[1:]]
    return (*same, *_odd_ranges(facts.values))


def _odd_ranges(values: Sequence[str]) -> list[tuple[str, str]]:
    """Find a range such as 11_20 that is written otherwise than the others, such as 21-30."""
    parts = [match.groups() for text in values if (match := re.fullmatch(r"(\d+)(\s?[_\-–—~/至到]\s?)(\d+)", text))]
    marks = Counter(mark for _, mark, _ in parts)
    if not marks or marks.most_common(1)[0][1] <= len(parts) / 2:
        return []
    usual = marks.most_common(1)[0][0]
    return [(low + mark + high, low + usual + high) for low, mark, high in parts
            if mark != usual and low + usual + high not in values]  # fmt: skip


def _name(header: str, taken: Collection[str]) -> str:
    """A name for a factor: the header's English words, or translations of its Chinese ones."""
    english = "_".join(re.findall(r"[a-z0-9]+", " ".join(words_of(header)).casefold()))
    if not english or not unaccented(header).isascii():
        english = "_".join(dict.fromkeys(to for word, to in TRANSLATIONS.items() if word in header)) or english
    name = re.sub(r"^[^a-z]+", "", english)[:_LONGEST_NAME].rstrip("_") or "extra"
    base, number = name, 2
    while name in taken or name in TAKEN_NAMES:
        name, number = f"{base}_{number}", number + 1
    return name
