"""Adds up the cells of a workspace and a mode, or of all of them, to prefix sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from mock_server.data.account import Account
from mock_server.data.catalogue import Integration, Mode, Workspace
from mock_server.data.latency import MOST_LEVEL, SCALE, TARGET, UNITS_PER_MS, fine_steps, knots, place_of, weights
from mock_server.data.row import Row
from mock_server.data.sums import Chapters, Sums
from mock_server.data.traffic import Cell, Chance, draw, shares, usage

if TYPE_CHECKING:
    import numpy.typing as npt

    from mock_server.data.latency import IntArray

_AT_ONCE: Final = 64  # integrations summed up together: more would fill the memory, fewer would take longer

Knot = tuple[int, int]
"""A latency in microseconds, and its place in fine steps from the p95 of a usual day."""


@dataclass(frozen=True)
class Selection:
    """What of an account's traffic is added up.

    Attributes:
        account: the account.
        cells: the workspaces and modes.
        integrations: those that have traffic there, by key.
        pinned: pinned rows, and the ordinals of their days.

    """

    account: Account
    cells: tuple[tuple[Workspace, Mode], ...]
    integrations: Mapping[str, Integration]
    pinned: tuple[tuple[int, Row], ...]

    @property
    def keys(self) -> list[str]:
        """The keys of all rows that there can be, in order."""
        return sorted({*self.integrations, *(row.integration_key for _, row in self.pinned)})

    def part(self, keys: Sequence[str]) -> Selection:
        """Give what of this belongs to some integrations."""
        wanted = set(keys)
        return Selection(
            self.account,
            self.cells,
            {key: self.integrations[key] for key in keys if key in self.integrations},
            tuple((day, row) for day, row in self.pinned if row.integration_key in wanted),
        )

    def first(self) -> int:
        """Give the ordinal of the first day that can have traffic."""
        days = [day for day, _ in self.pinned]
        if self.integrations:
            began = min(self.account.ordinal(each.first_day) for each in self.integrations.values())
            joined = min(
                0 if user.first_day is None else self.account.ordinal(user.first_day) for user, _ in self.cells
            )
            days.append(min(max(began, joined), self.account.last))
        return min(days)


def select(account: Account, slug: str | None, mode: str | None) -> Selection:
    """Select the traffic of one workspace and one mode; None stands for all."""
    taken = {(pin.slug, pin.mode) for pin in account.pins}
    cells = tuple(
        (user, way)
        for user in account.catalogue.workspaces
        for way in account.catalogue.modes
        if slug in (None, user.slug) and mode in (None, way.name) and (user.slug, way.name) not in taken
    )
    pinned = tuple(
        (account.ordinal(pin.day), row)
        for pin in account.pins
        if slug in (None, pin.slug) and mode in (None, pin.mode) and account.ordinal(pin.day) <= account.last
        for row in pin.rows
    )
    users = {user.slug for user, _ in cells}
    integrations = {
        each.key: each
        for each in account.catalogue.integrations
        if account.ordinal(each.first_day) <= account.last
        and (users if each.workspaces is None else users & each.workspaces)
    }
    return Selection(account, cells, integrations, pinned)


def tally(selection: Selection) -> Sums | Chapters:
    """Add up all that is selected, until the account's today."""
    keys = selection.keys
    parts = [_tally(selection.part(keys[at : at + _AT_ONCE])) for at in range(0, len(keys), _AT_ONCE)]
    return parts[0] if len(parts) == 1 else Chapters(parts)


def _tally(selection: Selection) -> Sums:
    keys = selection.keys
    first = selection.first()
    days = np.arange(first, selection.account.last + 1)
    drawn = np.array([row for row, key in enumerate(keys) if key in selection.integrations], np.intp)
    paces = _paces(selection, days) if selection.integrations else []
    edges = _edges(selection, paces)
    counts = np.zeros((3, len(keys), len(days)), np.int64)
    histogram = np.zeros((len(keys), len(days), max(len(each) for each in edges)), np.int64)
    if paces:
        places = np.array([_padded(edges[row], histogram.shape[2]) for row in drawn])
        counts[:, drawn] = sum(pace.counts for pace in paces)
        histogram[drawn] = sum(pace.counts.sum(0)[:, :, None] * weights(places, pace.levels) for pace in paces)
    for day, pinned in selection.pinned:
        row = keys.index(pinned.integration_key)
        counts[:, row, day - first] += (pinned.successful, pinned.vendor_errors, pinned.exceptions)
        histogram[row, day - first] += _pinned_shares(pinned, edges[row], histogram.shape[2])
    latencies = [[latency for latency, _ in each] for each in edges]
    return Sums(keys, first, latencies, _table(counts, histogram))


