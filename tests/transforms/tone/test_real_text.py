"""Floors on real text, where it is at hand; the figures themselves are in benchmarks/tone.md."""

import hashlib
from pathlib import Path

import polars as pl
import pytest

from tests.transforms.tone.tables import ROOT, scored, shipped_lexicon, shipped_tables
from transforms.tone import HOSTILE_FROM, build_lexicon, score_messages

_DATA = ROOT.parent / "shared" / "data"
_NEUTRAL = Path(__file__).parent / "neutral.txt"
_LEAST_NEUTRAL = 300
_MOST_FLAGGED = 0.02
_LEAST_PRECISION_OF_LISTS = 0.8
_LEAST_RECALL = 0.7


def _held_out(text: str) -> bool:
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 1


def _read(path: Path) -> pl.DataFrame:
    if not path.exists():
        pytest.skip(f"{path.parent.name} is not part of the project and not at hand")
    return pl.read_csv(path)


def test_ordinary_service_talk_is_not_hostile() -> None:
    lines = [line.split("\t") for line in _NEUTRAL.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = scored([(sender, text) for sender, text in lines])
    assert rows.height >= _LEAST_NEUTRAL
    assert (rows["hostility"] >= HOSTILE_FROM).sum() <= _MOST_FLAGGED * rows.height
    assert (rows["insult"] | rows["threat"]).sum() <= _MOST_FLAGGED * rows.height


def test_lists_alone_seldom_accuse_wrongly() -> None:
    posts = _read(_DATA / "cold" / "dev.csv").select(pl.col("TEXT").alias("text"), "label", sender=pl.lit("buyer"))
    posts = posts.filter(pl.col("text").map_elements(_held_out, return_dtype=pl.Boolean))
    lexicon = build_lexicon(shipped_tables() | {"model.tsv": ""})
    flagged = score_messages(posts.lazy(), lexicon).filter(pl.col("hostility") >= HOSTILE_FROM).collect()
    assert flagged["label"].eq(1).sum() >= _LEAST_PRECISION_OF_LISTS * flagged.height > 0


def test_everyday_dialogue_is_seldom_hostile_and_apologies_and_thanks_are_found() -> None:
    lines = _read(_DATA / "cped" / "valid.csv").drop_nulls("Utterance")
    frame = lines.select(pl.col("Utterance").alias("text"), pl.col("DA").alias("act"), sender=pl.lit("buyer"))
    rows = score_messages(frame.lazy(), shipped_lexicon()).collect()
    assert (rows["hostility"] >= HOSTILE_FROM).sum() <= _MOST_FLAGGED * rows.height
    for act, label in (("apology", "apology"), ("courtesy", "thanking")):
        meant = rows.filter(pl.col("act") == label)
        assert meant[act].sum() >= _LEAST_RECALL * meant.height > 0
