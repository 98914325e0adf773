"""T2, P2b, P5 and G2f worked out again: by the formula of the world, plain maximisation, all orders, all pairs."""

from functools import cache
from itertools import permutations

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy.optimize import minimize
from scipy.stats import norm

from tests.transforms.claims.samples import Drawn, World, draw_disputes, simulate
from tests.transforms.claims.truth import lenience
from transforms.claims.answers import Data, answer
from transforms.claims.definitions import Definition
from transforms.claims.found import Found
from transforms.statistics.clusters import Floats
from transforms.statistics.importance import measure_importance
from transforms.statistics.validation import validate

#: Fits of the claims stop at a step of 2e-3, so their estimates are off by some millionths.
ESTIMATE = 1e-4
#: Standard errors that an estimate may be off the truth of one world.
FAR = 3.5
PLANTED = {"evidence_advantage": 0.7, "rules_advantage": 0.4, "tone_advantage": 0.2, "reputation_advantage": 0.3}
FACTORS = tuple(PLANTED)
WORLD = World(n=6_000, n_sellers=500, seed=21, planted=PLANTED, refund={"seller_tone": -0.8}, seller_sd=0.3)
SPEED = -0.2


@cache
def _drawn() -> Drawn:
    return simulate(WORLD)


@cache
def _two_sided() -> pl.DataFrame:
    """Rulings for one of the sides, with a time."""
    ruled = _drawn().frame.filter(pl.col("outcome") != "partial")
    moment = pl.datetime(2025, 1, 1, time_zone="UTC") + pl.duration(minutes=pl.int_range(pl.len()))
    return ruled.with_columns(ruled_at=moment, opened_at=moment)


@cache
def _disputes() -> pl.DataFrame:
    return draw_disputes(_drawn().frame, SPEED)


def _only(found: dict[tuple[str, Definition], Found], claim_id: str) -> Found:
    parts = [each for (name, _), each in found.items() if name == claim_id]
    return parts[0]


@cache
def _of_models() -> dict[tuple[str, Definition], Found]:
    frame = _two_sided().lazy()
    data = Data(frame, _disputes().lazy(), (), measure_importance(frame, []), validate(frame, []))
    return answer(data)


def _dummies(frame: pl.DataFrame, *names: str) -> list[Floats]:
    return [
        (frame[name] == label).cast(pl.Float64).to_numpy()
        for name in names
        for label in sorted(frame[name].unique())[1:]
    ]


def _controls(frame: pl.DataFrame, *names: str) -> list[Floats]:
    return [np.ones(frame.height), np.log1p(frame["item_price_cny"].to_numpy()), *_dummies(frame, *names)]


def _scaled(frame: pl.DataFrame, name: str, like: pl.DataFrame | None = None) -> Floats:
    known = (frame if like is None else like)[name].to_numpy()
    return np.asarray((frame[name].to_numpy() - known.mean()) / known.std(ddof=1))


def test_leniency_is_the_slope_of_the_formula() -> None:
    drawn = _drawn()
    # the formula itself: what is refunded on average is what it says
    at_fault = np.flatnonzero((drawn.frame["outcome"] != "seller_wins").to_numpy())
    paid = drawn.frame["refund_ratio"].to_numpy()[at_fault]
    assert drawn.refunds().mean() == pytest.approx(paid.mean(), abs=4 * paid.std() / np.sqrt(paid.size))
    found = _only(answer(Data(drawn.frame.lazy(), drawn.frame.head(0).lazy()), only=("leniency",)), "T2")
    assert found.estimate is not None
    assert found.ci_low is not None
    assert found.ci_high is not None
    half_width = (found.ci_high - found.ci_low) / 2
    assert found.n == at_fault.size
    assert abs(found.estimate - lenience(drawn)) < FAR / 1.96 * half_width
    assert found.ci_high < 0


def test_the_slope_of_the_formula_is_that_of_a_world_drawn_anew() -> None:
    drawn = _drawn()
    tone = 0.5
    noise = np.random.default_rng(1)

    def refunded(by: float) -> Floats:
        """Refund expected of each dispute at fault, by drawing the share 400 times."""
        buyer, seller = (drawn.chances(side, moved={"seller_tone": by}) for side in ("buyer", "seller"))
        lean = -0.8 * (drawn.scaled("seller_tone") + by)
        partial = np.mean([1 / (1 + np.exp(-(lean + noise.normal(size=lean.size)))) for _ in range(400)], axis=0)
        return np.asarray(((buyer + (1 - buyer - seller) * partial) / (1 - seller))[drawn.at_fault])

    both = [drawn.refunds({"seller_tone": by}) for by in (tone, -tone)]
    drawn_anew = [refunded(by) for by in (tone, -tone)]
    assert (both[0] - both[1]).mean() == pytest.approx((drawn_anew[0] - drawn_anew[1]).mean(), abs=2e-3)
    assert lenience(drawn) == pytest.approx(100 * (both[0] - both[1]).mean() / (2 * tone), rel=0.05)


