"""What is taken for which column when words alone mislead: kinds of people, quantities, several dates, codes."""

from collections.abc import Mapping

import polars as pl

from transforms.profile_draft.factors import candidates
from transforms.profile_draft.facts import facts_of
from transforms.profile_draft.guesses import TableGuess, guess_table
from transforms.registry import INPUT_TABLES

N = 400


def _guessed(columns: Mapping[str, list[str]]) -> TableGuess:
    frame = pl.DataFrame(columns)
    return guess_table([facts_of(header, frame[header]) for header in frame.columns], INPUT_TABLES["disputes"])


def _cycle(*texts: str) -> list[str]:
    return [texts[number % len(texts)] for number in range(N)]


def test_a_kind_of_people_or_a_quantity_is_nobody() -> None:
    guess = _guessed(
        {"Insurer": [f"Insurer {number % 50}" for number in range(N)],
         "Claimant Type": _cycle("Individual", "Business"),
         "Line of Business": _cycle("Auto", "Home", "Health"),
         "years_customer": [f"{n / 7:.2f}" for n in range(N)],
         "Branch Company": _cycle("North", "South"), "Award For": _cycle("Claimant", "Respondent")}
    )  # fmt: skip
    assert {header: each.column.name for header, each in guess.guesses.items()} == {
        "Insurer": "seller_id", "Award For": "outcome",
    }  # fmt: skip


def test_who_won_says_more_than_how_it_was_disposed_of() -> None:
    guessed = _guessed(
        {
            "CASE_ID": [f"C{place}" for place in range(N)],
            "TYPE_OF_DISPOSITION": _cycle("Awarded", "Awarded", "Settled"),
            "PREVAILING_PARTY": _cycle("Consumer", "Business", ""),
            "Number of Arbitrators": _cycle("1", "3"),
            "Panelist": [f"Panelist {place % 25}" for place in range(N)],
            "Consumer disputed?": _cycle("Yes", "No"),
        }
    )
    named = {guess.column.name: header for header, guess in guessed.guesses.items()}
    assert (named["outcome"], named["decider_id"]) == ("PREVAILING_PARTY", "Panelist")
    assert guessed.further["outcome"] == ("PREVAILING_PARTY", "TYPE_OF_DISPOSITION")


def test_whether_a_consumer_disputed_is_not_who_won() -> None:
    columns = {"Case ID": [f"C{place}" for place in range(N)], "Consumer disputed?": _cycle("Yes", "No")}
    assert "Consumer disputed?" not in _guessed(columns).guesses


def test_a_header_that_says_who_may_have_few_values() -> None:
    guess = _guessed({"Company": _cycle("A", "B", "C"), "buyer_id": [str(number) for number in range(N)]})
    assert {each.column.name for each in guess.guesses.values()} == {"buyer_id", "seller_id"}


def test_of_several_columns_of_dates_the_earliest_opens_and_the_latest_rules() -> None:
    days = [f"{1 + number % 28:02}/05/2024" for number in range(N)]
    later = [day.replace("/05/", "/09/") for day in days]
    between = [day.replace("/05/", "/06/") for day in days]
    guess = _guessed({"Slut": later, "Mellan": between, "Start": days, "Nyckel": [str(number) for number in range(N)]})
    named = {each.column.name: (header, each.reason) for header, each in guess.guesses.items()}
    assert named["opened_at"] == ("Start", "the earliest of 3 columns of dates")
    assert named["ruled_at"] == ("Slut", "the latest of 3 columns of dates")
    alone = {each.column.name: each.reason for each in _guessed({"Slut": later}).guesses.values()}
    assert alone == {"ruled_at": "the only dates"}


def test_codes_are_no_quantities_and_accents_are_no_gaps_in_names() -> None:
    frame = pl.DataFrame({"Postal Code": _cycle("10115", "20095"), "Audiência": _cycle("Sim", "Não")})
    found = candidates([facts_of(header, frame[header]) for header in frame.columns], frame, None)
    assert [(each.name, each.type) for each in found] == [("postal_code", "categorical"), ("audiencia", "categorical")]
