"""Prefix sums over days, and the rows of a range: one row of an array less another, however long the range is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from mock_server.latency import UNITS_PER_MS, FloatArray, IntArray

Row = dict[str, Any]


@dataclass(frozen=True)
class Knots:
    """The latencies that histograms are cut at, in 1/10 ms, by integration; none is without one."""

    latencies: Sequence[Sequence[int]]

    @property
    def width(self) -> int:
        """How many knots the integration with the most of them has."""
        return max(len(each) for each in self.latencies)


class Sums:
    """Prefix sums of some integrations.

    Each day has a row of one array: successful, vendor errors and exceptions of all integrations, and then for
    each integration its invocations as a negative number and the knots of its cumulative histogram, less 95 %
    of its invocations, as whole shares of `SCALE`. So the p95 lies where the knots' sign changes, and the
    invocations stand for a knot at which no call is as fast.
    """

    def __init__(self, keys: Sequence[str], first: int, knots: Knots, days: IntArray) -> None:
        """Sum up.

        Args:
            keys: the integrations' keys, in the order of their rows.
            first: the ordinal of the first day.
            knots: where histograms are cut.
            days: the rows, as told above, of each day: from the second row of the array on, the first is 0.

        """
        self._keys = tuple(keys)
        self._first = first
        self._days = len(days) - 1
        count = self._count = len(keys)
        width = self._width = knots.width + 1
        self._counts = 3 * count
        self._prefix = np.cumsum(days, axis=0, dtype=days.dtype, out=days)
        self._starts = np.arange(count) * width
        self._upper, self._gap = _edges(knots, width)

    @property
    def nbytes(self) -> int:
        """The memory that it takes."""
        return self._prefix.nbytes

    def rows(self, first: int, last: int) -> list[Row]:
        """Give the rows of the days from `first` to `last`, as ordinals, both included."""
        low = first - self._first
        high = last - self._first + 1
        low = max(low, 0)
        high = min(high, self._days)
        if low >= high:
            return []
        total = self._prefix[high] - self._prefix[low]
        counts = total[: self._counts].reshape(3, self._count)
        histogram = total[self._counts :]
        invocations = -histogram[:: self._width]
        at = (histogram.reshape(self._count, self._width) >= 0).argmax(1) + self._starts
        above = histogram.take(at)
        # 1 stands in for 0 where an integration has no invocations; such a row is left out below.
        share = above / np.maximum(above - histogram.take(at - 1), 1)
        p95 = np.rint(self._upper.take(at) - self._gap.take(at) * share) / UNITS_PER_MS
        successful, vendor_errors, exceptions = counts.tolist()
        rates = np.rint(counts[0] * 10000.0 / np.maximum(invocations, 1)) / 100
        return [
            {
                "integration_key": key,
                "invocations": total,
                "successful": good,
                "vendor_errors": vendor,
                "exceptions": exception,
                "success_rate_pct": rate,
                "p95_latency_ms": latency,
            }
            for key, total, good, vendor, exception, rate, latency in zip(
                self._keys,
                invocations.tolist(),
                successful,
                vendor_errors,
                exceptions,
                rates.tolist(),
                p95.tolist(),
                strict=True,
            )
            if total
        ]


def _edges(knots: Knots, width: int) -> tuple[FloatArray, FloatArray]:
    """Give the latency of each place in a histogram, and how far below the next lower knot is."""
    upper = np.zeros((len(knots.latencies), width))
    gap = np.zeros_like(upper)
    for row, latencies in enumerate(knots.latencies):
        upper[row, 1 : len(latencies) + 1] = latencies
        gap[row, 2 : len(latencies) + 1] = np.diff(latencies)
    return upper.ravel(), gap.ravel()


class Chapters:
    """Sums of many integrations, in parts that each fit a processor's cache."""

    def __init__(self, parts: Sequence[Sums]) -> None:
        self._parts: Final = tuple(parts)

    @property
    def nbytes(self) -> int:
        """The memory that they take."""
        return sum(part.nbytes for part in self._parts)

    def rows(self, first: int, last: int) -> list[Row]:
        """Give the rows of the days from `first` to `last`, as ordinals, both included."""
        rows: list[Row] = []
        for part in self._parts:
            rows += part.rows(first, last)
        return rows
