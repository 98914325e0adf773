"""The models of the outcome: which terms each holds, and the table of their effects."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from transforms.statistics.contrasts import products_of
from transforms.statistics.design import Design, prepare
from transforms.statistics.effect_rows import EffectRow, effect_rows
from transforms.statistics.effects import FittedModel, fit_model, ordinal_family
from transforms.statistics.families import Family
from transforms.statistics.logit import Logit
from transforms.statistics.odds_test import proportional_odds_rows
from transforms.statistics.rulings import rows_frame
from transforms.statistics.sampling import sample_sellers
from transforms.statistics.specs import CORE_FACTORS, OVERALL, FactorKind, FactorSpec
from transforms.statistics.terms import ADVANTAGES, CONTROLS, Categorical, Interaction, Numeric, Term, extra_term

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


def factor_effects(frame: pl.LazyFrame, specs: Sequence[FactorSpec]) -> pl.DataFrame:
    """Fit the models of the outcome.

    Args:
        frame: One row per dispute: dispute_id, outcome, seller_id, category, claim, month, item_price_cny, the scores
            of both sides and the advantages in the four factors, and the columns of extra factors. The order of rows
            does not matter.
        specs: The factors; those beside the four (and ``overall``, which they determine) are further terms.

    Returns:
        One row per model and term with the columns of ``EffectRow``. Models: ordinal, buyer_wins, not_seller_wins on
        the advantages; where a numeric term has nulls, the same with the suffix ``_complete_case``, on disputes
        without any; ``_sides`` with the scores of both sides for the advantages; ``_interactions`` with products of
        advantages, ``_sides_interactions`` with products of sides; and proportional_odds, whose coefficients are
        differences buyer_wins − not_seller_wins. The average marginal effect of the ordinal model is on buyer_wins.
    """
    controls = _controls([spec for spec in specs if spec not in (*CORE_FACTORS, OVERALL)])
    prepared = prepare(frame, [*ADVANTAGES, *controls])
    rows = _main_rows(prepared.design([*ADVANTAGES, *controls]))
    few, is_sampled = sample_sellers(frame, MOST_ROWS_BESIDE)
    scores = [*ADVANTAGES, *SIDE_SCORES]
    beside = prepare(few, [*scores, *controls], like=prepared)
    whole = beside.design([*ADVANTAGES, *controls]).matrix
    if whole.n_indicators > whole.n_flags:
        design = Design(whole.complete(), ())
        rows += _marked(_fit_all(design, COMPLETE_CASE, ())[1], is_sampled)
    for variant in _BESIDE:
        terms = [*variant.scores, *variant.products, *controls]
        rows += _marked(_fit_all(beside.design(terms), variant.suffix, variant.products)[1], is_sampled)
    return rows_frame(rows, EffectRow)


def _controls(extra: Sequence[FactorSpec]) -> list[Term]:
    """What all models hold beside the four factors: price, numeric extra factors, then names."""
    numbers = [term for term in CONTROLS if isinstance(term, Numeric)]
    names = [term for term in CONTROLS if isinstance(term, Categorical)]
    added = {kind: [extra_term(spec) for spec in extra if spec.kind == kind] for kind in FactorKind}
    return [*numbers, *added[FactorKind.NUMERIC], *names, *added[FactorKind.CATEGORICAL]]


def _main_rows(design: Design) -> list[EffectRow]:
    """The models on the advantages, and the test that compares the two logits."""
    matrix = design.matrix
    (ordinal, upper, lower), rows = _fit_all(design, "", ())
    n_factors = sum(term.name in matrix.dense_terms for term in ADVANTAGES)
    return rows + proportional_odds_rows(ordinal, upper, lower, n_factors, matrix.clustering)


def _fit_all(design: Design, suffix: str, products: Sequence[Interaction]) -> tuple[list[FittedModel], list[EffectRow]]:
    """The three models of the outcome, in order, and their rows."""
    families: dict[str, Family] = {
        "ordinal": ordinal_family(design.matrix),
        "buyer_wins": Logit(2),
        "not_seller_wins": Logit(1),
    }
    results = [_fit_one(f"{name}{suffix}", design, family, products) for name, family in families.items()]
    return [model for model, _ in results], [row for _, rows in results for row in rows]


def _fit_one(
    name: str, design: Design, family: Family, products: Sequence[Interaction]
) -> tuple[FittedModel, list[EffectRow]]:
    model = fit_model(name, design.matrix, family)
    return model, effect_rows(model, design, products_of(model.matrix, products))


def _marked(rows: Sequence[EffectRow], is_sampled: bool) -> list[EffectRow]:
    return [replace(row, is_sampled=is_sampled) for row in rows]