@dataclass(frozen=True)
class Pace:
    """Traffic of modes that are equally fast: counts by kind, integration and day, and levels of latency."""

    counts: IntArray
    levels: IntArray


def _paces(selection: Selection, days: IntArray) -> list[Pace]:
    """Draw the selected cells, and add up those that are equally fast."""
    account, integrations = selection.account, list(selection.integrations.values())
    expected = usage(integrations, account, days)
    chance = Chance(integrations, account.seed)
    parts = [shares(each, account.catalogue.workspaces, account.catalogue.modes) for each in integrations]
    paces: list[Pace] = []
    for factor in sorted({mode.latency for _, mode in selection.cells}):
        counts = np.zeros((3, len(integrations), len(days)), np.int64)
        for user, mode in selection.cells:
            if mode.latency == factor:
                share = np.array([part.get((user.slug, mode.name), 0.0) for part in parts])
                counts += draw(Cell(user, mode, share), chance, expected, account, days)
        slower = np.array([fine_steps(each.tail, factor) for each in integrations])
        levels = np.rint(np.clip(expected.level + slower[:, None], -MOST_LEVEL, MOST_LEVEL))
        levels[counts.sum(0) == 0] = 0  # no calls, no latencies, and no knots for them
        paces.append(Pace(counts, levels.astype(np.int64)))
    return paces


def _edges(selection: Selection, paces: Sequence[Pace]) -> list[list[Knot]]:
    """Give the knots of each key: those from its fastest to its slowest day, and those of its pinned rows.

    A p95 does not depend on how far the knots reach: it lies between the same two, however many stand around.
    """
    edges: dict[str, dict[int, int]] = {key: {} for key in selection.keys}
    for row, each in enumerate(selection.integrations.values()):
        low = min(int(pace.levels[row].min()) for pace in paces)
        high = max(int(pace.levels[row].max()) for pace in paces)
        edges[each.key].update(knots(each.p95_ms, each.tail, low, high))
    for _, pinned in selection.pinned:
        owner = selection.integrations.get(pinned.integration_key)
        latency = _microseconds(pinned)
        place = place_of(owner.p95_ms, owner.tail, latency) if owner is not None else 0
        edges[pinned.integration_key].setdefault(latency, place)
    return [sorted(each.items()) for each in edges.values()]


def _padded(edges: Sequence[Knot], width: int) -> list[int]:
    """Give the places of knots, the last one repeated to a number of `width`."""
    places = [place for _, place in edges]
    return places + places[-1:] * (width - len(places))


def _microseconds(pinned: Row) -> int:
    return round(pinned.p95_latency_ms * UNITS_PER_MS)


def _pinned_shares(pinned: Row, edges: Sequence[Knot], width: int) -> list[int]:
    """Give the histogram of a pinned row: 95 % of its calls take just its p95, the others longer."""
    at = _microseconds(pinned)
    latencies = [latency for latency, _ in edges]
    latencies += latencies[-1:] * (width - len(latencies))
    return [
        pinned.invocations * (-TARGET if latency < at else 0 if latency == at else SCALE - TARGET)
        for latency in latencies
    ]


def _table(counts: IntArray, histogram: IntArray) -> npt.NDArray[np.int64] | npt.NDArray[np.int32]:
    """Lay counts and histograms out as `Sums` takes them; where 32 bits hold the sums, half of the memory does."""
    _, rows, days = counts.shape
    width = histogram.shape[2] + 1
    invocations = counts.sum(0)
    most = int(invocations.sum(1).max(initial=0)) * SCALE
    table = np.zeros((days + 1, rows * (4 + width)), np.int32 if most < 2**31 else np.int64)
    successful, vendor_errors, exceptions = counts
    for kind, part in enumerate((invocations, successful, vendor_errors, vendor_errors + exceptions)):
        table[1:, kind * rows : (kind + 1) * rows] = part.T
    histograms = table[1:, 4 * rows :].reshape(days, rows, width)
    histograms[:, :, 0] = -invocations.T
    histograms[:, :, 1:] = histogram.transpose(1, 0, 2)
    return table
