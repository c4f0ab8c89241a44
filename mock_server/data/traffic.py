"""Counts by cell, an integration in a workspace and a mode on a day: drawn by chance that the cell alone decides.

Each cell has its own stream of random numbers, a hash of the seed, its names and its day. Nothing is drawn
in sequence, so that no cell depends on what was asked before, on a later day or on another integration.
Hashes are whole numbers; from there on only + - * /, sqrt, floor and comparisons are used, which are exactly
rounded everywhere: no count can differ between two machines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Final

import numpy as np

from mock_server.data.catalogue import Holiday, Integration, Mode, Workspace
from mock_server.data.latency import FINE, fine_steps
from mock_server.data.noise import key64

if TYPE_CHECKING:
    import numpy.typing as npt

    from mock_server.data.account import Account
    from mock_server.data.latency import FloatArray, IntArray

    BitArray = npt.NDArray[np.uint64]

_RAMP_DAYS: Final = 28  # a new integration or workspace needs so long to come to its full volume
_SEASON_DAYS: Final = 28  # slow changes of volume, errors and latency take about so long
_MOST_GROWTH: Final = 50.0
_MOST_VOLUME: Final = 1e8  # with this, sums of thirty years are still exact as floats
_BURSTS: Final = 0.0025  # calls come in bursts: the variance is more than a Poisson's by this part of mean²
_LONGEST_CHANCE: Final = 3  # days that an incident by chance lasts at most
_CHANCE_LATENCY: Final = (1.4, 3.0)  # what such an incident multiplies latencies by, least and most
_LOG_ODDS: Final = 2.944  # ln 19: between the median and the p95
_WOBBLE, _DRIFT = 1.05, 1.08  # what a standard deviation of a day, and of a season, does to latencies


@dataclass(frozen=True)
class Usage:
    """What is expected of some integrations on some days; each array is by integration and day.

    Attributes:
        volume: invocations over all workspaces and modes.
        vendor_error_rate: the share that fails at the vendor.
        exception_rate: the share that fails on this side.
        level: how many fine steps of `latency` slower than usual.

    """

    volume: FloatArray
    vendor_error_rate: FloatArray
    exception_rate: FloatArray
    level: FloatArray


class Chance:
    """Random bits for each of some integrations, each purpose and each day."""

    def __init__(self, integrations: Sequence[Integration], seed: int) -> None:
        self._keys = np.array([key64(str(seed), each.key) for each in integrations], np.uint64)

    def bits(self, days: IntArray, *purpose: str) -> BitArray:
        """Give 64 bits by integration and day."""
        return _scattered(self._keys ^ np.uint64(key64(*purpose)), days)


def _scattered(keys: BitArray, days: IntArray) -> BitArray:
    """Scatter keys and days to 64 bits: splitmix64 (Steele, Lea and Flood 2014), at any place of its stream."""
    steps = days.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    bits = keys[:, None] + steps[None, :]
    bits ^= bits >> np.uint64(30)
    bits *= np.uint64(0xBF58476D1CE4E5B9)
    bits ^= bits >> np.uint64(27)
    bits *= np.uint64(0x94D049BB133111EB)
    bits ^= bits >> np.uint64(31)
    return bits


def _normal(bits: BitArray) -> FloatArray:
    """Make numbers of mean 0 and deviation 1 out of the lower 48 bits: a sum of three even ones."""
    low = np.uint64(0xFFFF)
    total = bits & low
    total += (bits >> np.uint64(16)) & low
    total += (bits >> np.uint64(32)) & low
    value: FloatArray = total.astype(np.float64)
    value -= 98302.5
    value *= 1 / 32768
    return value


def _even(bits: BitArray) -> FloatArray:
    """Make numbers from 0 up to 1 out of the upper 16 bits."""
    value: FloatArray = (bits >> np.uint64(48)).astype(np.float64)
    value *= 1 / 65536
    return value


def _draw(mean: FloatArray, variance: FloatArray, bits: BitArray) -> FloatArray:
    """Draw whole numbers of a mean and a variance; 0 where both are."""
    value: FloatArray = np.sqrt(variance)
    value *= _normal(bits)
    value += mean
    np.maximum(value, 0.0, out=value)
    value += _even(bits)
    return np.floor(value, out=value)


def _seasonal(chance: Chance, days: IntArray, purpose: str) -> FloatArray:
    """Give noise that changes slowly: even between random numbers of deviation 1, a season apart."""
    first = int(days[0]) // _SEASON_DAYS
    last = int(days[-1]) // _SEASON_DAYS + 1
    marks = _normal(chance.bits(np.arange(first, last + 1), purpose))
    season = days // _SEASON_DAYS - first
    part = (days % _SEASON_DAYS) * (1 / _SEASON_DAYS)
    noise: FloatArray = marks[:, season] * (1 - part) + marks[:, season + 1] * part
    return noise


def usage(integrations: Sequence[Integration], account: Account, days: IntArray) -> Usage:
    """Tell what is expected of `integrations` on `days`, ordinals in sequence.

    Only an integration's own fields and the catalogue's holidays count, so that a change of one integration
    leaves the other ones as they are.
    """
    chance = Chance(integrations, account.seed)

    def column(values: Sequence[float]) -> FloatArray:
        return np.array(values, np.float64)[:, None]

    volume = np.stack([_plan(each, account, days) for each in integrations])
    _keep_holidays(volume, integrations, account.catalogue.holidays, days)
    volume *= 1 + 0.05 * _normal(chance.bits(days, "volume")) + 0.05 * _seasonal(chance, days, "trend")
    weather = _seasonal(chance, days, "weather")
    vendor = _unsettled(
        column([each.vendor_error_rate for each in integrations]),
        0.25 * weather + 0.2 * _normal(chance.bits(days, "vendor")),
    )
    exceptions = _unsettled(
        column([each.exception_rate for each in integrations]), 0.3 * _normal(chance.bits(days, "exceptions"))
    )
    wobble, drift, least, most = (
        column([fine_steps(each.tail, factor) for each in integrations])
        for factor in (_WOBBLE, _DRIFT, *_CHANCE_LATENCY)
    )
    level = wobble * _normal(chance.bits(days, "latency")) + drift * weather
    level += _luck(volume, _normal(chance.bits(days, "luck")))
    severity = _chance_severity(integrations, chance, days)
    struck = severity > 0
    level += np.where(struck, least + (most - least) * severity, 0.0)
    vendor = np.maximum(vendor, np.where(struck, 0.02 + 0.25 * severity * severity, 0.0))
    volume *= 1 - 0.15 * severity
    expected = Usage(volume, vendor, exceptions, level)
    for row, integration in enumerate(integrations):
        _strike(expected, row, integration, account, int(days[0]))
    np.minimum(volume, _MOST_VOLUME, out=volume)
    return expected


def _luck(volume: FloatArray, noise: FloatArray) -> FloatArray:
    """Give by how many fine steps the p95 of so few calls differs from that of many.

    The p95 of n calls scatters as 1/sqrt(n) does (that of a sample's quantile, over the density there), and
    that of a few is their slowest, which is a usual one.
    """
    scatter = 0.95 * 0.05 / (volume + 3)
    moved = noise * np.sqrt(scatter) * (4 * FINE / (0.95 * 0.05 * _LOG_ODDS)) - 4 * FINE / (volume + 1)
    return np.clip(moved, -2 * FINE, 1.5 * FINE)


def _strike(expected: Usage, row: int, integration: Integration, account: Account, first: int) -> None:
    """Change what is expected of one integration as its incidents have it."""
    for incident in integration.incidents:
        begin, end = account.ordinal(incident.first) - first, account.ordinal(incident.last) - first
        span = slice(max(begin, 0), max(end + 1, 0))
        expected.volume[row, span] *= incident.volume
        expected.level[row, span] += fine_steps(integration.tail, incident.latency)
        for rates, rate in (
            (expected.vendor_error_rate, incident.vendor_error_rate),
            (expected.exception_rate, incident.exception_rate),
        ):
            rates[row, span] = np.maximum(rates[row, span], rate)


def _unsettled(rate: FloatArray, noise: FloatArray) -> FloatArray:
    """Move rates by `noise`; the nearer to 1, the less, so that always remains always and never never."""
    moved: FloatArray = rate * np.maximum(1 + (1 - rate) * noise, 0.2)
    return moved


def _plan(integration: Integration, account: Account, days: IntArray) -> FloatArray:
    """Give the volume of each day as growth, week and the first weeks have it."""
    age = days - account.ordinal(integration.first_day)
    total = fsum(integration.week) or 1.0  # `sum` rounds otherwise from Python 3.12 on
    week = np.array([part * 7 / total for part in integration.week])
    volume = integration.daily_volume * _growth(integration.growth, age) * _ramp(age)
    volume *= week[(days + 6) % 7]  # ordinal 1, 1 January of year 1, is a Monday
    return volume


def _keep_holidays(
    volume: FloatArray, integrations: Sequence[Integration], holidays: Sequence[Holiday], days: IntArray
) -> None:
    """Change the volume of each holiday as the weeks of the integrations have it."""
    first = int(days[0])
    for holiday in holidays:
        factors = np.array([holiday.volume.get(each.week_name, 1.0) for each in integrations])
        volume[:, [day - first for day in holiday.between(first, int(days[-1]))]] *= factors[:, None]


def _ramp(age: IntArray) -> FloatArray:
    """Give the part of the full volume at an age in days; 0 before the first day."""
    return np.clip((age + 1) * (1 / _RAMP_DAYS), 0.0, 1.0)


def _growth(growth: float, age: IntArray) -> FloatArray:
    """Give growth since the first day: compound by year, even within a year."""
    years = np.maximum(age, 0) // 365
    powers = [1.0]
    for _ in range(int(years[-1]) + 1):
        powers.append(min(max(powers[-1] * (1 + growth), 1 / _MOST_GROWTH), _MOST_GROWTH))
    at_years = np.array(powers)
    part = (np.maximum(age, 0) % 365) * (1 / 365)
    grown: FloatArray = at_years[years] * (1 - part) + at_years[years + 1] * part
    return grown


def _chance_severity(integrations: Sequence[Integration], chance: Chance, days: IntArray) -> FloatArray:
    """Give the severity, up to 1, of incidents by chance; 0 on days without."""
    earlier = np.arange(int(days[0]) - _LONGEST_CHANCE + 1, int(days[-1]) + 1)
    bits = chance.bits(earlier, "incident")
    often = np.array([each.incidents_a_year for each in integrations]) * (2**32 / 365)
    starts = (bits & np.uint64(0xFFFFFFFF)).astype(np.float64) < often[:, None]
    length = 1 + (bits >> np.uint64(32)) % np.uint64(_LONGEST_CHANCE)
    severity = np.where(starts, _even(bits) + 1 / 65536, 0.0)
    result: FloatArray = np.zeros((len(integrations), len(days)))
    for back in range(_LONGEST_CHANCE):
        part = slice(_LONGEST_CHANCE - 1 - back, len(earlier) - back)
        np.maximum(result, np.where(length[:, part] > back, severity[:, part], 0.0), out=result)
    return result


def shares(
    integration: Integration, workspaces: Sequence[Workspace], modes: Sequence[Mode]
) -> Mapping[tuple[str, str], float]:
    """Give the part that each workspace and mode has of an integration's traffic."""
    users = [each for each in workspaces if integration.workspaces is None or each.slug in integration.workspaces]
    of_users = fsum(each.share for each in users)
    of_modes = fsum(each.share for each in modes)
    return {
        (user.slug, mode.name): (user.share / of_users) * (mode.share / of_modes) for user in users for mode in modes
    }


@dataclass(frozen=True)
class Cell:
    """A workspace and a mode, and the part that they have of the traffic of each of some integrations."""

    workspace: Workspace
    mode: Mode
    share: FloatArray


def draw(cell: Cell, chance: Chance, expected: Usage, account: Account, days: IntArray) -> IntArray:
    """Draw the counts of a cell on `days`, for each integration of `chance` and `expected`.

    Returns:
        Successful, vendor errors and exceptions, each by integration and day; they add up to the invocations.

    """
    workspace, mode = cell.workspace, cell.mode
    mean = expected.volume * cell.share[:, None]
    if workspace.first_day is not None:
        mean *= _ramp(days - account.ordinal(workspace.first_day))

    def bits(purpose: str) -> BitArray:
        return chance.bits(days, purpose, workspace.slug, mode.name)

    invocations = _draw(mean, mean + _BURSTS * mean * mean, bits("invocations"))
    vendor = _failures(invocations, expected.vendor_error_rate * mode.errors, bits("vendor"))
    exceptions = _failures(invocations, expected.exception_rate * mode.errors, bits("exceptions"))
    counts = np.empty((3, *invocations.shape), np.int64)
    counts[1] = vendor
    counts[2] = np.minimum(exceptions, invocations - vendor)
    counts[0] = invocations - vendor - counts[2]
    return counts


def _failures(invocations: FloatArray, rate: FloatArray, bits: BitArray) -> FloatArray:
    """Draw how many of the invocations fail."""
    rate = np.minimum(rate, 1.0)
    mean = invocations * rate
    return np.minimum(_draw(mean, mean * (1 - rate), bits), invocations)
