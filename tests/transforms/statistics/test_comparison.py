"""Disputes with something against disputes without it, worked out by hand and against statsmodels."""

import math

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from tests.transforms.statistics.samples import disputes
from transforms.statistics import comparison
from transforms.statistics.comparison import BUYER_WINS, SELLER_WINS, Comparison, Question, compare, smaller_side
from transforms.statistics.design import build_model
from transforms.statistics.reference import two_sided_quantile
from transforms.statistics.terms import Flag, Numeric

EXACT = 1e-9
TOLERANCE = 1e-6
#: Small leverages are corrected to first order: off by three eighths of their square, here (1/50)².
FIRST_ORDER = 2e-4
#: How far the correction for leverage moves an error from that of statsmodels, which knows none.
LEVERAGE_TOLERANCE = 0.02


def asked(name: str, favoured: str = BUYER_WINS) -> Question:
    return Question(name, pl.col(name), ~pl.col(name), favoured)


def by_hand(**counts: tuple[int, int, int]) -> pl.DataFrame:
    """Disputes by group: so many that the seller wins, partial ones, and that the buyer wins; one seller each."""
    rows = [
        {"group": group, "outcome": outcome}
        for group, numbers in counts.items()
        for outcome, number in zip((SELLER_WINS, "partial", BUYER_WINS), numbers, strict=True)
        for _ in range(number)
    ]
    names = pl.int_range(pl.len()).cast(pl.String)
    return pl.DataFrame(rows).with_columns(names.alias("dispute_id"), names.alias("seller_id"))


def by_group(favoured: str) -> list[Question]:
    return [Question("it", pl.col("group") == "it", pl.col("group") == "none", favoured)]


# By hand: 20 of 50 with it and 15 of 100 without it end for the buyer, 10 of 50 and 60 of 100 for the seller. With
# nothing else in the model the adjusted effect is the difference of the shares: 40 % - 15 %, 20 % - 60 %.
@pytest.mark.parametrize(
    ("favoured", "share_with", "share_without"), [(BUYER_WINS, 0.40, 0.15), (SELLER_WINS, 0.20, 0.60)]
)
def test_alone_the_effect_is_the_difference_of_shares(favoured: str, share_with: float, share_without: float) -> None:
    frame = by_hand(it=(10, 20, 20), none=(60, 25, 15))
    (found,) = compare(frame.lazy(), by_group(favoured), [])
    assert (found.n, found.n_clusters, found.n_with, found.n_without, found.n_fitted) == (150, 150, 50, 100, 150)
    assert (found.favoured_with, found.favoured_without) == pytest.approx((share_with, share_without), abs=EXACT)
    assert found.effect_pp == pytest.approx(100 * (share_with - share_without), abs=TOLERANCE)
    # By hand: without other terms the error is that of a difference of shares, each with n - 1 for its leverage of
    # 1/n, and the smaller side has 50 sellers of one dispute each: 49 degrees of freedom.
    variance = share_with * (1 - share_with) / 49 + share_without * (1 - share_without) / 99
    half_width = 100 * two_sided_quantile(49) * math.sqrt(variance)
    assert found.ci_low == pytest.approx(100 * (share_with - share_without) - half_width, abs=half_width * FIRST_ORDER)
    assert found.status == "ok"


def test_disputes_that_are_neither_are_told_apart() -> None:
    # Those with an allegation only (neither) all but end for the buyer; they must not count as without it.
    frame = by_hand(it=(25, 0, 25), none=(75, 0, 25), neither=(5, 0, 45))
    (found,) = compare(frame.lazy(), by_group(BUYER_WINS), [])
    assert (found.n, found.n_with, found.n_without) == (200, 50, 100)
    assert (found.favoured_with, found.favoured_without) == (0.5, 0.25)
    # Averaged over all 200: with "neither" set, it adds on top of a higher base. By hand, in log odds: none -ln 3,
    # it +ln 3, neither +ln 27; the mean of the changes of the probability over the three groups' other terms.
    change_none = 0.5 - 0.25
    change_neither = 27 / 28 - 0.9
    assert found.effect_pp == pytest.approx(100 * (150 * change_none + 50 * change_neither) / 200, abs=TOLERANCE)


def test_effect_and_error_are_those_of_statsmodels() -> None:
    frame = disputes(1_500, likeness=0.5)
    rng = np.random.default_rng(5)
    shows = rng.random(1_500) < 1 / (1 + np.exp(-3 * frame["tone_advantage"].to_numpy()))
    frame = frame.with_columns(a=pl.Series(shows), b=pl.Series(rng.random(1_500) < 0.3)).sort("seller_id", "dispute_id")
    (found, _) = compare(frame.lazy(), [asked("a"), asked("b", SELLER_WINS)], [Numeric("tone", "tone_advantage")])
    tone = frame["tone_advantage"].to_numpy()
    predictors = sm.add_constant(np.column_stack([tone / tone.std(ddof=1), frame["a"], frame["b"]]).astype(float))
    fitted = sm.Logit((frame["outcome"] == BUYER_WINS).to_numpy().astype(float), predictors).fit(
        disp=0, method="newton", tol=1e-12, cov_type="cluster",
        cov_kwds={"groups": frame["seller_id"].cast(pl.Categorical).to_physical().to_numpy(), "use_correction": False},
    )  # fmt: skip
    effects = fitted.get_margeff(dummy=True)
    n_sellers = frame["seller_id"].n_unique()
    error = effects.margeff_se[1] * math.sqrt(n_sellers / (n_sellers - 1))
    assert found.n_clusters == n_sellers
    assert found.effect_pp == pytest.approx(100 * effects.margeff[1], rel=TOLERANCE)
    with_it = frame.filter("a").group_by("seller_id").len()["len"].to_numpy()
    dof = with_it.sum() ** 2 / (with_it**2).sum() - 1
    without = frame.filter(~pl.col("a")).group_by("seller_id").len()["len"].to_numpy()
    dof = min(dof, without.sum() ** 2 / (without**2).sum() - 1)
    assert found.ci_high is not None
    assert found.effect_pp is not None
    half_width = found.ci_high - found.effect_pp
    assert half_width == pytest.approx(100 * error * two_sided_quantile(dof), rel=LEVERAGE_TOLERANCE)
    assert half_width > 100 * error * two_sided_quantile(dof)


