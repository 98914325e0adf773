"""Properties of the message scores."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transforms.tone.tables import scored, shipped_lexicon
from transforms.tone import ACTS, build_lexicon, explain_text, score_messages

_WORDS = (
    "您好",
    "谢谢",
    "不",
    "退款",
    "我",
    "骗子",
    "他说",
    "没有",
    "垃圾",
    "，",
    "。",
    "马上",
    "吗",
    "傻逼",
    "👍",
    "sb",
    "12",
    " ",
)
_TEXTS = st.lists(st.sampled_from(_WORDS), max_size=12).map("".join) | st.text(max_size=40)
_SENDERS = st.sampled_from(["buyer", "seller", "agent", "system", None])


def test_null_text_is_not_recorded() -> None:
    row = scored([("buyer", None)]).row(0, named=True)
    assert [row[name] for name in (*ACTS, "hostility", "civility")] == [None] * (len(ACTS) + 2)


def test_empty_text_says_nothing() -> None:
    row = scored([("buyer", "")]).row(0, named=True)
    assert not any(row[act] for act in ACTS)
    assert (row["hostility"], row["civility"]) == (0.0, 0.5)


def test_nobody_speaks_in_a_system_message() -> None:
    row = scored([("system", "卖家拒绝退款，骗子")]).row(0, named=True)
    assert [row[act] for act in ACTS] == [False] * len(ACTS)
    assert row["hostility"] is None
    assert row["civility"] is None


def test_sender_may_be_unknown() -> None:
    row = scored([(None, "骗子")]).row(0, named=True)
    assert row["insult"]
    assert row["hostility"] > 0.5


def test_rows_keep_their_order_and_other_columns() -> None:
    texts = ["谢谢", "骗子", None, "", "谢谢", "不退"] * 50
    frame = pl.DataFrame({"message_id": range(len(texts)), "sender": ["seller"] * len(texts), "text": texts})
    result = score_messages(frame.lazy(), shipped_lexicon()).collect(engine="streaming")
    assert result.select(frame.columns).equals(frame)
    assert result.columns == [*frame.columns, *ACTS, "hostility", "civility"]


def test_partitions_give_what_the_whole_gives() -> None:
    frame = pl.DataFrame(
        {
            "sender": ["buyer", "seller", "agent"] * 3,
            "text": ["骗子", "不退", "您好", "", None, "好的", "傻*", "呵呵", "垃圾袋"],
        }
    )
    whole = score_messages(frame.lazy(), shipped_lexicon()).collect()
    parts = [score_messages(frame.slice(i, 2).lazy(), shipped_lexicon()).collect() for i in range(0, 9, 2)]
    assert pl.concat(parts).equals(whole)


def test_no_rows() -> None:
    frame = pl.DataFrame(schema={"sender": pl.String, "text": pl.String})
    assert score_messages(frame.lazy(), shipped_lexicon()).collect().height == 0


def test_text_cannot_smuggle_codes_in() -> None:
    codes = "".join(chr(code) for code in range(0xE000, 0xE100))
    row = scored([("buyer", codes)]).row(0, named=True)
    assert not any(row[act] for act in ACTS)
    assert row["hostility"] == 0.0


@pytest.mark.parametrize("text", ["骗子", "不退款我就去你家找你", "谢谢您", "您可真行"])
def test_points_follow_the_formula(text: str) -> None:
    row = scored([("buyer", text)]).row(0, named=True)
    points = round(pl.select(pl.lit(1 - row["hostility"]).log(0.8)).item())
    assert row["hostility"] == pytest.approx(round(1 - 0.8**points, 4), abs=1e-9)


@settings(max_examples=60)
@given(_SENDERS, _TEXTS)
def test_scores_lie_in_their_range(sender: str | None, text: str) -> None:
    row = scored([(sender, text)]).row(0, named=True)
    if sender != "system":
        assert 0 <= row["hostility"] <= 1
        assert 0 <= row["civility"] <= 1
        assert round(row["hostility"], 4) == row["hostility"]


@settings(max_examples=60)
@given(_TEXTS)
def test_an_added_insult_never_raises_civility(text: str) -> None:
    without, with_insult = scored([("buyer", text), ("buyer", text + "。你这个骗子")]).rows(named=True)
    assert with_insult["civility"] <= without["civility"]
    assert with_insult["hostility"] >= without["hostility"]
    assert with_insult["insult"]


@settings(max_examples=60)
@given(_TEXTS)
def test_an_added_thanks_never_lowers_civility(text: str) -> None:
    without, with_thanks = scored([("buyer", text), ("buyer", text + "。谢谢您")]).rows(named=True)
    assert with_thanks["civility"] >= without["civility"]


def test_the_model_speaks_only_of_groups() -> None:
    tables = {
        "model.tsv": "ngram\tpoints\n(intercept)\t-2\n懒\t6\n",
        "groups.tsv": "pattern\tweight\tsource\n某地人\t0\town\n",
    }
    frame = pl.DataFrame({"sender": ["buyer"] * 3, "text": ["某地人懒", "他懒", "某地人"]})
    hostility = score_messages(frame.lazy(), build_lexicon(tables)).collect()["hostility"]
    # 4 points of 0.25: 1 / (1 + e^-1) = 0.7311; the second names no group; the third is more likely harmless
    assert hostility.to_list() == [0.7311, 0.0, 0.0]


def test_explanation_shows_lists_and_ngrams() -> None:
    shown = explain_text("對不起，您别生气", shipped_lexicon())
    assert ("对不起", "pardon", 3) in shown.rows()
    ngrams = explain_text("女人就是恶心", shipped_lexicon()).filter(pl.col("lists") == "model")
    assert "恶心" in ngrams["match"].to_list()
    assert explain_text("", shipped_lexicon()).height == 0
