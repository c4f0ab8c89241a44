"""Latencies of any number of days as one cumulative histogram, and its 95th percentile.

The latencies of one integration on one day are log-logistic: the odds that a call takes no longer than x
grow as a power of x. They are told at *knots*, latencies at which the odds are powers of one number, so that
a slower day has the same table of odds, moved by some steps. All of this is made by + - * / and sqrt alone,
which IEEE 754 rounds exactly: no machine's logarithm can differ in a last bit and change an answer.

Between knots the distribution is taken as linear. So a range of days is a mixture of piecewise linear
distributions on the same knots, which is one itself: its 95th percentile is exact, whatever is added to what.
Against the smooth log-logistic mixture it is off by `RELATIVE_ERROR` at most.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import sqrt

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

RELATIVE_ERROR = 0.02
"""How far a p95 may be from that of the smooth distributions, as a share of it."""

SCALE = 2000
"""What a whole distribution is counted as; `TARGET` of it is 95 %."""
TARGET = 1900
FINE = 32
"""Fine steps between two knots: latencies of a day move by whole fine steps."""
UNITS_PER_MS = 10
"""Latencies of knots are whole numbers of 1/10 ms, so that arithmetic on them is exact."""

_ODDS = 19.0  # of 95 % to 5 %
_FAR = 64  # knots to each side of the 95th percentile that the tables reach
MOST_LEVEL = 40 * FINE
"""Fine steps that a day may be faster or slower than usual at most."""


def steps_to_p95(median: float, p95: float) -> int:
    """Give how many knots lie between the median and the p95: 2, 4 or 8, the more the wider."""
    ratio = p95 / median
    return 2 if ratio < 1.57 else 4 if ratio < 2.46 else 8


def _root(value: float, degree: int) -> float:
    while degree > 1:
        value, degree = sqrt(value), degree // 2
    return value


@lru_cache
def shares(steps: int) -> IntArray:
    """Give the table of shares, less 95 %, at each fine step from the p95, `_FAR` knots to each side.

    Entry `_FAR * FINE` is the p95 itself, where the share less 95 % is 0.
    """
    base = _root(_ODDS, steps * FINE)
    odds = _powers(base, _ODDS, _FAR * FINE)
    table = np.rint(SCALE * odds / (1 + odds)).astype(np.int64) - TARGET
    table[_FAR * FINE] = 0
    return table


def _powers(base: float, middle: float, count: int) -> FloatArray:
    """Give middle * base**i for i from -count to count, by repeated multiplication and division."""
    up, down = [middle], [middle]
    for _ in range(count):
        up.append(up[-1] * base)
        down.append(down[-1] / base)
    return np.array(down[:0:-1] + up)


@lru_cache(4096)
def ratios(median: float, p95: float) -> tuple[float, ...]:
    """Give the latency at each knot as a multiple of the p95, `_FAR` knots to each side."""
    step = _root(p95 / median, steps_to_p95(median, p95))
    return tuple(_powers(step, 1.0, _FAR).tolist())


def fine_steps(median: float, p95: float, factor: float) -> float:
    """Give by how many fine steps latencies move when they are multiplied by `factor`."""
    table = ratios(median, p95)
    low, high = 0, len(table) - 1
    factor = min(max(factor, table[0]), table[-1])
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if table[middle] <= factor else (low, middle)
    part = (factor - table[low]) / (table[high] - table[low])
    return (low - _FAR + part) * FINE


def place_of(median: float, p95: float, latency: int) -> int:
    """Give the place, in fine steps, of a latency in 1/10 ms."""
    return round(fine_steps(median, p95, latency / (p95 * UNITS_PER_MS)))


def knots(median: float, p95: float, low: int, high: int) -> list[tuple[int, int]]:
    """Give the knots that reach from `low` to `high` fine steps around the p95.

    Returns:
        For each its latency in 1/10 ms and its place in fine steps.

    """
    table = ratios(median, p95)
    first = max(-_FAR, low // FINE)
    last = min(_FAR, -(-high // FINE))
    places = range(first, max(first, last) + 1)
    return [(round(p95 * UNITS_PER_MS * table[_FAR + place]), place * FINE) for place in places]


def weights(steps: Sequence[int], places: IntArray, levels: IntArray) -> IntArray:
    """Give what one call adds to the cumulative histogram at each knot, less 95 %.

    Args:
        steps: the table to use, for each integration.
        places: the places of the knots in fine steps, by integration and knot.
        levels: how many fine steps slower than usual the day is, by integration and day.

    Returns:
        An array by integration, day and knot.

    """
    offsets = places[:, None, :] - levels[:, :, None]
    np.clip(offsets, -_FAR * FINE, _FAR * FINE, out=offsets)
    offsets += _FAR * FINE
    kinds = sorted(set(steps))
    if len(kinds) == 1:
        return shares(kinds[0])[offsets]
    size = 2 * _FAR * FINE + 1
    offsets += np.array([kinds.index(each) * size for each in steps])[:, None, None]
    return np.concatenate([shares(kind) for kind in kinds])[offsets]
