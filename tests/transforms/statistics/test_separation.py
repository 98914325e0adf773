"""What parts the outcomes by itself leaves, and what is left can be fitted."""

import numpy as np
import polars as pl

from tests.transforms.statistics.samples import disputes
from transforms.statistics.clusters import Integers, Responses
from transforms.statistics.design import build_model
from transforms.statistics.effects import fit_model
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Matrix
from transforms.statistics.separation import Pruned, places_left, prune
from transforms.statistics.terms import Categorical, Flag, Numeric, Term

TERMS: tuple[Term, ...] = (
    Numeric("evidence", "evidence_advantage"),
    Flag("flag", "flag"),
    Categorical("category", "category"),
)


def _pruned(frame: pl.DataFrame) -> Pruned[Matrix]:
    return prune(build_model(frame.lazy(), TERMS).matrix, _ends)


def _ends(outcome: Responses) -> Integers:
    return np.where(outcome >= 2, 1, -1)


def _names(pruned: Pruned[Matrix]) -> list[str]:
    return [pruned.matrix.terms[place] for place in np.flatnonzero(pruned.separated)]


def test_nothing_separates() -> None:
    frame = disputes(600).with_columns(flag=pl.int_range(pl.len()) % 2 == 0)
    pruned = _pruned(frame)
    assert pruned.matrix.n == 600
    assert _names(pruned) == []


def test_a_flag_leaves_with_the_side_that_it_decides() -> None:
    is_first = pl.int_range(pl.len()) < 50
    won = pl.when(is_first).then(pl.lit("buyer_wins")).otherwise("outcome")
    frame = disputes(600).with_columns(outcome=won)
    for flag in (is_first, ~is_first):
        pruned = _pruned(frame.with_columns(flag=flag))
        assert _names(pruned) == ["flag"]
        assert pruned.matrix.n == 550
        assert fit_model("any", pruned.matrix, Logit(2)).status == "ok"


def test_a_level_leaves_and_then_what_separates_without_it() -> None:
    place = pl.int_range(pl.len())
    frame = disputes(600).with_columns(
        category=pl.when(place < 40).then(pl.lit("virtual")).otherwise("category"),
        outcome=pl.when(place < 70).then(pl.lit("buyer_wins")).otherwise("outcome"),
        # 30 to 40 lie in the level, the others among the rest: one end each
        flag=(place >= 30) & (place < 70),
    )
    pruned = _pruned(frame)
    assert sorted(_names(pruned)) == ["category=virtual", "flag"]
    assert pruned.matrix.n == 530
    places = places_left(build_model(frame.lazy(), TERMS).matrix, pruned.rules)
    assert places.size == 530
    assert (np.diff(places) > 0).all()


def test_all_rows_may_leave() -> None:
    frame = disputes(100).with_columns(flag=pl.int_range(pl.len()) % 2 == 0, outcome=pl.lit("buyer_wins"))
    assert _pruned(frame).matrix.n == 0
