"""The models of the outcome: which terms each holds, and the table of their effects."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import polars as pl

from transforms.statistics.contrasts import products_of
from transforms.statistics.design import LeftOut, prepare
from transforms.statistics.effect_rows import EffectRow, effect_rows
from transforms.statistics.effects import FittedModel, fit_model, ordinal_family
from transforms.statistics.logit import Logit
from transforms.statistics.odds_test import proportional_odds_rows
from transforms.statistics.parts import PartedDesign, Parts, Whole, design_in_parts, let_go
from transforms.statistics.passes import Rows
from transforms.statistics.rulings import rows_frame
from transforms.statistics.sampling import sample_sellers
from transforms.statistics.specs import CORE_FACTORS, OVERALL, FactorSpec
from transforms.statistics.terms import ADVANTAGES, CONTROLS, Categorical, Interaction, Numeric, Term, extra_term

_Rows = TypeVar("_Rows", bound=Rows)

COMPLETE_CASE = "_complete_case"
SIDES, INTERACTIONS, SIDES_INTERACTIONS = "_sides", "_interactions", "_sides_interactions"
#: The models beside the main ones are fitted on whole sellers with about so many disputes.
MOST_ROWS_BESIDE = 150_000
_PARTIES = ("buyer", "seller")
_FACTORS = tuple(spec.name for spec in CORE_FACTORS)


def _advantage(factor: str) -> str:
    return f"{factor}_advantage"


def _pair(first: str, second: str) -> Interaction:
    return Interaction(f"{first}_x_{second}", first, second)


#: The scores of both sides, standardised.
SIDE_SCORES: tuple[Term, ...] = tuple(
    Numeric(f"{party}_{factor}", f"{party}_{factor}") for factor in _FACTORS for party in _PARTIES
)
#: All pairs of advantages.
ADVANTAGE_PAIRS: tuple[Interaction, ...] = tuple(
    _pair(_advantage(first), _advantage(second))
    for place, first in enumerate(_FACTORS)
    for second in _FACTORS[place + 1 :]
)
#: What is said to colour a side's own evidence, and evidence against evidence.
SIDE_PAIRS: tuple[Interaction, ...] = (
    *(_pair(f"{party}_evidence", f"{party}_{other}") for party in _PARTIES for other in ("reputation", "tone")),
    _pair("buyer_evidence", "seller_evidence"),
)


@dataclass(frozen=True)
class _Variant:
    """The three models with other terms."""

    suffix: str
    scores: tuple[Term, ...]
    products: tuple[Interaction, ...]


_BESIDE = (
    _Variant(SIDES, SIDE_SCORES, ()),
    _Variant(INTERACTIONS, ADVANTAGES, ADVANTAGE_PAIRS),
    _Variant(SIDES_INTERACTIONS, SIDE_SCORES, SIDE_PAIRS),
)


def factor_effects(frame: pl.LazyFrame, specs: Sequence[FactorSpec], parts: Parts | None = None) -> pl.DataFrame:
    """Fit the models of the outcome.

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id, category, claim, month, item_price_cny, the scores
            of both sides and the advantages in the four factors, and the columns of extra factors. The order of rows
            does not matter.
        specs: The factors; those beside the four (and ``overall``, which they determine) are further terms.
        parts: The same disputes in parts, over which the main models pass; by default they are one part.

    Returns:
        One row per model and term with the columns of ``EffectRow``. Models: ordinal, buyer_wins, not_seller_wins on
        the advantages; where a numeric term has nulls, the same with the suffix ``_complete_case``, on disputes
        without any; ``_sides`` with the scores of both sides for the advantages; ``_interactions`` with products of
        advantages, ``_sides_interactions`` with products of sides; and proportional_odds, whose coefficients are
        differences buyer_wins − not_seller_wins. The average marginal effect of the ordinal model is on buyer_wins.
    """
    numbers, names = _controls([spec for spec in specs if spec not in (*CORE_FACTORS, OVERALL)])
    main = design_in_parts(parts or Parts((Whole(frame),)), [*ADVANTAGES, *numbers], names)
    try:
        rows = _main_rows(main)
    finally:
        let_go()
    few, is_sampled = sample_sellers(frame, MOST_ROWS_BESIDE)
    controls: list[Term] = [*numbers, *names]
    beside = prepare(few, [*ADVANTAGES, *SIDE_SCORES, *controls], scales=main.scales)
    whole = beside.design([*ADVANTAGES, *controls]).matrix
    if whole.n_indicators > whole.n_flags:
        rows += _marked(_rows_of(_fit_all(whole.complete(), COMPLETE_CASE), ()), is_sampled)
    for variant in _BESIDE:
        design = beside.design([*variant.scores, *variant.products, *controls])
        models = _fit_all(design.matrix, variant.suffix)
        rows += _marked(_rows_of(models, design.left_out, variant.products), is_sampled)
    return rows_frame(rows, EffectRow)


def _controls(extra: Sequence[FactorSpec]) -> tuple[list[Numeric], list[Categorical]]:
    """What all models hold beside the four factors: price and numeric extra factors; names."""
    terms = [*CONTROLS, *(extra_term(spec) for spec in extra)]
    names = [term for term in terms if isinstance(term, Categorical)]
    return [term for term in terms if isinstance(term, Numeric)], names


def _main_rows(design: PartedDesign) -> list[EffectRow]:
    """The models on the advantages, and the test that compares the two logits."""
    models = _fit_all(design.rows, "")
    n_factors = sum(term.name in design.rows.dense_terms for term in ADVANTAGES)
    compared = proportional_odds_rows(*models, n_factors, design.rows.clustering)
    return [*_rows_of(models, design.left_out), *compared]


def _fit_all(rows: _Rows, suffix: str) -> tuple[FittedModel[_Rows], FittedModel[_Rows], FittedModel[_Rows]]:
    """The three models of the outcome, in order."""
    return (
        fit_model(f"ordinal{suffix}", rows, ordinal_family(rows)),
        fit_model(f"buyer_wins{suffix}", rows, Logit(2)),
        fit_model(f"not_seller_wins{suffix}", rows, Logit(1)),
    )


def _rows_of(
    models: Sequence[FittedModel[_Rows]], left_out: Sequence[LeftOut], products: Sequence[Interaction] = ()
) -> list[EffectRow]:
    """Rows of all terms of some models."""
    return [
        row for model in models for row in effect_rows(model, left_out, products_of(model.matrix.dense_terms, products))
    ]


def _marked(rows: Sequence[EffectRow], is_sampled: bool) -> list[EffectRow]:
    return [replace(row, is_sampled=is_sampled) for row in rows]
