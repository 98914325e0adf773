"""Parts that are about models and not about an outcome: importance, tests given the other factors, foresight."""

from dataclasses import replace

from transforms.claims.cells import FEWEST_DISPUTES, FEWEST_SELLERS, TOO_FEW_DISPUTES, TOO_FEW_SELLERS
from transforms.claims.found import PERCENT, Found
from transforms.statistics.importance import Importance
from transforms.statistics.share_difference import share_difference
from transforms.statistics.specs import NOT_RECORDED
from transforms.statistics.validation import Validation, auc_gain


def difference_of_shares(importance: Importance | None) -> Found:
    """Importance of evidence less that of reputation.

    Args:
        importance: The shares; None where they were not measured.
    """
    if importance is None:
        return Found(status=NOT_RECORDED)
    difference = share_difference(importance, "evidence", "reputation")
    found = Found(
        importance.clustering.n, importance.clustering.n_clusters, _percent(difference.estimate),
        _percent(difference.ci_low), _percent(difference.ci_high), difference.p_value,
        is_sampled=importance.is_sampled, status=difference.status,
    )  # fmt: skip
    return _if_enough(found)


def given_others(effect: Found, importance: Importance | None, name: str) -> Found:
    """The effect of a factor with the likelihood-ratio test of it given the others, corrected for sellers.

    Args:
        effect: Its effect in the model of all four.
        importance: Where the test is; None, or without one: the effect keeps its own.
        name: The factor.
    """
    if importance is None or effect.p_value is None:
        return effect
    factor = next(each for each in importance.factors if each.factor == name)
    if factor.p_value is None:
        return effect
    return replace(effect, p_value=factor.p_value, is_sampled=effect.is_sampled or importance.is_sampled)


def gain_in_foresight(validation: Validation | None) -> Found:
    """AUC of the four factors on the newest rulings less that of the rates of category and claim.

    Args:
        validation: The models judged out of time; None where they were not.
    """
    if validation is None:
        return Found(status=NOT_RECORDED)
    gain = auc_gain(validation)
    found = Found(
        gain.n, validation.clustering.n_clusters, _percent(gain.estimate), _percent(gain.ci_low),
        _percent(gain.ci_high), gain.p_value, is_sampled=validation.is_sampled, status=gain.status,
    )  # fmt: skip
    return _if_enough(found)


def _percent(value: float | None) -> float | None:
    return None if value is None else value * PERCENT


def _if_enough(found: Found) -> Found:
    """Nothing but the counts where there are too few disputes or sellers."""
    if found.estimate is None or (found.n >= FEWEST_DISPUTES and found.n_clusters >= FEWEST_SELLERS):
        return found
    status = TOO_FEW_DISPUTES if found.n < FEWEST_DISPUTES else TOO_FEW_SELLERS
    return Found(found.n, found.n_clusters, is_sampled=found.is_sampled, status=status)
