"""Prefix sums over days, and the rows of a range: one row of an array less another, however long the range is."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from operator import sub
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from mock_server.data.latency import UNITS_PER_MS
from mock_server.data.row import Row, write_json

if TYPE_CHECKING:
    import numpy.typing as npt

    from mock_server.data.latency import FloatArray

# The slowness of a latency, 1/x, is told in whole numbers, so that arithmetic on it is exact.
_SLOWNESS: Final = float(2**50)
_TENTHS: Final = _SLOWNESS * 10 / UNITS_PER_MS
_HUNDREDTHS: Final = 10_000.0  # in the whole, of percents
# Less than any sum but 0, beside which it vanishes: it stands for the invocations of a row without any.
_NOTHING: Final = np.array(1e-200)


class Sums:
    """Prefix sums of some integrations.

    Each day has a row of one array: invocations, successful, vendor errors and all errors, each of all
    integrations, and then for each integration its histogram: first its invocations as a negative number,
    then at each knot how many invocations are no slower, less 95 % of them, counted in `latency.SCALE` parts.
    The p95 lies where this changes its sign. The negative number stands for a knot that no call is as fast as.

    Latencies and rates are read alike, and at once: of two places of the array, the part that the first is of the step
    between them leads from one slowness to the next for a p95, and is the reciprocal of the rate for invocations and
    errors, which are a step of the successful ones apart.
    """

    def __init__(
        self,
        keys: Sequence[str],
        first: int,
        knots: Sequence[Sequence[int]],
        table: npt.NDArray[np.int64] | npt.NDArray[np.int32],
    ) -> None:
        """Sum up.

        Args:
            keys: the integrations' keys.
            first: the ordinal of the first day.
            knots: the latencies in microseconds, by integration, at which histograms are cut.
            table: a row of zeros, and the row of each day; it becomes the prefix sums.

        """
        # Copies, which stand side by side in memory: to fetch ten thousand from all over took a quarter of an answer.
        self._keys = tuple(key.encode().decode() for key in keys)
        self._first = first
        self._days = len(table) - 1
        self._count = len(keys)
        self._width = 1 + max(len(each) for each in knots)
        self._prefix = np.cumsum(table, axis=0, dtype=table.dtype, out=table)
        self._zero = np.zeros((), table.dtype)  # an array, for NumPy makes one of each number that it meets
        head, rows = 4 * self._count, np.arange(self._count)
        slowness, gap = _edges(knots, self._width)
        # For all figures, the latencies before the rates: where they are read (the latencies' histograms begin there),
        # how far from there the other end of the step is, and what is whole and what makes it tenths or hundredths.
        self._places = np.concatenate((head + rows * self._width, rows))
        self._steps = np.repeat([-1, 3 * self._count], self._count)
        self._whole = np.repeat([_TENTHS, _HUNDREDTHS], self._count)
        self._decimals = np.repeat([10.0, 100.0], self._count)
        # For all places: the slowness, and how much more it is at the next lower knot; a rate has its part alone.
        self._slowness = np.concatenate((np.full(head, _NOTHING), slowness))
        self._gap = np.concatenate((np.ones(head), gap))

    @property
    def nbytes(self) -> int:
        """The memory that it takes."""
        return self._prefix.nbytes

    def rows(self, first: int, last: int) -> list[Row]:
        """Give the rows of the days from `first` to `last`, as ordinals, both included.

        Every step is exactly rounded and the last one rounds to 0.1 ms and to 0.01 %, so that answers are the
        same everywhere. A rate is made of its reciprocal: one that lies in the middle may be rounded to either side.
        """
        low = max(first - self._first, 0)
        high = min(last - self._first + 1, self._days)
        if low >= high:
            return []
        total = self._prefix[high] - self._prefix[low]
        count, head = self._count, 4 * self._count
        latencies_and_rates = self._figures(total).tolist()
        invocations, successful, vendor_errors, errors = total[:head].reshape(4, count).tolist()
        columns = (
            self._keys,
            invocations,
            successful,
            vendor_errors,
            map(sub, errors, vendor_errors),
            latencies_and_rates[count:],
            latencies_and_rates,  # followed by the rates, which `map` does not come to
        )
        return list(compress(map(Row, *columns), invocations))

    def json(self, first: int, last: int) -> bytes:
        """Give the rows as JSON."""
        return write_json(self.rows(first, last))

    def _figures(self, total: npt.NDArray[Any]) -> FloatArray:
        """Give the p95 of each integration in ms, then the rate of each in percents."""
        count = self._count
        at = self._places.copy()
        latencies = at[:count]
        latencies += (total[4 * count :].reshape(count, self._width) >= self._zero).argmax(1)
        part: FloatArray = total[at].astype(np.float64)
        step = part - total[at + self._steps]
        step += _NOTHING
        part /= step
        part *= self._gap[at]
        part += self._slowness[at]
        np.divide(self._whole, part, part)
        np.rint(part, part)
        part /= self._decimals
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
