"""Numbers in all the ways that people write them: full-width, in Chinese, circled, with spaces and dashes.

Patterns need to know where a run of digits begins and ends, and the regular expressions at hand cannot look around. So
`wrap` sets a mark before and after each run; a pattern names the marks, and `unwrap` takes away what is left of them.
"""

from dataclasses import dataclass

import polars as pl

# Noncharacters, which Unicode keeps for use within a program; they never occur in text that is exchanged.
BEGIN, END, KEPT = "\ufdd0", "\ufdd1", "\ufdd2"
#: Stands for the 口 of 门口 while addresses are looked for.
DOOR = "\ufdd3"
MARKS = f"[{BEGIN}{END}{KEPT}{DOOR}]"

FORMS: tuple[str, ...] = (
    "0０〇零○洞⓪",
    "1１一幺壹①",
    "2２二两贰貳②",
    "3３三叁參③",
    "4４四肆④",
    "5５五伍⑤",
    "6６六陆陸⑥",
    "7７七柒拐⑦",
    "8８八捌⑧",
    "9９九玖勾⑨",
)
_ASCII = {form: str(value) for value, forms in enumerate(FORMS) for form in forms[1:]} | {
    "Ｘ": "X",
    "ｘ": "X",
    "x": "X",
}
#: What may stand between the groups of a number: spaces, seen and unseen, dashes, dots, what makes a digit an emoji.
SEPARATOR = r"[ \t\u00A0\u00AD\u200B-\u200D\u2060\u3000\uFEFF\-－–—‐‑_.．·•*~～()（）\uFE0F\u20E3]"
JOIN = f"{END}{SEPARATOR}{{1,3}}{BEGIN}"


@dataclass(frozen=True)
class Alphabet:
    """A set of digits, for use in patterns.

    Attributes:
        forms: For each of the ten digits the characters that stand for it.
    """

    forms: tuple[str, ...]

    def of(self, digits: str) -> str:
        """Return a class of characters for some digits, such as ``of("3456789")``."""
        return "[" + "".join(self.forms[int(digit)] for digit in digits) + "]"

    @property
    def any(self) -> str:
        """A class of characters for any digit."""
        return self.of("0123456789")


PLAIN = Alphabet(tuple("0123456789"))
ALL = Alphabet(FORMS)
OTHER = Alphabet(tuple(forms[1:] for forms in FORMS))
# Numerals that begin a word of their own after a number: 零零零一起 is 000 and 一起.
_NEXT_WORD = "([一两二三四五])([个共起直下定样点般些会条块次件天只种台张位份])"


def wrap(text: pl.Series, alphabet: Alphabet) -> pl.Series:
    """Set a mark before and after each run of digits."""
    if alphabet is not PLAIN:
        text = text.str.replace_all(f"({alphabet.any}{SEPARATOR}{{0,3}}){_NEXT_WORD}", f"${{1}}{KEPT}${{2}}${{3}}")
    return text.str.replace_all(f"{alphabet.any}+", f"{BEGIN}$0{END}")


def unwrap(text: pl.Series) -> pl.Series:
    """Take away all marks."""
    return text.str.replace_all(MARKS, "")


def plain_number(values: pl.Series) -> pl.Series:
    """Return numbers in ASCII digits (and X), without marks and separators."""
    spelt = values.str.replace_many(list(_ASCII), list(_ASCII.values()))
    return spelt.str.replace_all("[^0-9X]", "")
