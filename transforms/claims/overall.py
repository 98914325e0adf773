"""What is read from the model of the four advantages: who wins where they are level."""

from transforms.claims.questions import Question
from transforms.statistics.contrasts import Estimate, Response
from transforms.statistics.design import MISSING_SUFFIX


def balance(question: Question, response: Response) -> Estimate:
    """P(buyer_wins) − P(seller_wins) where all advantages are 0, at the observed mix of everything else.

    Args:
        question: About the four advantages.
        response: P(buyer_wins).
    """
    matrix = response.matrix
    settings: dict[int, float] = {}
    for name in question.part.focal:
        column = question.rows.dense[name]
        settings[matrix.dense_terms.index(name)] = (0.0 - column.scaling.centre) / column.scaling.scale
        if f"{name}{MISSING_SUFFIX}" in matrix.dense_terms:
            settings[matrix.dense_terms.index(f"{name}{MISSING_SUFFIX}")] = 0.0
    buyer = response.mean(settings)
    # P(not seller_wins) is the same function of the lower threshold; with two outcomes both are one.
    lower = Response(
        matrix, response.fitted, response.products, response.counted, intercept=0, sign=response.sign
    ).mean(settings)
    total = buyer + lower
    return Estimate(total.value - 1, total.gradient)
