"""Prefix sums over days, and the rows of a range: one row of an array less another, however long the range is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson

from mock_server.data.latency import UNITS_PER_MS

if TYPE_CHECKING:
    import numpy.typing as npt

    from mock_server.data.latency import FloatArray

Row = dict[str, Any]

# The slowness of a latency, 1/x, is told in whole numbers, so that arithmetic on it is exact.
_SLOWNESS: Final = float(2**50)
_TENTHS: Final = np.array(_SLOWNESS * 10 / UNITS_PER_MS)
# Less than any sum but 0, beside which it vanishes: it stands for the invocations of a row without any.
_NOTHING: Final = np.array(1e-300)
# Arrays, for NumPy makes one of each number that it meets.
_ZERO, _ONE, _WHOLE = np.array(0.0), np.array(1.0), np.array(10_000.0)


class Sums:
    """Prefix sums of some integrations.

    Each day has a row of one array: invocations, successful, vendor errors and exceptions, each of all
    integrations, and then for each integration its histogram: first its invocations as a negative number,
    then at each knot how many invocations are no slower, less 95 % of them, counted in `latency.SCALE` parts.
    The p95 lies where this changes its sign. The negative number stands for a knot that no call is as fast as.
    """

    def __init__(
        self,
        keys: Sequence[str],
        first: int,
        knots: Sequence[Sequence[int]],
        table: npt.NDArray[np.float64] | npt.NDArray[np.int32],
    ) -> None:
        """Sum up.

        Args:
            keys: the integrations' keys.
            first: the ordinal of the first day.
            knots: the latencies in microseconds, by integration, at which histograms are cut.
            table: a row of zeros, and the row of each day; it becomes the prefix sums.

        """
        self._keys = tuple(keys)
        self._first = first
        self._days = len(table) - 1
        self._count = len(keys)
        self._width = 1 + max(len(each) for each in knots)
        self._prefix = np.cumsum(table, axis=0, dtype=table.dtype, out=table)
        self._compact = table.dtype != np.float64
        self._starts = np.arange(self._count) * self._width
        self._slowness, self._gap = _edges(knots, self._width)
        # What makes 0.1 ms and 0.01 % whole numbers: of latencies first, then of rates.
        self._decimals = np.repeat([10.0, 100.0], self._count)

    @property
    def nbytes(self) -> int:
        """The memory that it takes."""
        return self._prefix.nbytes

    def rows(self, first: int, last: int) -> list[Row]:
        """Give the rows of the days from `first` to `last`, as ordinals, both included.

        Every step is exactly rounded and the last one rounds to 0.1 ms and to 0.01 %, so that answers are the
        same everywhere.
        """
        low = max(first - self._first, 0)
        high = min(last - self._first + 1, self._days)
        if low >= high:
            return []
        total = self._prefix[high] - self._prefix[low]
        if self._compact:
            total = total.astype(np.float64)
        count, head = self._count, 4 * self._count
        counts = total[:head]
        figures = np.empty(2 * count)
        np.divide(_TENTHS, self._slowness_at_p95(total), figures[:count])
        np.divide(counts[count : 2 * count] * _WHOLE, np.maximum(counts[:count], _ONE), figures[count:])
        np.rint(figures, figures)
        figures /= self._decimals
        invocations, successful, vendor_errors, exceptions = counts.astype(np.int64).reshape(4, count).tolist()
        latencies_and_rates = figures.tolist()
        return [
            {
                "integration_key": key,
                "invocations": called,
                "successful": succeeded,
                "vendor_errors": failed,
                "exceptions": raised,
                "success_rate_pct": rate,
                "p95_latency_ms": latency,
            }
            for key, called, succeeded, failed, raised, rate, latency in zip(
                self._keys,
                invocations,
                successful,
                vendor_errors,
                exceptions,
                latencies_and_rates[count:],
                latencies_and_rates,
                strict=False,  # the latencies are followed by the rates
            )
            if called
        ]

    def json(self, first: int, last: int) -> bytes:
        """Give the rows as JSON."""
        return orjson.dumps(self.rows(first, last))

    def _slowness_at_p95(self, total: FloatArray) -> FloatArray:
        """Find between which knots the p95 of each integration lies, and where between them."""
        head = 4 * self._count
        histogram = total[head:]
        at = (histogram.reshape(self._count, self._width) >= _ZERO).argmax(1)
        at += self._starts
        part: FloatArray = histogram[at]  # of the way to the knot below
        step = part - total[head - 1 : -1][at]
        step += _NOTHING
        part /= step
        part *= self._gap[at]
        part += self._slowness[at]
        return part


def _edges(knots: Sequence[Sequence[int]], width: int) -> tuple[FloatArray, FloatArray]:
    """Give the slowness at each place of the histograms, and how much more it is at the next lower knot."""
    slowness = np.ones((len(knots), width))
    gap = np.zeros_like(slowness)
    for row, latencies in enumerate(knots):
        exact = np.rint(_SLOWNESS / np.maximum(latencies, 1))
        slowness[row, 1 : len(exact) + 1] = exact
        gap[row, 2 : len(exact) + 1] = exact[:-1] - exact[1:]
    return slowness.ravel(), gap.ravel()


class Chapters:
    """Sums of many integrations, in parts that a processor's cache can hold, with the rows that are made of them."""

    def __init__(self, parts: Sequence[Sums]) -> None:
        self._parts = tuple(parts)

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

    def json(self, first: int, last: int) -> bytes:
        """Give the rows as JSON: each part's are written before the next are made."""
        return b"[%s]" % b",".join(text for part in self._parts if (text := part.json(first, last)[1:-1]))
