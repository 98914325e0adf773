"""Who stalled, from the parts of the tone score."""

import polars as pl
import pytest

from transforms.factors.parts import BOTH, part_column
from transforms.facts import tone_facts

_PARTS = ("base", "stalling", "stalling_to_agent", "silence", "insult", "refusal")


def facts(party: str, **points: int | None) -> dict[str, bool | None]:
    row = {part_column(side, part): points.get(part) if side == party else None for side in BOTH for part in _PARTS}
    frame = pl.DataFrame([{"dispute_id": "D", **row}], schema_overrides=dict.fromkeys(row, pl.Int32))
    return tone_facts(frame.lazy()).drop("dispute_id").collect().row(0, named=True)


@pytest.mark.parametrize("party", BOTH)
@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ({"base": 5000, "stalling": -210}, True),
        ({"base": 5000, "stalling_to_agent": -1}, True),
        ({"base": 5000, "silence": -333, "insult": -100}, True),
        ({"base": 5000, "insult": -900, "refusal": -300}, False),
        ({"base": 5000, "silence": 0}, False),
        ({"base": 5000}, False),
        ({}, None),
    ],
)
def test_a_side_stalls_in_words_or_in_fact(party: str, points: dict[str, int], expected: bool | None) -> None:
    other = "seller" if party == "buyer" else "buyer"
    assert facts(party, **points) == {f"{party}_stalls": expected, f"{other}_stalls": None}
