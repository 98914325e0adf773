"""Compiling the word lists, and what the shipped ones must be."""

import pytest

from tests.transforms.tone.tables import shipped_lexicon, shipped_tables
from transforms.tone import ACTS, LexiconError, build_lexicon
from transforms.tone.codes import CODES, POINT
from transforms.tone.lists import expand_groups

_HEAD = "pattern\tweight\tsource\n"


def _coded(tables: dict[str, str]) -> dict[str, str]:
    lexicon = build_lexicon(tables)
    return dict(zip(lexicon.patterns, lexicon.codes, strict=True))


def test_groups_are_written_out() -> None:
    assert expand_groups("(不|没)退(款|)") == ["不退款", "不退", "没退款", "没退"]


def test_a_pattern_becomes_its_code_and_its_points() -> None:
    assert _coded({"insult.tsv": _HEAD + "骗子\t3\town\n"})["骗子"] == CODES["insult"] + POINT * 3


def test_longer_patterns_come_first() -> None:
    lengths = [len(pattern) for pattern in shipped_lexicon().patterns]
    assert lengths == sorted(lengths, reverse=True)


def test_a_pattern_of_two_lists_has_both_codes() -> None:
    coded = _coded({"insult.tsv": _HEAD + "滚蛋\t3\town\n", "refusal.tsv": _HEAD + "滚蛋\t0\town\n"})
    assert coded["滚蛋"] == CODES["insult"] + CODES["refusal"] + POINT * 3


def test_a_longer_pattern_that_says_no_more_is_dropped() -> None:
    coded = _coded({"insult.tsv": _HEAD + "骗子\t3\town\n大骗子\t3\town\n老骗子\t5\town\n"})
    assert "大骗子" not in coded
    assert "老骗子" in coded


def test_an_exception_to_nothing_is_dropped() -> None:
    coded = _coded({"insult.tsv": _HEAD + "垃圾\t3\town\n", "ordinary.tsv": _HEAD + "垃圾袋\t0\town\n书包\t0\town\n"})
    assert coded["垃圾袋"] == CODES["ordinary"]
    assert "书包" not in coded


def test_one_character_words_of_context_stay_in_the_text() -> None:
    lexicon = build_lexicon({"second.tsv": _HEAD + "你\t0\town\n你们\t0\town\n"})
    assert lexicon.words == {"second": "你"}
    assert "你们" in lexicon.patterns
    assert "你" not in lexicon.patterns


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"rude.tsv": _HEAD + "骗子\t3\town\n"}, "unknown list 'rude'"),
        ({"insult.tsv": "pattern\tweight\n骗子\t3\n"}, "no column source"),
        ({"insult.tsv": _HEAD + "骗子\t3\n"}, "line 2: 2 cells, expected 3"),
        ({"insult.tsv": _HEAD + "骗子\t0.5\town\n"}, "weight '0.5' is no whole number"),
        ({"insult.tsv": _HEAD + "骗子\t21\town\n"}, "weight '21' is no whole number from 0 to 20"),
        ({"insult.tsv": _HEAD + "(骗子|)\t3\town\n"}, "also stands for the empty text"),
        ({"insult.tsv": _HEAD + "垃圾\t3\town\n", "ordinary.tsv": _HEAD + "垃圾\t0\town\n"}, "keep one of the two"),
        ({"model.tsv": "ngram\tpoints\n懒\tmuch\n"}, "points 'much' are no whole number"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(tables: dict[str, str], message: str) -> None:
    with pytest.raises(LexiconError, match=message):
        build_lexicon(tables)


def test_same_tables_same_lexicon() -> None:
    tables = shipped_tables()
    again = build_lexicon(dict(reversed(tables.items())))
    assert again == build_lexicon(tables)
    assert hash(again) == hash(build_lexicon(tables))


def test_shipped_lists_cover_every_act_and_name_their_source() -> None:
    entries = shipped_lexicon().entries
    assert set(ACTS) <= {entry.list_name for entry in entries}
    assert all(entry.source for entry in entries)


def test_every_code_is_used_by_a_list() -> None:
    used = {entry.list_name for entry in shipped_lexicon().entries}
    assert set(CODES) - used == {"attributed"}


def test_model_names_the_licence_of_its_text_and_is_small() -> None:
    text = shipped_tables()["model.tsv"]
    assert text.count("Apache-2.0") == 2
    assert len(text.encode()) < 1_000_000


def test_no_hostile_word_has_a_second_code_that_would_part_it_from_its_points() -> None:
    hostile, alone = CODES["insult"], CODES["insult_alone"]
    assert not [code for code in shipped_lexicon().codes if hostile in code and alone in code]
