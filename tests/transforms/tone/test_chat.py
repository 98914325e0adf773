"""How well the acts of chat lines are found: seven corpora with the acts that a person finds in them.

All have been looked at since they were first scored; the figures of the first look are in benchmarks/tone.md.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from tests.transforms.tone.tables import scored
from transforms.tone import ACTS, HOSTILE_FROM

_LEAST_PRECISION = 0.9
_LEAST_RECALL = 0.9
_MOST_FLAGGED = 0.02
_LEAST_LINES = {
    "chat_one.tsv": 400,
    "chat_two.tsv": 200,
    "chat_three.tsv": 130,
    "chat_four.tsv": 100,
    "chat_five.tsv": 85,
    "chat_six.tsv": 80,
    "chat_seven.tsv": 65,
}
_ACCUSING = {"insult", "threat", "demand", "refusal", "stalling"}


@dataclass(frozen=True)
class _Line:
    sender: str
    text: str
    sure: frozenset[str]
    disputable: frozenset[str]


def _lines(name: str) -> list[_Line]:
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    rows = csv.DictReader((row for row in text.splitlines() if not row.startswith("#")), delimiter="\t")
    return [_line(row) for row in rows]


def _line(row: dict[str, str]) -> _Line:
    acts = [] if row["acts"] == "-" else row["acts"].split(",")
    disputable = frozenset(act.removesuffix("?") for act in acts if act.endswith("?"))
    return _Line(row["sender"], row["text"], frozenset(act for act in acts if not act.endswith("?")), disputable)


@pytest.fixture(scope="module")
def lines() -> list[_Line]:
    """The lines of all corpora."""
    return [line for name in _LEAST_LINES for line in _lines(name)]


@pytest.fixture(scope="module")
def found(lines: list[_Line]) -> pl.DataFrame:
    """What the scorer finds in them."""
    return scored([(line.sender, line.text) for line in lines])


@pytest.mark.parametrize(("name", "least"), _LEAST_LINES.items())
def test_the_corpora_are_whole_and_name_known_acts_only(name: str, least: int) -> None:
    lines = _lines(name)
    assert len(lines) >= least
    assert {act for line in lines for act in line.sure | line.disputable} <= set(ACTS)


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_found_where_a_reader_finds_it(act: str, lines: list[_Line], found: pl.DataFrame) -> None:
    clear = [i for i, line in enumerate(lines) if act not in line.disputable]
    told = {i for i in clear if found[act][i]}
    meant = {i for i in clear if act in lines[i].sure}
    wrong = [lines[i].text for i in sorted(told ^ meant)]
    assert len(told & meant) >= _LEAST_PRECISION * len(told), wrong
    assert len(told & meant) >= _LEAST_RECALL * len(meant) > 0, wrong


def test_calm_lines_are_not_hostile(lines: list[_Line], found: pl.DataFrame) -> None:
    calm = [i for i, line in enumerate(lines) if not _ACCUSING & (line.sure | line.disputable)]
    flagged = [lines[i].text for i in calm if found["hostility"][i] >= HOSTILE_FROM]
    assert len(flagged) <= _MOST_FLAGGED * len(calm), flagged
