"""Measures contestants in turns, so that whatever the machine does meanwhile, it does to all of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Measure = Callable[[], float]


@dataclass(frozen=True)
class Spread:
    """The figures of one contestant, a figure a round."""

    figures: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.figures)

    @property
    def low(self) -> float:
        """The least."""
        return min(self.figures)

    @property
    def high(self) -> float:
        """The most."""
        return max(self.figures)

    def ratio(self, other: "Spread") -> float:
        """Give the median of the rounds' ratios to another contestant: the rounds' own ups and downs cancel out."""
        return median(mine / theirs for mine, theirs in zip(self.figures, other.figures, strict=True))


def in_rounds(measures: Mapping[str, Measure], rounds: int) -> dict[str, Spread]:
    """Take each measure once a round; each round begins with another one."""
    names: Sequence[str] = list(measures)
    figures: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        at = number % len(names)
        for name in (*names[at:], *names[:at]):
            figures[name].append(measures[name]())
    return {name: Spread(tuple(each)) for name, each in figures.items()}
