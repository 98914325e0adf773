"""From a model and the parts that it answers to estimates under each definition of winning."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from transforms.claims.definitions import ALTERNATIVES, OWN, PARTIAL, Definition
from transforms.claims.fitting import Fitted, by_dispute_if_alone, fit_definition
from transforms.claims.found import PERCENT, Found, interval
from transforms.claims.model import Kind, Model, Outcome, Part
from transforms.claims.overall import balance
from transforms.claims.questions import Question, Rows
from transforms.statistics.contrasts import Estimate, Response, products_of
from transforms.statistics.crossed import with_crossed
from transforms.statistics.families import Likelihood
from transforms.statistics.inference import Inferred, free_directions, infer
from transforms.statistics.jackknife import infer_by_jackknife
from transforms.statistics.matrix import Matrix
from transforms.statistics.newton import Fit
from transforms.statistics.proportional_odds import Difference, joint_p_value
from transforms.statistics.sandwich import Errors, cluster_errors
from transforms.statistics.satterthwaite import degrees_of_freedom

Key = tuple[str, Definition]
#: The part about the balance of the sides, which is no change of the outcome.
BALANCE = "G1"


@dataclass(frozen=True)
class _Effect:
    """What a part asks for, on the scale of the response; of several the one with the smallest t statistic counts.

    Attributes:
        estimates: The estimates.
        reference: Mean response without what is claimed; None where there is no such thing.
        log_odds: The coefficient of a product.
    """

    estimates: tuple[Estimate, ...]
    reference: float | None = None
    log_odds: Estimate | None = None

    @property
    def all(self) -> tuple[Estimate, ...]:
        """All of which errors are needed."""
        return self.estimates if self.log_odds is None else (*self.estimates, self.log_odds)


def own_definition(part: Part, model: Model) -> Definition:
    """The definition that a part is answered under."""
    is_ordered = model.is_headline and part.outcome is Outcome.BUYER_WINS
    return Definition.ORDERED if is_ordered else OWN[part.outcome]


def definitions_of(part: Part, model: Model) -> tuple[Definition, ...]:
    """Every definition that a part is estimated under; the first one is its own."""
    own = own_definition(part, model)
    if not part.is_compared or part.outcome is Outcome.REFUND or part.kind is Kind.SPECIAL:
        return (own,)
    return (own, *(each for each in ALTERNATIVES if each is not own))


def estimate(rows: Rows, parts: Sequence[Part], definitions: Sequence[Definition]) -> dict[Key, Found]:
    """Fit a model for some definitions of winning, and read its parts from the fits.

    Args:
        rows: The disputes.
        parts: The parts that the model answers.
        definitions: The definitions to be looked at; each part is read from those that it asks for.
    """
    found: dict[Key, Found] = {}
    near: Fit | None = None
    last: tuple[list[int], Fitted] | None = None
    for definition in definitions:
        asking = [part for part in parts if definition in definitions_of(part, rows.model)]
        responding, matrix = rows.respond(definition)
        questions = [Question(responding, part, matrix) for part in asking]
        found |= {(question.part.claim_id, definition): question.blank for question in questions}
        asked = [question for question in questions if question.status == "ok"]
        if asked:
            focal = sorted({place for question in asked for place in question.places})
            if last is not None and last[0] == focal and _is_same(definition, matrix):
                fitted = last[1]
            else:
                # Fits of other definitions are near: most of the way to this one is done.
                fitted = fit_definition(matrix, definition, focal, rows.gram, near)
            near, last = fitted.fit or near, (focal, fitted)
            found |= {(claim_id, definition): each for claim_id, each in _answers(asked, fitted).items()}
    return found


def _is_same(definition: Definition, matrix: Matrix) -> bool:
    """Whether the buyer gets something only where the buyer wins, which was looked at just before."""
    return definition is Definition.BUYER_GETS_SOMETHING and not (matrix.outcome == PARTIAL).any()


def _answers(questions: Sequence[Question], fitted: Fitted) -> dict[str, Found]:
    """Read parts from a fit."""
    found = {question.part.claim_id: replace(question.blank, status=_lost(question, fitted)) for question in questions}
    usable = [question for question in questions if found[question.part.claim_id].status == "ok"]
    if fitted.fit is None or fitted.family is None or not usable:
        return found
    model = (by_dispute_if_alone(fitted.matrix, fitted.family), fitted.family, fitted.fit)
    # among some disputes single sellers weigh more, as in the table of effects within groups
    is_part = bool(usable[0].rows.model.population)
    joint = [question for question in usable if question.part.kind is Kind.LEVELS]
    errors = None if is_part and not joint else cluster_errors(*model)
    found |= {question.part.claim_id: _joint(question, model, errors) for question in joint}
    effects = {question: _effect(question, fitted, fitted.fit) for question in usable if question not in joint}
    if effects:
        inferred = _inferred(effects, fitted, model, errors)
        found |= {question.part.claim_id: _found(question, effect, inferred) for question, effect in effects.items()}
    return {name: _as_recorded(each, fitted.matrix) for name, each in found.items()}


def _inferred(
    effects: Mapping[Question, _Effect], fitted: Fitted, model: tuple[Matrix, Likelihood, Fit], errors: Errors | None
) -> dict[int, Inferred]:
    """Errors of all estimates, by the identity of each; without errors of the model, by leaving out each seller."""
    wanted = [(question, each) for question, effect in effects.items() for each in effect.all]
    values = np.array([each.value for _, each in wanted])
    directions = free_directions(model[2], np.stack([each.gradient for _, each in wanted]))
    sure = infer_by_jackknife(model, values, directions) if errors is None else infer(model, values, directions, errors)
    own = [place for place, (question, _) in enumerate(wanted) if question.part.is_buyers_own]
    if own:
        buyers = wanted[0][0].rows.buyers[fitted.rows]
        wider = with_crossed(model, directions[own], [sure[place] for place in own], buyers)
        sure = [dict(zip(own, wider, strict=True)).get(place, each) for place, each in enumerate(sure)]
    return {id(each): found for (_, each), found in zip(wanted, sure, strict=True)}


def _as_recorded(found: Found, matrix: Matrix) -> Found:
    """Say of an interval by dispute that no seller is behind it."""
    return replace(found, status=matrix.clustering.status) if found.status == "ok" else found


def _lost(question: Question, fitted: Fitted) -> str:
    """Why a part cannot be read from a fit, or ``ok``."""
    lost = [fitted.place_status[place] for place in question.places if fitted.place_status[place] != "ok"]
    if question.part.kind is Kind.LEVELS and len(lost) < len(question.places):
        lost = []
    return lost[0] if lost else fitted.status


def _effect(question: Question, fitted: Fitted, fit: Fit) -> _Effect:
    """The estimand of a part."""
    part, matrix = question.part, fitted.matrix
    response = Response(
        matrix, fit, products_of(matrix.dense_terms, question.rows.model.terms), question.counted[fitted.rows],
        intercept=fit.intercepts.size - 1, sign=-1 if fit.intercepts.size > 1 else 1,
    )  # fmt: skip
    place = question.places[0]
    if part.claim_id == BALANCE:
        return _Effect((balance(question, response),))
    if part.kind in {Kind.SLOPE, Kind.SPECIAL}:
        return _Effect(tuple(response.slope(each) for each in question.places), response.mean().value)
    if part.kind is Kind.CHANGE:
        before = response.mean({place: 0.0})
        return _Effect((response.mean({place: 1.0}) - before,), before.value)
    if part.kind is Kind.INTERACTION:
        product = next(each for each in response.products if each.place == place)
        difference = response.second_difference(product, bool(question.pairs))
        return _Effect((difference,), log_odds=_coefficient(fit, place))
    here, there = (response.among(question.is_set(name)[fitted.rows]) for name in (part.among, part.others))
    return _Effect((here.change(place) - there.change(question.places[1]),))


def _coefficient(fit: Fit, place: int) -> Estimate:
    gradient = np.zeros(fit.intercepts.size + fit.slopes.size)
    gradient[fit.intercepts.size + place] = 1.0
    return Estimate(float(fit.slopes[place]), gradient)


def _found(question: Question, effect: _Effect, inferred: dict[int, Inferred]) -> Found:
    """Put an effect into the unit of its part, in favour of the side that it is about."""
    part = question.part
    sign = -1.0 if part.outcome is Outcome.SELLER_WINS else 1.0
    chosen = interval(min((inferred[id(each)] for each in effect.estimates), key=_statistic), sign * PERCENT)
    reference = effect.reference if sign > 0 or effect.reference is None else 1 - effect.reference
    largest = PERCENT if part.kind in {Kind.SLOPE, Kind.CHANGE, Kind.SPECIAL} else math.inf
    return replace(
        question.blank,
        estimate=chosen.estimate,
        ci_low=None if chosen.ci_low is None else max(chosen.ci_low, -largest),
        ci_high=None if chosen.ci_high is None else min(chosen.ci_high, largest),
        p_value=chosen.p_value,
        reference=reference,
        log_odds=None if effect.log_odds is None else interval(inferred[id(effect.log_odds)], sign),
        status=chosen.status,
    )


def _statistic(inferred: Inferred) -> float:
    """The t statistic. All of several are as well supported as the smallest (intersection–union test, Berger 1982)."""
    return inferred.estimate / inferred.std_error if inferred.has_error else -math.inf


def _joint(question: Question, model: tuple[Matrix, Likelihood, Fit], errors: Errors | None) -> Found:
    """Test of all levels together."""
    _, family, fit = model
    free = [place for place in question.places if fit.free[place]]
    if errors is None:
        return replace(question.blank, status=question.matrix.clustering.status)
    order = family.n_intercepts + np.searchsorted(np.flatnonzero(fit.free), free)
    difference = Difference(fit.slopes[free], errors.covariance[np.ix_(order, order)])
    dof = float(degrees_of_freedom(*model, np.eye(fit.information.shape[0])[order]).min())
    p_value = joint_p_value(difference, dof)
    status = question.matrix.clustering.status if p_value is not None else "too_few_clusters"
    return replace(question.blank, p_value=p_value, status=status)
