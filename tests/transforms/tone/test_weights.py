"""Reading the parameters."""

import tomllib

import pytest

from tests.transforms.tone.tables import ROOT
from transforms.tone import ToneWeights, tone_weights
from transforms.tone.weights import ToneWeightsError


def test_the_shipped_section_is_the_default() -> None:
    text = (ROOT / "transforms" / "weights.toml").read_text(encoding="utf-8")
    assert tone_weights(tomllib.loads(text)["tone"]) == ToneWeights()


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"rudeness": 0.1}, "unknown tone weights rudeness"),
        ({"insult": "much"}, "expected a number"),
        ({"insult": True}, "expected a number"),
        ({"insult": -0.1}, "below 0"),
        ({"insult": 0.4}, r"leave \[0, 1\]"),
        ({"courtesy": 0.4}, r"leave \[0, 1\]"),
        ({"hostile_start": 0}, "must be above 0"),
    ],
)
def test_weights_that_cannot_be_meant_are_refused(section: dict[str, object], message: str) -> None:
    with pytest.raises(ToneWeightsError, match=message):
        tone_weights(section)
