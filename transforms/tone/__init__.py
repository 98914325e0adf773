"""Tone: how a side spoke, from published word lists matched against its own messages.

Two stages, both lazy frame in, lazy frame out:
:func:`score_messages` finds the acts in each message, :func:`score_tone` turns a side's messages into parts of a score.
What is measured is civility as these lists define it, not sentiment in general.
"""

from transforms.tone.codes import ACTS
from transforms.tone.lexicon import Lexicon, build_lexicon
from transforms.tone.lists import LexiconError
from transforms.tone.messages import HOSTILE_FROM, explain_text, score_messages
from transforms.tone.sides import PART_SCHEMA, score_tone, tone_sides
from transforms.tone.weights import ToneWeights, tone_weights

__all__ = [
    "ACTS",
    "HOSTILE_FROM",
    "PART_SCHEMA",
    "Lexicon",
    "LexiconError",
    "ToneWeights",
    "build_lexicon",
    "explain_text",
    "score_messages",
    "score_tone",
    "tone_sides",
    "tone_weights",
]
