"""Counts requests, for Prometheus; what is counted is put in Prometheus' words only when it is asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final

from mock_server.entries import Seen

if TYPE_CHECKING:
    from prometheus_client import Metric

_BOUNDS: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the histogram's buckets, in seconds: a mock answers in less than prometheus-client's own begin at."""

_LABELS: Final = (*map(str, _BOUNDS), "+Inf")


class Metrics:
    """How many requests each operation had, how they ended, and how long they took."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, int], _Answers] = {}
        self._registry: Any = None

    def count(self, several: Iterable[Seen]) -> None:
        """Count requests."""
        for seen in several:
            key = (seen.operation, seen.status)
            answers = self._answers.get(key)
            if answers is None:
                answers = self._answers[key] = _Answers()
            answers.counts[bisect_left(_BOUNDS, seen.seconds)] += 1
            answers.seconds += seen.seconds

    def write(self, accept: str) -> tuple[bytes, str]:
        """Write all counts, in the format that an `Accept` header asks for; give it and its content type."""
        # Who never asks for metrics need not wait for the import at the start.
        from prometheus_client import CollectorRegistry, ProcessCollector
        from prometheus_client.exposition import choose_encoder

        if self._registry is None:
            self._registry = CollectorRegistry()
            self._registry.register(self)
            ProcessCollector(registry=self._registry)
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    def collect(self) -> Iterator[Metric]:
        """Give the counts as prometheus-client's values; its registry asks."""
        from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

        requests = CounterMetricFamily(
            "feather_mock_requests",
            "Requests that were answered, by operation and status.",
            labels=("operation", "status"),
        )
        for (operation, status), answers in sorted(self._answers.items()):
            requests.add_metric((operation, str(status)), sum(answers.counts))
        yield requests
        durations = HistogramMetricFamily(
            "feather_mock_request_duration_seconds",
            "How long requests took, delays that were asked for included, by operation.",
            labels=("operation",),
        )
        for operation in sorted({operation for operation, _ in self._answers}):
            several = [answers for (other, _), answers in self._answers.items() if other == operation]
            buckets = list(
                zip(_LABELS, accumulate(map(sum, zip(*(each.counts for each in several), strict=True))), strict=True)
            )
            durations.add_metric((operation,), buckets, sum(each.seconds for each in several))
        yield durations


class _Answers:
    """How many answers of one kind fell in each bucket of the histogram, and how long they took together."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * len(_LABELS)
        self.seconds = 0.0
