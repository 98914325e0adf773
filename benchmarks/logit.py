"""Our logit with errors by seller against statsmodels and scikit-learn: `python -m benchmarks.logit --write`.

The same simulated rulings go to each, in a process of its own: what is timed is the fit and the covariance by seller,
not the making of the matrix (which ours never writes out: dummies stay codes).
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from transforms.statistics.clusters import Floats, Integers
from transforms.statistics.logit import Logit
from transforms.statistics.matrix import Block, Matrix
from transforms.statistics.newton import fit
from transforms.statistics.sandwich import cluster_errors, plain_covariance

REPORT = Path(__file__).with_suffix(".md")
SIZES = (100_000, 1_000_000)
#: Four advantages, price and four flags; then category, claim and month.
N_NUMBERS, N_FLAGS, LEVELS = 5, 4, (13, 7, 24)
ROWS_PER_SELLER, SHARE_FLAGGED = 10, 0.15
BUYER_WINS = 2
TOLERANCE = 1e-12
THREADS = (1, 2)
WANTED_RATIO = 5.0


@dataclass(frozen=True)
class Result:
    """What one contestant found and what it cost.

    Attributes:
        seconds: Of the fit and the covariance.
        processor: Processor time of the same, which other work on the machine changes less.
        peak_bytes: Of the whole process, the matrix included.
        coefficients: Intercept and slopes.
        std_errors: By seller, with the factor G / (G − 1); empty where there are none.
        note: What is to be said.
    """

    seconds: float
    processor: float
    peak_bytes: int
    coefficients: list[float]
    std_errors: list[float]
    note: str = ""


def simulate(n: int) -> Matrix:
    """Rulings of sellers, few of them big and many small, whose rulings are alike."""
    rng = np.random.default_rng(1)
    n_sellers = n // ROWS_PER_SELLER
    seller = np.sort((n_sellers * rng.random(n) ** 3).astype(np.int64))
    dense = np.concatenate([rng.normal(size=(N_NUMBERS, n)), rng.random((N_FLAGS, n)) < SHARE_FLAGGED])
    blocks = tuple(
        Block(f"block{place}", tuple(f"{level:02}" for level in range(size)), rng.integers(0, size, n))
        for place, size in enumerate(LEVELS)
    )
    eta = np.array([0.6, 0.3, 0.0, 0.2, 0.1, 0.5, 0.0, -0.3, 0.0]) @ dense + 0.5 * rng.normal(size=n_sellers)[seller]
    outcome = np.digitize(eta + 0.05 * blocks[0].codes + rng.logistic(size=n), [-0.5, 0.7])
    starts = np.flatnonzero(np.diff(seller, prepend=-1))
    names = tuple(f"x{place}" for place in range(N_NUMBERS + N_FLAGS))
    clusters = np.arange(starts.size)
    return Matrix(dense, names, N_FLAGS, blocks, outcome, np.append(starts, n), clusters, True, N_FLAGS)


def written_out(matrix: Matrix) -> Floats:
    """Intercept, numbers and dummies as others want them, shape (n, 1 + p)."""
    dummies = [np.eye(len(block.labels))[:, 1:][block.codes] for block in matrix.blocks]
    return np.concatenate([np.ones((matrix.n, 1)), matrix.dense.T, *dummies], axis=1)


def _owner(matrix: Matrix) -> Integers:
    return np.repeat(matrix.cluster_ids, np.diff(matrix.cluster_starts))


def ours(n: int) -> Result:
    """This project, with the covariance that others have."""
    matrix, family = simulate(n), Logit(BUYER_WINS)
    started = _now()
    fitted = fit(matrix, family, matrix.estimable)
    errors = plain_covariance(matrix, family, fitted)
    return _result(started, np.concatenate([fitted.intercepts, fitted.slopes[fitted.free]]), errors)


def ours_corrected(n: int) -> Result:
    """This project, with the correction for leverage that its tables use."""
    matrix, family = simulate(n), Logit(BUYER_WINS)
    started = _now()
    fitted = fit(matrix, family, matrix.estimable)
    errors = cluster_errors(matrix, family, fitted)
    covariance = None if errors is None else errors.covariance
    return _result(started, np.concatenate([fitted.intercepts, fitted.slopes[fitted.free]]), covariance)


def statsmodels(n: int) -> Result:
    """The Logit of statsmodels by Newton, errors by cluster."""
    from statsmodels.api import Logit as Theirs  # noqa: PLC0415 - only in the process that needs it

    matrix = simulate(n)
    predictors, owner, wins = written_out(matrix), _owner(matrix), (matrix.outcome == BUYER_WINS).astype(np.float64)
    started = _now()
    found = Theirs(wins, predictors).fit(
        disp=0, method="newton", tol=TOLERANCE, cov_type="cluster",
        cov_kwds={"groups": owner, "use_correction": False},
    )  # fmt: skip
    n_clusters = matrix.clustering.n_clusters
    return _result(started, found.params, found.cov_params() * n_clusters / (n_clusters - 1))


def scikit_learn(n: int) -> Result:
    """scikit-learn's logistic regression without penalty, which has no standard errors."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - only in the process that needs it

    matrix = simulate(n)
    predictors, wins = written_out(matrix)[:, 1:], matrix.outcome == BUYER_WINS
    started = _now()
    found = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10).fit(predictors, wins)
    return _result(started, np.concatenate([found.intercept_, found.coef_[0]]), None)


