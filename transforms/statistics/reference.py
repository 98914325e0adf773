"""Reference distributions: quantiles and p values, on scipy.special alone (scipy.stats takes a second to import)."""

import math

CONFIDENCE = 0.95
LONGEST_T_TABLE = 1000


def two_sided_quantile(dof: float, confidence: float = CONFIDENCE) -> float:
    """Half width, in standard errors, of a two-sided interval.

    Args:
        dof: Degrees of freedom of Student's t; ``math.inf`` for the normal distribution.
        confidence: Share of the distribution inside the interval.

    Returns:
        The quantile at ``(1 + confidence) / 2``.
    """
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415 - the command line starts without SciPy

    upper = (1 + confidence) / 2
    return float(ndtri(upper) if math.isinf(dof) else stdtrit(dof, upper))


def t_p_value(statistic: float, dof: float) -> float:
    """Two-sided p value of a t statistic (of a normal one where ``dof`` is infinite)."""
    from scipy.special import ndtr, stdtr  # noqa: PLC0415 - the command line starts without SciPy

    tail = ndtr(-abs(statistic)) if math.isinf(dof) else stdtr(dof, -abs(statistic))
    return float(2 * tail)


def f_p_value(statistic: float, dof_numerator: float, dof_denominator: float) -> float:
    """Upper tail of F; with infinite ``dof_denominator`` that of chi-squared over its degrees of freedom."""
    from scipy.special import chdtrc, fdtrc  # noqa: PLC0415 - the command line starts without SciPy

    if math.isinf(dof_denominator):
        return float(chdtrc(dof_numerator, statistic * dof_numerator))
    return float(fdtrc(dof_numerator, dof_denominator, statistic))


def sql_parameters() -> dict[str, float | list[float]]:
    """What ``sql/marts`` needs of distributions that DuckDB does not have.

    Returns:
        ``normal_quantile``, and ``t_quantiles`` whose i-th element (from 1) belongs to i degrees of freedom. Beyond
        the last, its value serves (0.1 % above the normal one).
    """
    return {
        "normal_quantile": two_sided_quantile(math.inf),
        "t_quantiles": [two_sided_quantile(dof) for dof in range(1, LONGEST_T_TABLE + 1)],
    }
