"""Writing rules over coded text: lists become classes of characters, gaps stay within a clause."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from transforms.tone.codes import CODES, POINT, POLITE_POINT

BREAK: Final = r"，。！？；,.!?;\n"
END: Final = r"。！？!?\n"
QUOTE_OPEN: Final = "“\"「『‘'"
QUOTE_CLOSE: Final = "”\"」』’'"
AMOUNT: Final = "[0-9一二三四五六七八九十百][块元]"
POINTS: Final = f"[{POINT}{POLITE_POINT}]*"
HOSTILE: Final = ("insult", "latin", "threat", "irony")
REMEDY: Final = ("settle", "settle_both")
SETTLE: Final = (*REMEDY, "handle")
OTHERS: Final = ("second", "third", "condition", "supposed")


@dataclass(frozen=True)
class Rule:
    """A regular expression, and a class of characters of which a text must have one for it to match.

    Attributes:
        needs: The class.
        pattern: The expression.
    """

    needs: str
    pattern: str


class Writer:
    """Writes expressions; one-character words of a list stand in the text as they are, beside its code."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self.words = words

    def characters(self, *names: str) -> str:
        """Write the characters that stand for these lists."""
        return "".join(CODES[name] + self.words.get(name, "") for name in names)

    def any(self, *names: str) -> str:
        """Write the class of these lists."""
        return f"[{self.characters(*names)}]"

    def code(self, *names: str) -> str:
        """Write one match of these lists, with its points."""
        return f"[{self.characters(*names)}]{POINTS}"

    def gap(self, longest: int, *without: str) -> str:
        """Write up to so many characters of the same clause, none of these lists."""
        return f"[^{BREAK}{self.characters(*without)}]{{0,{longest}}}"

    def refuses(self) -> str:
        """Write a word of refusing with what is refused."""
        also = "".join(CODES[name] for name in ("order", "give", "demand_alone", "offer_seller", "settle_both"))
        return self.code("refuse") + self.gap(2) + self.code(*SETTLE) + f"[{also}]?{POINTS}"

    def rule(self, needs: tuple[str, ...], *alternatives: str) -> Rule:
        """Write a rule."""
        return Rule(self.any(*needs), "|".join(alternatives))

    def alone(self, name: str, *beside: str) -> str:
        """Write: a match of this list is a whole clause, but for the writer's name and particles.

        Args:
            name: The list.
            *beside: Other lists that some of its words are also in.
        """
        others = f"[{''.join(CODES[other] for other in beside)}]{{0,2}}" if beside else ""
        clause = f"(?:{self.code('self')})?{others}{self.code(name)}{others}[了的啊哈呀吧呢哦嗯~～ ]{{0,2}}"
        return f"(?:^|[{BREAK} ~～{POINT}{CODES['attributed']}：:]){clause}(?:$|[{BREAK}])"
