"""What a text must have for an expression to match."""

import re

import pytest

from tests.transforms.tone.tables import shipped_lexicon
from transforms.tone.needs import Needs, needs_of


def _needs(*alternatives: tuple[str, ...]) -> Needs:
    return frozenset(frozenset(map(frozenset, sets)) for sets in alternatives)


@pytest.mark.parametrize(
    ("pattern", "needs"),
    [
        ("a[bc]", _needs(("a", "bc"))),
        ("a?b*c{0,3}d{1,2}e+", _needs(("d", "e"))),
        ("a|bc", _needs(("a",), ("b", "c"))),
        ("a|ab", _needs(("a",))),  # who has a and b has a
        ("(?:a|b)c", _needs(("a", "c"), ("b", "c"))),
        ("(a|$)b", _needs(("b",))),
        ("[^a]{0,4}?b", _needs(("b",))),
        (r"[a-c\n]", _needs(("abc\n",))),
        (r"a\?", _needs(("a", "?"))),
        ("(?:^|[,])", _needs(())),
    ],
)
def test_needs_are_read_off(pattern: str, needs: Needs) -> None:
    assert needs_of(pattern) == needs


def test_an_unbalanced_expression_is_refused() -> None:
    with pytest.raises(ValueError, match="unbalanced"):
        needs_of("a)b")


def test_the_rules_of_the_grammar_can_be_read_by_python_too() -> None:
    grammar = shipped_lexicon().grammar
    for rule in (*grammar.signs.values(), grammar.ultimatum, *(rule for rule, _ in (*grammar.own, *grammar.clean))):
        assert re.compile(rule.pattern).pattern == rule.pattern
        assert frozenset() not in rule.needs  # a rule that may match any text would be tried on all