def test_support_is_that_of_the_smaller_side() -> None:
    # Two sellers have it, in 3 and 1 disputes: 16 / 10 - 1 = 0.6, at least 1. Without it 4 sellers: 1, 2, 2 and 3.
    sellers = ["A"] * 4 + ["B"] * 3 + ["C"] * 2 + ["D"] * 3
    has_it = [True] * 3 + [False] + [True] + [False] * 7
    frame = pl.DataFrame(
        {"dispute_id": [f"{n:02}" for n in range(12)], "seller_id": sellers, "outcome": [BUYER_WINS] * 12, "it": has_it}
    )
    matrix = build_model(frame.lazy(), [Flag("it", "it")]).matrix
    support = smaller_side(matrix, matrix.dense[0])
    assert (support.n_clusters, support.dof, support.status) == (2, 1.0, "few_clusters")
    # The other way round the smaller side is the same; without sellers there are no clusters.
    assert smaller_side(matrix, 1 - matrix.dense[0]) == support
    plain = build_model(frame.with_columns(seller_id=pl.lit(None)).lazy(), [Flag("it", "it")]).matrix
    assert smaller_side(plain, plain.dense[0]).dof == math.inf
    assert smaller_side(plain, plain.dense[0]).status == "not_clustered"


def _one(found: Comparison) -> tuple[str, bool, bool]:
    return found.status, found.effect_pp is not None, found.ci_low is not None


@pytest.mark.parametrize(
    ("counts", "status"),
    [
        ({"it": (10, 0, 9), "none": (50, 0, 50)}, "too_few_disputes"),
        ({"it": (50, 0, 50), "none": (10, 0, 9)}, "too_few_disputes"),
        ({"none": (50, 0, 50)}, "constant"),
        ({"it": (50, 0, 50)}, "constant"),
        ({"it": (50, 0, 50), "neither": (50, 0, 50)}, "constant"),
        ({"it": (0, 0, 50), "none": (50, 0, 50)}, "separation"),
        ({"it": (50, 0, 0), "none": (100, 0, 0)}, "one_outcome"),
        ({"it": (30, 0, 4), "none": (50, 0, 5)}, "too_few_disputes"),
    ],
)
def test_without_enough_to_say_there_is_a_status_and_no_number(
    counts: dict[str, tuple[int, int, int]], status: str
) -> None:
    (found,) = compare(by_hand(**counts).lazy(), by_group(BUYER_WINS), [])
    assert _one(found) == (status, False, False)
    assert found.n_fitted == 0


def test_who_the_sellers_are_is_said() -> None:
    frame = by_hand(it=(10, 20, 20), none=(60, 25, 15))
    question = by_group(BUYER_WINS)
    one = frame.with_columns(seller_id=pl.lit("S"))
    assert _one(compare(one.lazy(), question, [])[0]) == ("one_cluster", True, False)
    # All disputes with it are one seller's: how other sellers' would go cannot be said.
    mine = frame.with_columns(seller_id=pl.when(pl.col("group") == "it").then(pl.lit("S")).otherwise("seller_id"))
    assert _one(compare(mine.lazy(), question, [])[0]) == ("one_cluster", True, False)
    few = frame.with_columns(seller_id=(pl.int_range(pl.len()) % 7).cast(pl.String))
    assert _one(compare(few.lazy(), question, [])[0]) == ("few_clusters", True, True)
    none = frame.with_columns(seller_id=pl.lit(None, pl.String))
    found = compare(none.lazy(), question, [])[0]
    assert _one(found) == ("not_clustered", True, True)
    assert found.n_clusters == 150


def test_nothing_ruled() -> None:
    frame = by_hand(it=(10, 20, 20), none=(60, 25, 15)).with_columns(outcome=pl.lit("settled"))
    (found,) = compare(frame.lazy(), by_group(BUYER_WINS), [])
    assert found == Comparison(0, 0, 0, 0, None, None, status="nothing_ruled")


def test_of_many_disputes_a_sample_is_fitted_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = disputes(4_000, likeness=0.0).with_columns(it=pl.col("evidence_advantage") > 0)
    (whole,) = compare(frame.lazy(), [asked("it")], [])
    monkeypatch.setattr(comparison, "MOST_FITTED", 1_000)
    (sampled,) = compare(frame.lazy(), [asked("it")], [])
    assert (sampled.n, sampled.n_with, sampled.favoured_with) == (whole.n, whole.n_with, whole.favoured_with)
    assert 850 < sampled.n_fitted < 1_150
    assert whole.n_fitted == 4_000
    assert (whole.status, sampled.status) == ("ok", "sampled")
    # Its interval carries the error of sampling: about twice as wide with a quarter of the disputes.
    widths = [answer.ci_high - answer.ci_low for answer in (sampled, whole) if answer.ci_high and answer.ci_low]
    assert 1.5 < widths[0] / widths[1] < 2.7
    assert sampled.ci_low is not None
    assert sampled.ci_high is not None
    assert whole.effect_pp is not None
    assert sampled.ci_low < whole.effect_pp < sampled.ci_high