def test_the_time_ratio_is_that_of_a_plain_maximisation() -> None:
    frame = _disputes()
    hours, is_ruled = frame["hours_to_close"].to_numpy(), frame["is_closed_by_ruling"].to_numpy()
    scores = ["evidence_advantage", "rules_advantage", "tone_advantage", "buyer_reputation", "seller_reputation"]
    columns = [_scaled(frame, name) for name in scores] + _controls(frame, "category", "claim", "month")
    full = np.column_stack(columns)

    def loss(point: Floats) -> tuple[float, Floats]:
        """Minus the log-likelihood of censored log-normal hours, and its gradient."""
        sigma = np.exp(point[0])
        z = (np.log(hours) - full @ point[1:]) / sigma
        hazard = np.exp(norm.logpdf(z) - norm.logsf(z))
        value = np.where(is_ruled, norm.logpdf(z) - point[0], norm.logsf(z)).sum()
        by_z = np.where(is_ruled, -z, -hazard)
        by_sigma = (by_z * -z - is_ruled).sum()
        return -float(value), -np.append(by_sigma, -(by_z @ full) / sigma)

    start = np.append(0.0, np.linalg.lstsq(full, np.log(hours), rcond=None)[0])
    best = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-6, "maxiter": 500})
    expected = 100 * np.expm1(best.x[1 + scores.index("buyer_reputation")])
    found = _only(_of_models(), "P2b")
    assert found.estimate == pytest.approx(expected, rel=ESTIMATE)
    assert found.ci_low is not None
    assert found.ci_high is not None
    assert found.ci_low < 100 * np.expm1(SPEED) < found.ci_high


def _log_likelihoods(frame: pl.DataFrame) -> dict[frozenset[str], float]:
    """Of the sixteen logits of the four advantages, each with the controls."""
    controls = _controls(frame, "category", "claim", "month")
    won = (frame["outcome"] == "buyer_wins").to_numpy()
    found = {}
    for number in range(16):
        names = [name for place, name in enumerate(FACTORS) if number >> place & 1]
        full = np.column_stack([*(_scaled(frame, name) for name in names), *controls])
        found[frozenset(names)] = float(sm.Logit(won, full).fit(disp=0, method="newton", tol=1e-12).llf)
    return found


def test_evidence_less_reputation_is_what_all_orders_of_sixteen_logits_give() -> None:
    worth = _log_likelihoods(_two_sided())
    gains = dict.fromkeys(FACTORS, 0.0)
    for order in permutations(FACTORS):
        for place, name in enumerate(order):
            gains[name] += worth[frozenset(order[: place + 1])] - worth[frozenset(order[:place])]
    expected = 100 * (gains["evidence_advantage"] - gains["reputation_advantage"]) / sum(gains.values())
    found = _only(_of_models(), "P5")
    assert found.estimate == pytest.approx(expected, rel=1e-6)
    assert found.ci_low is not None
    assert 0 < found.ci_low < expected


def test_foresight_is_what_all_pairs_of_newest_rulings_give() -> None:
    frame = _two_sided()
    n_newest = round(frame.height / 5)
    older, newest = frame.head(frame.height - n_newest), frame.tail(n_newest)
    won = {name: (part["outcome"] == "buyer_wins").to_numpy() for name, part in (("old", older), ("new", newest))}

    def predictors(part: pl.DataFrame) -> Floats:
        return np.column_stack(
            [*(_scaled(part, name, older) for name in FACTORS), *_controls(part, "category", "claim")]
        )

    model = sm.Logit(won["old"], predictors(older)).fit(disp=0, method="newton", tol=1e-12)
    overall = won["old"].mean()
    base = []
    for category, claim in newest.select("category", "claim").iter_rows():
        alike = ((older["category"] == category) & (older["claim"] == claim)).to_numpy()
        # drawn to the rate of all as if by 20 disputes
        base.append((won["old"][alike].sum() + 20 * overall) / (alike.sum() + 20))
    areas = [_area(chances, won["new"]) for chances in (model.predict(predictors(newest)), np.array(base))]
    found = _only(_of_models(), "G2f")
    assert found.n == n_newest
    assert found.estimate == pytest.approx(100 * (areas[0] - areas[1]), rel=1e-6)


def _area(chances: Floats, won: np.ndarray) -> float:
    """Share of all pairs of a won and a lost ruling that are ranked rightly, ties half."""
    gaps = chances[won][:, None] - chances[~won][None, :]
    return float((gaps > 0).mean() + (gaps == 0).mean() / 2)
