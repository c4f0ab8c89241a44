"""Rollups of other scenarios, seeds and days than everyone's, remembered in bounded memory."""

from __future__ import annotations

from datetime import date
from typing import Final

from mock_server.data.fixtures import Fixtures
from mock_server.data.rollup import Rollup, build_rollup

_MOST: Final = 32
_MOST_BYTES: Final = 48 * 2**20
_MOST_FILTERED: Final = 8 * 2**20  # of each: besides the sums of all its traffic, those of a workspace and mode


class Rollups:
    """The rollups that were asked for last, as long as all of them but the newest take no more than 48 MiB.

    It is for one thread: whoever asks waits while the sums of a scenario are made. For the shipped catalogue that
    takes about 25 ms, for the thousand integrations of `huge` about 400 ms; the next request finds them made.
    """

    def __init__(self, fixtures: Fixtures) -> None:
        self._fixtures = fixtures
        self._made: dict[tuple[str, int, date], Rollup] = {}

    @property
    def nbytes(self) -> int:
        """The memory that all sums take."""
        return sum(rollup.nbytes for rollup in self._made.values())

    def get(self, scenario: str, seed: int, today: date) -> Rollup:
        """Give the rollup of a scenario.

        Raises:
            InputError: there is no such scenario, or `today` is too far from the first day of traffic.

        """
        key = (scenario, seed, today)
        rollup = self._made.pop(key, None)
        if rollup is None:
            rollup = build_rollup(self._fixtures, scenario, seed, today, _MOST_FILTERED)
        self._made[key] = rollup  # the newest stands last
        while len(self._made) > 1 and (len(self._made) > _MOST or self.nbytes > _MOST_BYTES):
            self._made.pop(next(iter(self._made)))
        return rollup
