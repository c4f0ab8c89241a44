"""The slow twin of the mock's sums: each cell drawn by itself, a day at a time, and added up without arrays."""

from datetime import date
from fractions import Fraction

import numpy as np

from mock_server.data import latency
from mock_server.data.account import Account
from mock_server.data.catalogue import Integration
from mock_server.data.fixtures import Fixtures
from mock_server.data.traffic import Cell, Chance, draw, shares, usage


class Cells:
    """All cells of an account; each is drawn once, alone, on an array of one integration and one day."""

    def __init__(self, fixtures: Fixtures, seed: int, today: date, scenario: str = "normal") -> None:
        chosen = fixtures.scenarios[scenario]
        self.account = Account(chosen.apply(fixtures.catalogue), chosen.pins, seed, today)
        self._drawn: dict[tuple[str, int], list[tuple[str, str, list[int], int]]] = {}

    def of(self, integration: Integration, day: int) -> list[tuple[str, str, list[int], int]]:
        """Give the slug, the mode, the counts and the level of each cell of a day."""
        if (integration.key, day) not in self._drawn:
            catalogue, account = self.account.catalogue, self.account
            days = np.array([day])
            expected = usage([integration], account, days)
            parts = shares(integration, catalogue.workspaces, catalogue.modes)
            self._drawn[integration.key, day] = [
                (
                    user.slug,
                    mode.name,
                    draw(
                        Cell(user, mode, np.array([parts.get((user.slug, mode.name), 0.0)])),
                        Chance([integration], account.seed),
                        expected,
                        account,
                        days,
                    )
                    .ravel()
                    .tolist(),
                    round(float(expected.level[0, 0]) + latency.fine_steps(integration.tail, mode.latency)),
                )
                for user in catalogue.workspaces
                for mode in catalogue.modes
            ]
        return self._drawn[integration.key, day]

    def rows(self, first: int, last: int, mode: str | None, slug: str | None) -> dict[str, tuple[list[int], float]]:
        """Give the counts and the p95 of each integration with invocations, cell by cell and day by day."""
        rows: dict[str, tuple[list[int], float]] = {}
        for integration in self.account.catalogue.integrations:
            counts = [0, 0, 0]
            levels: dict[int, int] = {}
            for day in range(first, min(last, self.account.last) + 1):
                for user, way, drawn, level in self.of(integration, day):
                    if slug in (None, user) and mode in (None, way) and sum(drawn):
                        counts = [one + other for one, other in zip(counts, drawn, strict=True)]
                        levels[level] = levels.get(level, 0) + sum(drawn)
            if sum(counts):
                rows[integration.key] = (counts, _p95(integration, levels))
        return rows


def _p95(integration: Integration, levels: dict[int, int]) -> float:
    """Solve for the p95 of calls at some levels, in fractions; the share grows evenly with 1/latency."""
    edges = latency.knots(integration.p95_ms, integration.tail, min(levels), max(levels))
    below: tuple[int, int] | None = None
    for knot, place in edges:
        share = sum(
            calls * int(latency.weights(np.array([[place]]), np.array([[level]]))[0, 0, 0])
            for level, calls in levels.items()
        )
        if share >= 0:
            slowness = Fraction(1, knot)
            if below is not None:
                low, missing = below
                slowness += (Fraction(1, low) - slowness) * Fraction(share, share - missing)
            return float(1 / slowness / latency.UNITS_PER_MS)
        below = knot, share
    raise AssertionError("no knot reaches 95 %")
