"""How much is measured: all of it, or the least that shows that it can be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """How much to measure.

    Attributes:
        seconds: how long each load lasts; wrk counts whole ones.
        rounds: how often each figure is taken.
        starts: how often each contestant is started.
        distinct: how many distinct requests the memory's bar takes.
        integrations: the sizes of catalogues, the least first.

    """

    seconds: float = 3
    rounds: int = 5
    starts: int = 7
    distinct: int = 100_000
    integrations: tuple[int, ...] = (12, 1_000, 10_000)


SMALLEST = Scale(seconds=1, rounds=1, starts=1, distinct=1_000, integrations=(12, 100))