CONTESTANTS: dict[str, Callable[[int], Result]] = {
    "ours": ours,
    "ours, corrected for leverage": ours_corrected,
    "statsmodels": statsmodels,
    "scikit-learn": scikit_learn,
}


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _result(started: tuple[float, float], coefficients: Floats, covariance: Floats | None) -> Result:
    seconds, processor = (after - before for before, after in zip(started, _now(), strict=True))
    std_errors = [] if covariance is None else np.sqrt(np.diag(covariance)).tolist()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Result(seconds, processor, peak, np.asarray(coefficients).tolist(), std_errors)


def _run(name: str, n: int) -> Result:
    """Run a contestant in a process of its own, with one thread of linear algebra and with two: the faster counts."""
    command = [sys.executable, "-m", "benchmarks.logit", "--one", name, "--rows", str(n)]
    results = []
    for threads in THREADS:
        environment = os.environ | {"OPENBLAS_NUM_THREADS": str(threads)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        results.append(Result(**json.loads(done.stdout)))
    return min(results, key=lambda result: result.seconds)


def report(sizes: Sequence[int]) -> str:
    """Times, memory and how far figures are apart, in Markdown."""
    lines = [
        "# Logit with errors by seller, side by side",
        "",
        f"`python -m benchmarks.logit --write`: {1 + N_NUMBERS + N_FLAGS + sum(LEVELS) - len(LEVELS)} coefficients, "
        f"one seller per {ROWS_PER_SELLER} rows, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start.",
        "Seconds are those of the fit and the covariance; differences are the largest ones from statsmodels, those of",
        "coefficients over their standard error, those of standard errors relative.",
    ]
    for n in sizes:
        results = {name: _run(name, n) for name in CONTESTANTS}
        theirs = results["statsmodels"]
        lines += [
            "",
            f"## {n:,} rows",
            "",
            "| | seconds | × ours | processor | × ours | peak GiB | coefficients | standard errors |",
        ]
        lines += ["|---|---:|---:|---:|---:|---:|---:|---:|"]
        lines += [_line(name, result, results["ours"], theirs) for name, result in results.items()]
        ratio = theirs.seconds / results["ours"].seconds
        verdict = "met" if ratio >= WANTED_RATIO else "missed"
        lines += ["", f"Aim: {WANTED_RATIO:.0f} times as fast as statsmodels; {ratio:.1f} times, {verdict}."]
    return "\n".join(lines) + "\n"


def _line(name: str, result: Result, own: Result, theirs: Result) -> str:
    errors = np.array(theirs.std_errors)
    apart = np.abs(np.array(result.coefficients) - theirs.coefficients) / errors
    spread = np.abs(np.array(result.std_errors) / errors - 1).max() if result.std_errors else None
    cells = [
        name, f"{result.seconds:.2f}", f"{result.seconds / own.seconds:.1f}", f"{result.processor:.2f}",
        f"{result.processor / own.processor:.1f}", f"{result.peak_bytes / 2**30:.2f}",
        f"{apart.max():.0e}", "none" if spread is None else f"{spread:.0e}",
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Run all contestants, or one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", nargs="+", type=int, default=list(SIZES), help="rows of the matrix")
    parser.add_argument("--one", choices=CONTESTANTS, help="run one contestant and write its result as JSON")
    parser.add_argument("--write", action="store_true", help=f"write {REPORT.name}")
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(asdict(CONTESTANTS[chosen.one](chosen.rows[0]))))
        return
    text = report(chosen.rows)
    if chosen.write:
        REPORT.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
