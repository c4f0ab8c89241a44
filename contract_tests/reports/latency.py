"""How long the answers took, as figures and as a plot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from contract_tests.exchange import Exchange

PERCENTILES = (50, 95, 99)
HEIGHT = 208
"""Of the plot, in pixels."""

MARGIN = 10
"""Pixels above and below the plotted range."""

BINS = 26
SHORTEST = 0.05
"""Milliseconds: what is faster is drawn there, for a logarithm has no zero."""

LABEL_HEIGHT = 13
TICKS = (1, 2, 5)


@dataclass(frozen=True)
class Figures:
    """The latencies of some answers.

    Attributes:
        name: whose they are.
        milliseconds: each one, in ascending order; at least one.

    """

    name: str
    milliseconds: tuple[float, ...]

    def percentile(self, percent: int) -> float:
        """Give the smallest latency that so many percent of them do not exceed (the nearest rank)."""
        return self.milliseconds[max(0, math.ceil(percent / 100 * len(self.milliseconds)) - 1)]

    @property
    def most(self) -> float:
        """The longest one."""
        return self.milliseconds[-1]


def figures(exchanges: Sequence[Exchange]) -> tuple[Figures, ...]:
    """Give the figures of all answers, then of each status; none where no answer came."""
    answers = [exchange for exchange in exchanges if exchange.status]
    if not answers:
        return ()
    statuses = sorted({exchange.status for exchange in answers})
    groups = {"all": answers} | {str(status): [e for e in answers if e.status == status] for status in statuses}
    return tuple(
        Figures(name, tuple(sorted(exchange.seconds * 1000 for exchange in of))) for name, of in groups.items()
    )


@dataclass(frozen=True)
class Dot:
    """An answer in the plot: its place from the left in percent, from the top in pixels."""

    x: float
    y: float
    is_fault: bool
    label: str


@dataclass(frozen=True)
class Level:
    """A horizontal line of the plot: where it is drawn, where its label stands, and what that says."""

    y: float
    label_y: float
    label: str


@dataclass(frozen=True)
class Bar:
    """A bar of the histogram: from the top in pixels, and its length in percent of the longest."""

    y: float
    height: float
    length: float


@dataclass(frozen=True)
class Plot:
    """Latencies over the run, on a logarithmic scale, and how often each came.

    Attributes:
        answers: the answers, in their order; at least one.
        figures: of all of them.

    """

    answers: tuple[Exchange, ...]
    figures: Figures

    @cached_property
    def _range(self) -> tuple[float, float]:
        low = math.log10(max(SHORTEST, self.figures.milliseconds[0]))
        high = math.log10(max(SHORTEST, self.figures.most))
        # Answers that took equally long still get a scale that can be read.
        spare = max(0.0, 0.6 - (high - low)) / 2
        return low - spare, high + spare

    def y(self, milliseconds: float) -> float:
        """Give the place of a latency, from the top in pixels."""
        low, high = self._range
        share = (math.log10(max(SHORTEST, milliseconds)) - low) / (high - low)
        return round(HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN), 1)

    @cached_property
    def seconds(self) -> float:
        """The seconds that the plot spans, from the first request to the last."""
        return max(exchange.started for exchange in self.answers)

    @cached_property
    def dots(self) -> tuple[Dot, ...]:
        """The answers as dots."""
        span = self.seconds or 1.0
        return tuple(
            Dot(
                round(1 + 98 * exchange.started / span, 2),
                self.y(exchange.seconds * 1000),
                exchange.status >= 500,
                f"request {exchange.number}: {exchange.status} in {milliseconds(exchange.seconds * 1000)} ms",
            )
            for exchange in self.answers
        )

    @property
    def has_faults(self) -> bool:
        """Whether any answer is a server error."""
        return any(dot.is_fault for dot in self.dots)

    @cached_property
    def ticks(self) -> tuple[Level, ...]:
        """Round latencies within the range, for the axis."""
        low, high = self._range
        decades = range(math.floor(low), math.ceil(high) + 1)
        values = [step * 10.0**decade for decade in decades for step in TICKS]
        inside = [value for value in values if low <= math.log10(value) <= high]
        if len(inside) > 8:
            inside = [value for value in inside if f"{value:e}".startswith("1")]
        return tuple(Level(self.y(value), self.y(value) + 4, f"{value:g}") for value in inside)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The percentiles, from the highest down; labels that would touch are moved apart."""
        levels: list[Level] = []
        for percent in reversed(PERCENTILES):
            y = self.y(self.figures.percentile(percent))
            label_y = max(y + 4, levels[-1].label_y + LABEL_HEIGHT) if levels else y + 4
            levels.append(Level(y, label_y, f"p{percent}"))
        too_low = max(0.0, levels[-1].label_y - (HEIGHT - 2))
        return tuple(Level(level.y, round(level.label_y - too_low, 1), level.label) for level in levels)

    @cached_property
    def bars(self) -> tuple[Bar, ...]:
        """The histogram, along the same scale."""
        height = HEIGHT / BINS
        counts = [0] * BINS
        for value in self.figures.milliseconds:
            counts[min(BINS - 1, int(self.y(value) / height))] += 1
        return tuple(
            Bar(round(index * height + 0.5, 1), round(height - 1, 1), round(100 * count / max(counts), 1))
            for index, count in enumerate(counts)
            if count
        )


def plot(exchanges: Sequence[Exchange]) -> Plot | None:
    """Give the plot of the answers; None where none came."""
    told = figures(exchanges)
    answers = tuple(exchange for exchange in exchanges if exchange.status)
    return Plot(answers, told[0]) if told else None


def milliseconds(value: float) -> str:
    """Write a latency, in milliseconds, with about three digits that mean something."""
    if value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"
