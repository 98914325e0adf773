"""Removing words while what was found in them stays."""

import polars as pl

from flows.configuration import load_scorer
from transforms.privacy.removal import IS_REMOVED, KEPT_SCHEMA, REMOVED, remove_texts, with_kept_scores, without_text_of
from transforms.tone.codes import ACTS
from transforms.tone.messages import score_messages

LEXICON = load_scorer().lexicon
MESSAGES = pl.DataFrame(
    {
        "message_id": ["m1", "m2", "m3", "m4"],
        "dispute_id": ["d1", "d1", "d2", "d2"],
        "sender": ["buyer", "seller", "buyer", "system"],
        "text": ["你就是骗子", "抱歉，马上退款", "好的，谢谢", "客服已介入"],
        "note": ["a", "b", "c", "d"],
    }
)
FIRST_AND_LAST = pl.Series([True, False, False, True])


def _scored(messages: pl.DataFrame) -> pl.DataFrame:
    complete = messages.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in KEPT_SCHEMA.items() if name not in messages.columns
    )
    return with_kept_scores(score_messages(complete.lazy(), LEXICON)).collect()


def test_a_removed_text_is_scored_as_before() -> None:
    removed = remove_texts(MESSAGES, FIRST_AND_LAST, LEXICON)
    assert removed["text"].to_list() == [REMOVED, "抱歉，马上退款", "好的，谢谢", REMOVED]
    found = ["message_id", *ACTS, "hostility", "civility"]
    assert _scored(removed).select(found).equals(_scored(MESSAGES).select(found))
    assert _scored(removed)["insult"].to_list()[0] is True


def test_removing_in_two_steps_is_removing_at_once() -> None:
    first = remove_texts(MESSAGES, pl.Series([True, False, False, False]), LEXICON)
    both = remove_texts(first, FIRST_AND_LAST, LEXICON)
    assert both.equals(remove_texts(MESSAGES, FIRST_AND_LAST, LEXICON))


def test_other_columns_go_with_the_text() -> None:
    removed = remove_texts(MESSAGES, FIRST_AND_LAST, LEXICON, extra=("note",))
    assert removed["note"].to_list() == [None, "b", "c", None]
    assert removed[IS_REMOVED].to_list() == [True, None, None, True]


def test_nothing_is_due() -> None:
    untouched = remove_texts(MESSAGES, pl.Series([False] * 4), LEXICON, extra=("note",))
    assert untouched.select(MESSAGES.columns).equals(MESSAGES)


def test_the_words_of_a_side_are_those_it_wrote() -> None:
    sides = pl.DataFrame({"dispute_id": ["d1", "d2", "d1"], "party": ["buyer", "seller", "buyer"]})
    assert without_text_of(sides, MESSAGES).to_list() == [True, False, False, False]
