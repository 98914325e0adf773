"""Writing rules over coded text: lists become classes of characters, gaps stay within a clause."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from transforms.tone.codes import CODES, POINT, POLITE_POINT
from transforms.tone.needs import Needs, all_of, any_of, needs_of, one_of

BREAK: Final = r"，。！？；,.!?;\n"
BREAK_CHARACTERS: Final = BREAK.replace(r"\n", "\n")
END: Final = r"。！？!?\n"
QUOTE_OPEN: Final = "“\"「『‘'"
QUOTE_CLOSE: Final = "”\"」』’'"
DIGITS: Final = "0123456789"
NUMERALS: Final = f"{DIGITS}一二三四五六七八九十百千半"
CURRENCIES: Final = "块元蚊刀"
MONEY: Final = f"(?:[{CURRENCIES}]钱?|钱)"
NAMED: Final = "就算行成中好可得怎咋如干拉了完翻扯两到吧不没封最"  # what the words of ``closing`` begin with
DEEDS: Final = "寄赔收签认背理付修"
PARTICLES: Final = "了的啊哈呀吧呢哦嗯~～ "
OPENING: Final = " ~～：:"  # what a clause may begin after, besides breaks
POINTS: Final = f"[{POINT}{POLITE_POINT}]*"
HOSTILE: Final = ("insult", "latin", "threat", "irony")
REMEDY: Final = ("settle", "settle_both")
SETTLE: Final = (*REMEDY, "handle")
OTHERS: Final = ("second", "third", "condition", "supposed")


@dataclass(frozen=True)
class SideBySide:
    """What some rules need side by side: a word of some lists and what follows it, or a phrase.

    Attributes:
        lists: The lists.
        behind: Characters of which one follows.
        between: Characters of which one or two may come first.
        beside: Lists of which a word may follow instead, coded and not as it is written.
        is_clause: Whether the clause begins with the word, but for the writer's name and words of ``beside``.
        phrases: Phrases, any of which will do.
    """

    lists: tuple[str, ...] = ()
    behind: str = ""
    between: str = ""
    beside: tuple[str, ...] = ()
    is_clause: bool = False
    phrases: tuple[str, ...] = ()


def _alone(name: str, *beside: str) -> SideBySide:
    return SideBySide((name,), BREAK_CHARACTERS, PARTICLES, beside, is_clause=True)


#: What is looked for side by side. Lists of words that say something only as a whole clause stand under their own name,
#: with the lists that some of these words are also in.
SIDE_BY_SIDE: Final = {
    "insult_alone": _alone("insult_alone"),
    "demand_alone": _alone("demand_alone", "settle", "order"),
    "refusal_alone": _alone("refusal_alone", "refuse", "noway", "refusal", "reject"),
    "courtesy_alone": _alone("courtesy_alone"),
    "cooperation_alone": _alone("cooperation_alone", "praise", "promise"),
    "sum": SideBySide(("yours", "pay", *REMEDY), NUMERALS),
    "amount": SideBySide(
        phrases=tuple(number + behind for number in NUMERALS for behind in f"{CURRENCIES}钱红优补，,{NAMED}")
    ),
    "deed": SideBySide(phrases=tuple(f"不{will}{deed}" for will in ("", "会", "想") for deed in DEEDS)),
    "blame": SideBySide(phrases=("怪我", "我不对")),
}
#: What stands for each of these in the needs of a rule; it is in no text.
SEEN: Final = {name: chr(0xE100 + number) for number, name in enumerate(SIDE_BY_SIDE)}


@dataclass(frozen=True)
class Rule:
    """A regular expression over coded text.

    Attributes:
        pattern: The expression.
        needs: What a text must have for it to match.
        beside: A class of which the text must also have a character anywhere, or nothing.
        alternatives: Rules of which one matches wherever this one does; none if it is not made of several.
    """

    pattern: str
    needs: Needs
    beside: str = ""
    alternatives: tuple["Rule", ...] = ()


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

    def rule(self, *alternatives: str | Rule, beside: tuple[str, ...] = ()) -> Rule:
        """Write a rule of alternatives; see ``Rule`` for what ``beside`` lists."""
        rules = tuple(Rule(each, needs_of(each)) if isinstance(each, str) else each for each in alternatives)
        pattern, needs = "|".join(rule.pattern for rule in rules), any_of(rule.needs for rule in rules)
        if not beside:
            return Rule(pattern, needs, alternatives=rules)
        return Rule(pattern, all_of([needs, one_of(self.characters(*beside))]), self.any(*beside))

    def with_sight(self, name: str, pattern: str) -> Rule:
        """Write a rule that cannot match without something of ``SIDE_BY_SIDE``."""
        return Rule(pattern, all_of([needs_of(pattern), one_of(SEEN[name])]))

    def alone(self, name: str) -> Rule:
        """Write: a match of this list is a whole clause, but for the writer's name, particles and words beside it."""
        beside = SIDE_BY_SIDE[name].beside
        others = f"[{''.join(CODES[other] for other in beside)}]{{0,2}}" if beside else ""
        clause = f"(?:{self.code('self')})?{others}{self.code(name)}{others}[{PARTICLES}]{{0,2}}"
        return self.with_sight(name, f"(?:^|[{BREAK}{OPENING}{POINT}{CODES['attributed']}]){clause}(?:$|[{BREAK}])")
