"""Correction for many tests."""

import numpy as np
import numpy.typing as npt


def benjamini_hochberg(p_values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """False discovery rate at which each test would just count as a discovery.

    Source: Benjamini and Hochberg (1995), step-up procedure in its adjusted form.

    Args:
        p_values: p values, shape (m,); NaN where there was no test.

    Returns:
        q values of the same shape, NaN where ``p_values`` is.
    """
    q_values = np.full(p_values.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p_values))
    order = tested[np.argsort(p_values[tested], kind="stable")]
    scaled = p_values[order] * order.size / np.arange(1, order.size + 1)
    q_values[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q_values
