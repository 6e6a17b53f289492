"""Whole persons from shares: largest-remainder allocation with limits.

Belongs here: arithmetic on arrays only. Does not belong here: anything that knows what is being allocated.
"""

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

# Ratios are compared after rounding, so that the last bit of a floating-point division, which may differ
# between processors, never decides who gets the remaining person.
DIGITS = 9


def allocate(total: int, weights: Floats | Integers, limits: Integers) -> Integers:
    """Split `total` persons over cells in proportion to `weights`, none above its limit; parts sum to it.

    Shapes: `weights`, `limits` and the result are one-dimensional and equally long. Cells of weight 0 get
    nobody. Raises ValueError where the limits of the weighted cells leave no room for the total.
    """
    weight = np.where(limits > 0, weights, 0).astype(np.float64)
    if total > int(limits[weight > 0].sum()):
        raise ValueError(f"{total} persons do not fit into cells that hold {int(limits[weight > 0].sum())}")
    quotas = _quotas(total, weight, limits)
    parts: Integers = np.floor(quotas).astype(np.int64)
    remainders = np.round(quotas - parts, DIGITS)
    left = total - int(parts.sum())
    parts[np.argsort(-remainders, kind="stable")[:left]] += 1
    return parts


def _quotas(total: int, weight: Floats, limits: Integers) -> Floats:
    """Exact shares; what a full cell cannot take goes to the others in proportion."""
    quotas = np.zeros(len(weight))
    free = weight > 0
    left = float(total)
    while left > 0 and free.any():
        shares = np.where(free, weight * (left / weight[free].sum()), 0.0)
        full = free & (shares >= limits)
        if not full.any():
            quotas[free] = shares[free]
            break
        quotas[full] = limits[full]
        left -= float(limits[full].sum())
        free &= ~full
    return np.round(quotas, DIGITS)
