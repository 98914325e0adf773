"""The parameters of the tone score, read from the weights file."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


class ToneWeightsError(ValueError):
    """Weights that cannot be used; the message says which and what was expected."""


@dataclass(frozen=True)
class ToneWeights:
    """What each part of a side's tone is worth.

    A side's score is ``base`` plus the polite parts minus the hostile parts. Every part is its weight times a smoothed
    share below 1, and the weights on each side of the base add up to no more than the room there is, so the score lies
    in [0, 1] without clipping.

    Attributes:
        base: Score of a side that only made neutral statements.
        courtesy: Largest gain from courtesy.
        apology: Largest gain from apology.
        offer: Largest gain from offered solutions.
        cooperation: Largest gain from cooperation.
        promptness: Largest gain from prompt answers.
        insult: Largest loss from insults.
        threat: Largest loss from threats.
        contempt: Largest loss from hostile messages without an insult or a threat (irony, hostile emoji).
        demand: Largest loss from demands.
        refusal: Largest loss from refusals.
        stalling: Largest loss from stalling in words.
        silence: Largest loss from stalling in fact.
        polite_start: Smoothing of the polite shares, in messages.
        polite_share: How fast the polite shares thin out with each message of the side.
        hostile_start: The same for the hostile shares.
        hostile_share: The same for the hostile shares.
        prompt_hours: An answer within this many hours is prompt.
        silence_hours: A wait of this many hours or more is a long silence.
    """

    base: float = 0.5
    courtesy: float = 0.12
    apology: float = 0.08
    offer: float = 0.12
    cooperation: float = 0.12
    promptness: float = 0.06
    insult: float = 0.17
    threat: float = 0.11
    contempt: float = 0.03
    demand: float = 0.05
    refusal: float = 0.06
    stalling: float = 0.03
    silence: float = 0.05
    polite_start: float = 0.5
    polite_share: float = 0.25
    hostile_start: float = 0.3
    hostile_share: float = 0.1
    prompt_hours: float = 2.0
    silence_hours: float = 24.0

    def __post_init__(self) -> None:
        gains = sum((self.courtesy, self.apology, self.offer, self.cooperation, self.promptness))
        losses = sum((self.insult, self.threat, self.contempt, self.demand, self.refusal, self.stalling, self.silence))
        slack = 1e-9
        if min(getattr(self, field.name) for field in fields(self)) < 0:
            raise ToneWeightsError("a tone weight is below 0")
        if losses > self.base + slack or gains > 1 - self.base + slack:
            raise ToneWeightsError(
                f"tone weights leave [0, 1]: gains {gains:.4f} of at most {1 - self.base:.4f}, "
                f"losses {losses:.4f} of at most {self.base:.4f}"
            )
        if self.polite_start <= 0 or self.hostile_start <= 0:
            raise ToneWeightsError("polite_start and hostile_start must be above 0")


def tone_weights(section: Mapping[str, Any]) -> ToneWeights:
    """Read the ``[tone]`` section of the weights file.

    Args:
        section: The parsed section; a name left out keeps its default.

    Returns:
        The checked weights.

    Raises:
        ToneWeightsError: An unknown name, a value that is no number, or weights that leave [0, 1].
    """
    known = {field.name for field in fields(ToneWeights)}
    if unknown := sorted(set(section) - known):
        raise ToneWeightsError(f"unknown tone weights {', '.join(unknown)}; known are {', '.join(sorted(known))}")
    for name, value in section.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ToneWeightsError(f"tone weight {name} is {value!r}, expected a number")
    return ToneWeights(**{name: float(value) for name, value in section.items()})
