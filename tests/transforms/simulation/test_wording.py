"""Chat text: every act has words for every speaker, slots are filled, and messages vary."""

import polars as pl
import pytest

from tests.transforms.simulation.tables import tables_of
from transforms.simulation.phrases import ACTS, PHRASES
from transforms.simulation.plan import SimulationPlan
from transforms.simulation.wording import AUDIENCES


@pytest.fixture(scope="module")
def messages() -> pl.DataFrame:
    return tables_of(SimulationPlan(disputes=4_000, seed=21))["messages"]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("speaker", ["buyer", "seller"])
def test_each_side_has_several_phrases_for_each_act_and_audience(speaker: str, audience: str, act: str) -> None:
    phrases = PHRASES.get((speaker, "any", act), ()) + PHRASES.get((speaker, audience, act), ())
    assert len(phrases) >= 4
    assert len(set(phrases)) == len(phrases)


def test_no_message_is_empty_and_no_slot_is_left(messages: pl.DataFrame) -> None:
    assert messages.select(pl.col("text").str.len_chars().min()).item() >= 2
    assert not messages["text"].str.contains_any(["{", "}"]).any()


def test_messages_vary(messages: pl.DataFrame) -> None:
    parties = messages.filter(pl.col("sender").is_in(["buyer", "seller"]))
    assert parties["text"].n_unique() > 0.4 * parties.height
    assert parties["text"].value_counts().select(pl.col("count").max()).item() < 0.005 * parties.height


def test_some_messages_have_something_to_mask(messages: pl.DataFrame) -> None:
    assert messages.select(pl.col("text").str.contains(r"1[3-9]\d{9}").mean()).item() > 0.003
    assert messages.select(pl.col("text").str.contains(r"微信[a-z_]+\d|[a-z_]+\d+是你").mean()).item() > 0.001


def test_a_dispute_speaks_of_one_item(messages: pl.DataFrame) -> None:
    instruments = ["积木", "手办", "吉他", "电子琴", "模型"]
    named = messages.select("dispute_id", pl.col("text").str.extract_many(instruments).alias("item")).explode("item")
    per_dispute = named.drop_nulls().group_by("dispute_id").agg(pl.col("item").n_unique())
    assert per_dispute.height > 100
    assert per_dispute["item"].max() == 1


def test_system_and_agent_speak_plainly(messages: pl.DataFrame) -> None:
    system = messages.filter(pl.col("sender") == "system")
    assert set(system["text"]) == set(PHRASES["system", "any", "neutral"])
    assert messages.filter(~pl.col("sender").is_in(["buyer", "seller"]))["audience"].null_count() > 0
