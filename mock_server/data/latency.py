"""Latencies of any number of days as one cumulative histogram, and the edges that its 95th percentile is read from.

The latencies of an integration on a day are log-logistic: the odds that a call takes no longer than x grow as a
power of x. Histograms are cut at *knots*, latencies at which these odds are powers of one number, so that the
shares of a slower day are those of a usual one, moved along the knots. All of this is made by + - * / and sqrt
alone, which IEEE 754 rounds exactly: no machine's logarithm can differ in a last bit and change an answer.

Between two knots the share grows evenly with 1/x, which is close to how a log-logistic tail does. A range of
days is a mixture of such distributions on the same knots, and so it is one itself: its 95th percentile is
exact, whatever is added to what, and lies between those of its parts. Against a mixture of the smooth
log-logistics it is off by `RELATIVE_ERROR` at most, and by the rounding of an answer to 0.1 ms.
"""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:  # these take 10 ms to import
    import numpy.typing as npt

    IntArray = npt.NDArray[np.int64]
    FloatArray = npt.NDArray[np.float64]

RELATIVE_ERROR: Final = 0.025
"""How far a p95 may be from that of the smooth distributions, as a share of it."""

SCALE: Final = 2000
"""What a whole distribution is counted as."""
TARGET: Final = 1900
"""95 % of `SCALE`."""
FINE: Final = 64
"""Fine steps in a quarter of the way from the median to the p95: latencies of a day move by whole ones."""
MOST_LEVEL: Final = 40 * FINE
"""Fine steps that a day may be slower or faster than usual at most."""
UNITS_PER_MS: Final = 1000
"""Latencies of knots are whole microseconds."""

_ODDS: Final = 19.0  # of 95 % to 5 %
_STEPS: Final = 4
_FAR: Final = 64  # quarters to each side of the p95 that the tables reach
_RATIO: Final = 1.25  # of latencies at a knot and the next, at most; found by search, for `RELATIVE_ERROR`


def _root(value: float, degree: int) -> float:
    """Take a root whose degree is a power of two."""
    while degree > 1:
        value, degree = sqrt(value), degree // 2
    return value


def _powers(base: float, middle: float, count: int) -> list[float]:
    """Give middle * base**i for i from -count to count, by repeated multiplication and division."""
    up, down = [middle], [middle]
    for _ in range(count):
        up.append(up[-1] * base)
        down.append(down[-1] / base)
    return down[:0:-1] + up


@lru_cache
def _shares() -> IntArray:
    """Give the share of a usual day's calls that are no slower, less 95 %, at each fine step around the p95."""
    odds = np.array(_powers(_root(_ODDS, _STEPS * FINE), _ODDS, _FAR * FINE))
    table: IntArray = np.rint(SCALE * odds / (1 + odds)).astype(np.int64) - TARGET
    table[_FAR * FINE] = 0  # the p95 itself
    return table


@lru_cache(4096)
def _ratios(tail: float) -> tuple[float, ...]:
    """Give latencies at each quarter around the p95, as multiples of it; `tail` is the p95 over the median."""
    return tuple(_powers(_root(tail, _STEPS), 1.0, _FAR))


def fine_steps(tail: float, factor: float) -> float:
    """Give by how many fine steps latencies move when they are multiplied by `factor`."""
    table = _ratios(tail)
    low, high = 0, len(table) - 1
    factor = min(max(factor, table[0]), table[-1])
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if table[middle] <= factor else (low, middle)
    part = (factor - table[low]) / (table[high] - table[low])
    return (low - _FAR + part) * FINE


def _raised(base: float, exponent: int) -> float:
    """Raise to a whole power, by multiplication and division alone."""
    result = 1.0
    for _ in range(abs(exponent)):
        result *= base
    return result if exponent >= 0 else 1 / result


@lru_cache(4096)
def _between(tail: float) -> tuple[int, float]:
    """Give how far it is from a knot to the next, in fine steps and as a ratio of latencies.

    The wider the tail, the closer the knots stand, in steps: the error is the greater, the greater the ratio.
    """
    steps = min(FINE, int(fine_steps(tail, _RATIO)))
    return steps, _raised(_root(tail, _STEPS * FINE), steps)


def knots(p95: float, tail: float, low: int, high: int) -> list[tuple[int, int]]:
    """Give the knots that reach from `low` to `high` fine steps around the p95 of a usual day.

    Returns:
        For each its latency in microseconds, and its place in fine steps.

    """
    steps, ratio = _between(tail)
    first, last = low // steps, -(-high // steps)
    return [(round(p95 * UNITS_PER_MS * _raised(ratio, place)), place * steps) for place in range(first, last + 1)]


def place_of(p95: float, tail: float, latency: int) -> int:
    """Give the place, in fine steps, of a latency in microseconds."""
    return round(fine_steps(tail, latency / (p95 * UNITS_PER_MS)))


def weights(places: IntArray, levels: IntArray) -> IntArray:
    """Give what one call adds to the cumulative histogram at each knot, less 95 % of a call.

    Args:
        places: the places of the knots in fine steps, by integration and knot.
        levels: how many fine steps slower than usual a day is, by integration and day.

    Returns:
        An array by integration, day and knot.

    """
    offsets = places[:, None, :] - levels[:, :, None]
    np.clip(offsets, -_FAR * FINE, _FAR * FINE, out=offsets)
    offsets += _FAR * FINE
    found: IntArray = _shares().take(offsets)
    return found
