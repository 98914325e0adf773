"""One bit for each list."""

import numpy as np

from transforms.tone.bits import assign_bits
from transforms.tone.codes import CODES
from transforms.tone.needs import all_of, one_of

_WORDS = {"refuse": "不", "refusal_alone": "不", "supposed": "再还", "self": "我"}


def test_there_are_enough_bits() -> None:
    assert max(assign_bits(_WORDS).of.values()) < 1 << 64


def test_a_class_is_met_by_its_list_and_by_its_words() -> None:
    bits = assign_bits(_WORDS)
    needs = one_of(CODES["refuse"] + "不")
    masks = np.array([bits.of["refuse"], bits.written["不"], bits.of["refusal_alone"], bits.of["self"]], np.uint64)
    assert bits.hold(needs, masks).tolist() == [True, True, False, False]


def test_all_sets_of_an_alternative_are_needed() -> None:
    bits = assign_bits(_WORDS)
    needs = all_of([one_of(CODES["self"] + "我"), one_of(CODES["settle"])])
    masks = np.array([bits.of["settle"], bits.of["settle"] | bits.of["self"]], np.uint64)
    assert bits.hold(needs, masks).tolist() == [False, True]


def test_a_character_that_nobody_looks_for_is_no_condition() -> None:
    bits = assign_bits(_WORDS)
    assert bits.hold(one_of("了"), np.zeros(2, np.uint64)).tolist() == [True, True]


def test_a_word_that_is_looked_for_by_itself_is_told_from_its_list() -> None:
    bits = assign_bits(_WORDS)
    masks = np.array([bits.written["再"], bits.written["还"]], np.uint64)
    assert bits.hold(one_of("再"), masks).tolist() == [True, False]
    assert bits.hold(one_of(CODES["supposed"] + "再还"), masks).tolist() == [True, True]
