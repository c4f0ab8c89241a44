"""Adds up the cells of a workspace and mode, or of all of them, to prefix sums."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from mock_server.catalogue import Catalogue, Integration, Mode, Workspace, resolve
from mock_server.latency import (
    MOST_LEVEL,
    SCALE,
    TARGET,
    UNITS_PER_MS,
    IntArray,
    fine_steps,
    knots,
    place_of,
    steps_to_p95,
    weights,
)
from mock_server.pins import Pin, PinnedRow
from mock_server.sums import Chapters, Knots, Sums
from mock_server.traffic import began, cells, shares_of, usage

_AT_ONCE = 64  # integrations summed up together: more would fill the memory, fewer would take longer


@dataclass(frozen=True)
class Part:
    """Whose traffic is added up: some integrations in some workspaces and modes, and pinned rows.

    Attributes:
        integrations: those of the catalogue, ordered by key.
        cells: the workspaces and modes.
        pinned: pinned rows and the ordinals of their days.

    """

    integrations: tuple[Integration, ...]
    cells: tuple[tuple[Workspace, Mode], ...]
    pinned: tuple[tuple[int, PinnedRow], ...]


def tally(
    catalogue: Catalogue,
    pins: Sequence[tuple[int, Pin]],
    slug: str | None,
    mode: str | None,
    seed: int,
    today: date,
) -> Sums | Chapters:
    """Add up all traffic until `today` of one workspace and mode; None stands for all.

    Args:
        catalogue: what traffic is derived from.
        pins: pinned rows and the ordinals of their days; a pinned workspace and mode has no other traffic.
        slug: the workspace.
        mode: the mode.
        seed: what all chance is keyed by.
        today: the last day with traffic.

    """
    taken = {(pin.slug, pin.mode) for _, pin in pins}
    chosen = tuple(
        (user, how)
        for user in catalogue.workspaces
        for how in catalogue.modes
        if slug in (None, user.slug) and mode in (None, how.name) and (user.slug, how.name) not in taken
    )
    pinned = tuple(
        (day, row) for day, pin in pins if slug in (None, pin.slug) and mode in (None, pin.mode) for row in pin.rows
    )
    users = {user.slug for user, _ in chosen}
    used = {
        each.key: each
        for each in catalogue.integrations
        if began(each, today) <= today.toordinal() and (users if each.workspaces is None else users & each.workspaces)
    }
    keys = sorted({*used, *(row.integration_key for _, row in pinned)})
    parts = [
        _sums(keys[at : at + _AT_ONCE], used, chosen, pinned, catalogue, seed, today)
        for at in range(0, len(keys), _AT_ONCE)
    ]
    return parts[0] if len(parts) == 1 else Chapters(parts)


def _sums(  # noqa: PLR0913  # one call, from `tally` alone
    keys: Sequence[str],
    used: Mapping[str, Integration],
    chosen: Sequence[tuple[Workspace, Mode]],
    pinned: Sequence[tuple[int, PinnedRow]],
    catalogue: Catalogue,
    seed: int,
    today: date,
) -> Sums:
    """Add up the traffic of the integrations `keys`, and the pinned rows that they have."""
    integrations = [used[key] for key in keys if key in used]
    pinned = [(day, row) for day, row in pinned if row.integration_key in set(keys)]
    first = min(day for day in (*(day for day, _ in pinned), *_first_days(integrations, chosen, today)))
    days = np.arange(first, today.toordinal() + 1)
    counts = np.zeros((3, len(keys), len(days)), np.int64)
    places = np.array([row for row, key in enumerate(keys) if key in used], np.int64)
    paces: list[Pace] = []
    if integrations:
        paces = _count(integrations, chosen, catalogue, seed, days, today)
        counts[:, places] = sum(pace.counts for pace in paces)
    edges = _edges(keys, integrations, paces, pinned)
    histogram = np.zeros((len(keys), len(days), max(len(each) for each in edges)), np.int64)
    if integrations:
        at = np.array([_padded([place for _, place in edges[row]], histogram.shape[2]) for row in places])
        steps = [steps_to_p95(each.median_ms, each.p95_ms) for each in integrations]
        histogram[places] = sum(pace.counts.sum(0)[:, :, None] * weights(steps, at, pace.levels) for pace in paces)
    for day, row in pinned:
        _pin(row, keys.index(row.integration_key), day - first, counts, histogram, edges)
    return Sums(keys, first, Knots([[latency for latency, _ in each] for each in edges]), _table(counts, histogram))


@dataclass(frozen=True)
class Pace:
    """Traffic of modes that are equally fast: counts (by kind, integration and day) and levels of latency."""

    counts: IntArray
    levels: IntArray


def _first_days(
    integrations: Sequence[Integration], chosen: Sequence[tuple[Workspace, Mode]], today: date
) -> list[int]:
    """Give the first day on which any of `integrations` can have traffic in any of `chosen`."""
    if not integrations:
        return []
    users = [0 if user.first_day is None else resolve(user.first_day, today).toordinal() for user, _ in chosen]
    return [min(max(min(began(each, today) for each in integrations), min(users)), today.toordinal())]


def _count(
    integrations: Sequence[Integration],
    chosen: Sequence[tuple[Workspace, Mode]],
    catalogue: Catalogue,
    seed: int,
    days: IntArray,
    today: date,
) -> list[Pace]:
    """Draw the cells of `chosen`, and add up those that are equally fast."""
    expected = usage(integrations, catalogue, seed, days, today)
    shares = [shares_of(each, catalogue.workspaces, catalogue.modes) for each in integrations]
    paces: list[Pace] = []
    for factor in sorted({mode.latency for _, mode in chosen}):
        total = np.zeros((3, len(integrations), len(days)), np.int64)
        for user, mode in chosen:
            share = np.array([each.get((user.slug, mode.name), 0.0) for each in shares])
            if mode.latency == factor and share.any():
                total += cells(integrations, expected, share, user, mode, seed, days, today)
        more = np.array([fine_steps(each.median_ms, each.p95_ms, factor) for each in integrations])
        levels = np.rint(np.clip(expected.level + more[:, None], -MOST_LEVEL, MOST_LEVEL))
        paces.append(Pace(total, levels.astype(np.int64)))
    return paces


def _edges(
    keys: Sequence[str],
    integrations: Sequence[Integration],
    paces: Sequence[Pace],
    pinned: Sequence[tuple[int, PinnedRow]],
) -> list[list[tuple[int, int]]]:
    """Give for each key its knots, latency and place: those between its fastest and its slowest day, and the pinned."""
    edges: dict[str, set[tuple[int, int]]] = {key: set() for key in keys}
    known = {each.key: each for each in integrations}
    for row, each in enumerate(integrations):
        low = min(int(pace.levels[row].min()) for pace in paces)
        high = max(int(pace.levels[row].max()) for pace in paces)
        edges[each.key].update(knots(each.median_ms, each.p95_ms, low, high))
    for _, pin in pinned:
        latency = round(pin.p95_latency_ms * UNITS_PER_MS)
        owner = known.get(pin.integration_key)
        place = place_of(owner.median_ms, owner.p95_ms, latency) if owner else 0
        if latency not in {each for each, _ in edges[pin.integration_key]}:
            edges[pin.integration_key].add((latency, place))
    return [sorted(edges[key]) for key in keys]


def _padded(places: Sequence[int], width: int) -> list[int]:
    return [*places, *[places[-1]] * (width - len(places))]


def _pin(
    pin: PinnedRow,
    row: int,
    day: int,
    counts: IntArray,
    histogram: IntArray,
    edges: Sequence[Sequence[tuple[int, int]]],
) -> None:
    """Add a pinned row: 95 % of its calls take no longer than its p95, and all of them longer than less."""
    counts[:, row, day] += (pin.successful, pin.vendor_errors, pin.exceptions)
    pinned = round(pin.p95_latency_ms * UNITS_PER_MS)
    for column in range(histogram.shape[2]):
        latency = edges[row][min(column, len(edges[row]) - 1)][0]
        share = -TARGET if latency < pinned else 0 if latency == pinned else SCALE - TARGET
        histogram[row, day, column] += share * pin.invocations


def _table(counts: IntArray, histogram: IntArray) -> IntArray:
    """Lay counts and histograms out as `Sums` takes them, in the smallest integers that hold their sums."""
    kinds, rows, days = counts.shape
    width = histogram.shape[2] + 1
    invocations = counts.sum(0)
    most = int(invocations.sum(1).max(initial=0)) * SCALE
    table = np.zeros((days + 1, kinds * rows + rows * width), np.int32 if most < 2**31 else np.int64)
    table[1:, : kinds * rows] = counts.reshape(kinds * rows, days).T
    parts = table[1:, kinds * rows :].reshape(days, rows, width)
    parts[:, :, 0] = -invocations.T
    parts[:, :, 1:] = histogram.transpose(1, 0, 2)
    return table
