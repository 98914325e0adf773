"""Which kinds of evidence each side showed."""

from typing import Final

import polars as pl

from transforms.facts.codes import CODE, bit_at, decode, has_bit, says_so, when_bit, when_seller
from transforms.registry.enumerations import EVIDENCE_KIND, PARTY
from transforms.registry.facts import QUALITIES, has_kind

# Bits of a side: its kinds, then the qualities that an item has, then those that an item leaves open.
_HAS: Final = len(EVIDENCE_KIND.values)
_OPEN: Final = _HAS + len(QUALITIES)
_SIDE: Final = _OPEN + len(QUALITIES)


def evidence_facts(evidence: pl.LazyFrame, disputes: pl.LazyFrame) -> pl.LazyFrame:
    """Find out which kinds of evidence each side showed.

    Args:
        evidence: Items with ``dispute_id``, ``party``, ``kind``, the qualities, ``admitted`` and ``counted``.
        disputes: One row per dispute with ``dispute_id`` and ``evidence_recorded``.

    Returns:
        One row per dispute: ``dispute_id`` and the facts of the theme. An item that came after the ruling, or that the
        decider rejected, is as good as none. A quality is null where no item is known to have it and some item of such
        a kind leaves it open.
    """
    facts = {
        name: expression
        for side, party in enumerate(PARTY.values)
        for name, expression in _side_facts(party, side * _SIDE).items()
    }
    kept = evidence.filter(pl.col("counted"), pl.col("admitted").fill_null(value=True))
    return decode(kept.select("dispute_id", _item_code().alias(CODE)), disputes, "evidence_recorded", facts)


def _item_code() -> pl.Expr:
    """What one item shows, in the bits of its side."""
    kind = pl.col("kind").cast(pl.Enum(EVIDENCE_KIND.values)).to_physical()
    code = bit_at(kind)
    for place, quality in enumerate(QUALITIES):
        is_kind = pl.col("kind").is_in(quality.kinds)
        flag = pl.col(quality.quality)
        code += when_bit(is_kind & flag, pl.lit(1 << (_HAS + place), pl.Int64))
        code += when_bit(is_kind & flag.is_null(), pl.lit(1 << (_OPEN + place), pl.Int64))
    return code * when_seller(1 << _SIDE)


def _side_facts(party: str, first: int) -> dict[str, pl.Expr]:
    kinds = {has_kind(party, kind): has_bit(first + place) for place, kind in enumerate(EVIDENCE_KIND.values)}
    qualities = {
        has_kind(party, quality.name): says_so(first + _HAS + place, first + _OPEN + place)
        for place, quality in enumerate(QUALITIES)
    }
    return kinds | qualities
