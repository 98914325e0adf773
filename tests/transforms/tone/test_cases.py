"""The hard cases: worked lines with the acts that a person finds in them."""

import csv
from pathlib import Path

import pytest

from tests.transforms.tone.tables import scored
from transforms.tone import ACTS, HOSTILE_FROM

_LEAST_CASES = 120


def _cases() -> list[dict[str, str]]:
    lines = (Path(__file__).parent / "cases.tsv").read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t"))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case['sender']}: {case['text']}")
def test_acts_of_a_worked_line(case: dict[str, str]) -> None:
    row = scored([(case["sender"], case["text"])]).row(0, named=True)
    expected = set() if case["acts"] == "-" else set(case["acts"].split(","))
    assert {act for act in ACTS if row[act]} == expected


def test_there_are_enough_cases_of_every_act() -> None:
    cases = _cases()
    assert len(cases) >= _LEAST_CASES
    for act in ACTS:
        assert sum(act in case["acts"].split(",") for case in cases) >= 10, act


def test_insults_and_threats_are_hostile_and_lines_without_an_act_are_not() -> None:
    cases = _cases()
    rows = scored([(case["sender"], case["text"]) for case in cases])
    for case, hostility in zip(cases, rows["hostility"], strict=True):
        if {"insult", "threat"} & set(case["acts"].split(",")):
            assert hostility >= HOSTILE_FROM, case["text"]
        elif case["acts"] == "-":
            assert hostility < HOSTILE_FROM, case["text"]


def test_irony_costs_civility_though_it_is_no_act() -> None:
    plain, laughing, praising = scored([("buyer", "好吧"), ("buyer", "呵呵"), ("buyer", "您可真行")])["civility"]
    assert laughing < plain
    assert praising < plain


def test_polite_words_in_a_mocking_message_are_no_courtesy() -> None:
    assert not scored([("buyer", "您可真行，谢谢您")])["courtesy"].item()
    assert scored([("buyer", "谢谢您")])["courtesy"].item()
