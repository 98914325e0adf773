"""What the codes of the lexicon mean together: regular expressions over the coded text.

Rewriting passes take back what is not the writer's own act: reported speech, negation, what the other side said, and
what the other side does, might do, is asked for or is asked about. The acts are then read off what is left. A gap is
a few characters within one clause; commas end a clause.

Each rule knows the codes without which it cannot match. A quick look for them (``first_look``) spares most texts the
rule itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from transforms.tone.signs import hostile_signs, polite_signs
from transforms.tone.taking_back import own_acts, own_words, ultimatum
from transforms.tone.writer import Rule, Writer


@dataclass(frozen=True)
class Grammar:
    """The rules, written for one lexicon.

    Attributes:
        own: Rewriting passes (rule, replacement) that leave the writer's own words.
        ultimatum: Do it, or else: a threat. Read before ``clean``, for the other side's refusal belongs to it.
        clean: Rewriting passes that leave the writer's own acts.
        signs: Name of a sign → rule, read after ``clean``. A sign bears the name of its act; beside them there are
            ``irony`` (of several words), ``mocking`` (any irony), ``ordered`` (a demand), ``offer_sum`` (an offer), and
            ``pressed``, ``refusal_seller`` and ``offer_seller``, which are acts only from the side whose part it is.
    """

    own: tuple[tuple[Rule, str], ...]
    ultimatum: Rule
    clean: tuple[tuple[Rule, str], ...]
    signs: dict[str, Rule]


def build_grammar(words: Mapping[str, str]) -> Grammar:
    """Write the rules for a lexicon.

    Args:
        words: List name → its one-character words, which are not coded.

    Returns:
        The rules.
    """
    write = Writer(words)
    return Grammar(
        own=own_words(write),
        ultimatum=ultimatum(write),
        clean=own_acts(write),
        signs=hostile_signs(write) | polite_signs(write),
    )
