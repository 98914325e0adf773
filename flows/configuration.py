"""Weights and word lists, read from the files that ship with the program."""

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from transforms.factors.weights import Weights
from transforms.tone.lexicon import Lexicon, build_lexicon
from transforms.tone.weights import ToneWeights, tone_weights

_TRANSFORMS = Path(__file__).parents[1] / "transforms"


@dataclass(frozen=True)
class Scorer:
    """Everything that decides how records become scores.

    Attributes:
        weights: Weights of evidence, rules, reputation and the overall sum.
        tone: Weights of tone.
        lexicon: Word lists.
        version: Version and content hash of weights and word lists together.
    """

    weights: Weights
    tone: ToneWeights
    lexicon: Lexicon
    version: str


@cache
def load_scorer() -> Scorer:
    """Read weights and word lists.

    Raises:
        WeightsError: The weights say something that cannot be meant.
        LexiconError: A word list cannot be used.
    """
    weights = Weights.from_mapping(tomllib.loads((_TRANSFORMS / "weights.toml").read_text(encoding="utf-8")))
    paths = sorted((_TRANSFORMS / "tone" / "lexicon").glob("*.tsv"))
    lists = {path.name: path.read_text(encoding="utf-8") for path in paths}
    digest = hashlib.sha256("\0".join(name + text for name, text in lists.items()).encode()).hexdigest()
    return Scorer(weights, tone_weights(weights.tone), build_lexicon(lists), f"{weights.label}/lists+{digest[:12]}")
