"""Which label of a file is which value of the contract."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final

import polars as pl

from transforms.ingest.folding import folded, simplified
from transforms.ingest.profile import NULL_TOKENS
from transforms.ingest.values import FALSE_SPELLINGS, TRUE_SPELLINGS, Spelling, typed_values
from transforms.profile_draft.facts import Facts
from transforms.profile_draft.outcomes import Reading, read_counterparts, read_outcome
from transforms.profile_draft.value_words import NO_WORDS, VALUE_WORDS, YES_WORDS
from transforms.registry import Column, Kind

_PLAIN: Final = Spelling(NULL_TOKENS)
_MOST_LABELS: Final = 60
_LONG: Final = 24
# Patterns for outcomes that are told in sentences, the more telling first.
_SENTENCES: Final = (
    ("*撤诉*", "withdrawn"), ("*撤回*", "withdrawn"), ("*调解*", "settled"), ("*和解*", "settled"),
    ("*驳回*其他*", "partial"), ("*驳回*其余*", "partial"), ("*部分支持*", "partial"),
    ("*驳回*", "seller_wins"), ("*不予支持*", "seller_wins"), ("*不支持*", "seller_wins"),
    ("*支付*", "buyer_wins"), ("*返还*", "buyer_wins"), ("*退还*", "buyer_wins"), ("*赔偿*", "buyer_wins"),
    ("*支持*", "buyer_wins"),
    ("*withdr*", "withdrawn"), ("*settle*", "settled"), ("*by consent*", "settled"), ("*in part*", "partial"),
    ("*partial*", "partial"), ("*partly*", "partial"), ("*dismissed*", "seller_wins"), ("*rejected*", "seller_wins"),
    ("*not upheld*", "seller_wins"), ("*denied*", "seller_wins"), ("*fails*", "seller_wins"),
    ("*ordered to pay*", "buyer_wins"), ("*shall pay*", "buyer_wins"), ("*must pay*", "buyer_wins"),
    ("*is allowed*", "buyer_wins"), ("*succeeds*", "buyer_wins"), ("*is upheld*", "buyer_wins"),
)  # fmt: skip


@dataclass(frozen=True)
class Labels:
    """How the labels of a column are read.

    Attributes:
        share: Share of the rows whose label is read, with the words of the profile.
        mapped: Label to what it is read as, where the profile has to say it.
        unknown: Labels that nobody can tell, and how many rows have them.
        patterns: Patterns of sentences and their values, in order; where there are some, they go instead of labels.
        more: How many labels there are beyond those listed.
    """

    share: float
    mapped: dict[str, Reading]
    unknown: tuple[tuple[str, int], ...] = ()
    patterns: tuple[tuple[str, str], ...] = ()
    more: int = 0

    def with_those_of(self, other: "Labels") -> "Labels":
        """Add the labels of another file."""
        unknown = Counter(dict(self.unknown)) + Counter(dict(other.unknown))
        return replace(
            self,
            mapped={**other.mapped, **self.mapped},
            unknown=tuple(unknown.most_common()),
            patterns=tuple(dict.fromkeys((*self.patterns, *other.patterns))),
            more=self.more + other.more,
        )


def read_labels(facts: Facts, column: Column) -> Labels:
    """Read the labels of an enumeration, or of yes and no.

    Args:
        facts: The values of the column in the file.
        column: The column of the contract.
    """
    own = typed_values(facts.counts["value"], column, _PLAIN).is_not_null()
    others = facts.counts.filter(~own)
    listed = others.head(_MOST_LABELS)
    read = winner_in_header(facts) if column.name == "outcome" else {}
    read = read or {text: _read(text, column) for text in listed["value"].to_list()}
    mapped = {text: found for text, found in read.items() if found}
    if column.name == "outcome":
        mapped |= read_counterparts(facts.values[:_MOST_LABELS])
    if column.name == "outcome" and _are_sentences(facts):
        return _by_sentence(facts, own)
    known = own | facts.counts["value"].is_in(list(mapped))
    unknown = tuple((text, n) for text, n in listed.iter_rows() if text not in mapped)
    return Labels(facts.share(known), mapped, unknown, more=others.height - listed.height)


def winner_in_header(facts: Facts) -> dict[str, Reading | None]:
    """Read yes and no, or 1 and 0, where the header says who won if it is yes.

    Args:
        facts: The header and its values.

    Returns:
        How each value is read; nothing where the header does not say, or the values are others.
    """
    says = read_outcome(facts.header)
    opposite = {"buyer_wins": "seller_wins", "seller_wins": "buyer_wins"}
    if says is None or not says.is_sure or says.value not in opposite:
        return {}
    if not all(text.casefold() in {*TRUE_SPELLINGS, *FALSE_SPELLINGS} for text in facts.values):
        return {}
    return {
        text: Reading(says.value if text.casefold() in TRUE_SPELLINGS else opposite[says.value], is_sure=False)
        for text in facts.values
    }


def _are_sentences(facts: Facts) -> bool:
    return facts.different > _MOST_LABELS or facts.length > _LONG * 2


def _by_sentence(facts: Facts, own: pl.Series) -> Labels:
    """Find the patterns by which sentences are told apart; those that decide nothing are left out."""
    texts = [simplified(text) for text in facts.values]
    left = [not known for known in own]
    patterns: list[tuple[str, str]] = []
    for pattern, value in _SENTENCES:
        form = re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.IGNORECASE | re.DOTALL)
        found = [waits and bool(form.fullmatch(text)) for waits, text in zip(left, texts, strict=True)]
        if any(found):
            patterns.append((pattern, value))
            left = [waits and not hit for waits, hit in zip(left, found, strict=True)]
    unread = pl.Series(left, dtype=pl.Boolean)
    unknown = facts.counts.filter(unread)
    rows = tuple((text, n) for text, n in unknown.head(_MOST_LABELS // 6).iter_rows())
    more = max(0, unknown.height - len(rows))
    return Labels(facts.share(~unread), {}, rows, tuple(patterns), more)


def _read(text: str, column: Column) -> Reading | None:
    if column.name == "outcome":
        return read_outcome(text)
    if column.kind is Kind.BOOLEAN:
        return _yes_or_no(text)
    return _by_words(text, column) or _by_likeness(text, column)


def _yes_or_no(text: str) -> Reading | None:
    plain = simplified(text).casefold()
    if re.search(NO_WORDS, plain):
        return Reading("false", is_sure=False)
    return Reading("true", is_sure=False) if re.search(YES_WORDS, plain) else None


def _by_words(text: str, column: Column) -> Reading | None:
    words = VALUE_WORDS.get(column.enumeration.name if column.enumeration else "", {})
    plain = simplified(text).casefold().replace("_", " ")
    found = [value for value, pattern in words.items() if re.search(pattern, plain)]
    return Reading(found[0], is_sure=len(found) == 1 and len(text) <= _LONG) if found else None


def _by_likeness(text: str, column: Column) -> Reading | None:
    labels = column.enumeration.labels if column.enumeration else {}
    spellings = {folded(each): value for value, label in labels.items() for each in (value, label.en, label.zh)}
    close = get_close_matches(folded(text), spellings, n=1, cutoff=0.8)
    return Reading(spellings[close[0]], is_sure=False) if close else None
