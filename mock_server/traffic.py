"""Counts by cell, an integration in a workspace and a mode on a day: drawn by chance that the cell alone decides.

Each cell has its own stream of random numbers, a hash of the seed, its names and its day. Nothing is drawn
in sequence, so that no cell depends on what was asked before, on a later day or on another integration.
Hashes are whole numbers; from there on only + - * /, sqrt, floor and rint are used, which are rounded exactly
everywhere: no count can differ between two machines. Today has its whole day's traffic from its first minute.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from mock_server.catalogue import Catalogue, Integration, Mode, Workspace, resolve
from mock_server.latency import FloatArray, IntArray, fine_steps
from mock_server.noise import key64

BitArray = npt.NDArray[np.uint64]

_RAMP_DAYS = 28  # a new integration or workspace needs so long to come to its full volume
_SEASON_DAYS = 28  # slow changes of volume, errors and latency take about so long
_MOST_GROWTH = 50.0
_MOST_VOLUME = 1e9
_LONGEST_CHANCE = 3  # days that an incident by chance lasts at most
_WOBBLE, _DRIFT = 1.05, 1.08  # what a standard deviation of a day, and of a season, does to latencies
_CHANCE_LATENCY = (1.4, 3.6)  # what an incident by chance multiplies latencies by, least and most


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


def _mix(bits: BitArray) -> BitArray:
    """Scatter 64 bits: the finaliser of splitmix64 (Steele, Lea and Flood 2014)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


def _stream(keys: Sequence[int], days: IntArray) -> BitArray:
    """Give 64 random bits for each key on each day."""
    steps = days.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return _mix(np.array(keys, np.uint64)[:, None] + steps[None, :])


def _normal(bits: BitArray) -> FloatArray:
    """Make a number of mean 0 and deviation 1 out of the lower 48 bits: a sum of three even ones."""
    low = np.uint64(0xFFFF)
    total = (bits & low) + ((bits >> np.uint64(16)) & low) + ((bits >> np.uint64(32)) & low)
    return (total.astype(np.float64) - 98302.5) * (1 / 32768)


def _even(bits: BitArray) -> FloatArray:
    """Make a number from 0 up to 1 out of the upper 16 bits."""
    return (bits >> np.uint64(48)).astype(np.float64) * (1 / 65536)


def _draw(mean: FloatArray, variance: FloatArray, bits: BitArray) -> FloatArray:
    """Draw whole numbers of a mean and variance; 0 where the mean is."""
    value = mean + np.sqrt(variance) * _normal(bits)
    return np.floor(np.maximum(value, 0.0) + _even(bits))


def _seasonal(keys: Sequence[int], days: IntArray) -> FloatArray:
    """Give noise that changes slowly, of about the deviation 1."""
    first = int(days[0]) // _SEASON_DAYS
    last = int(days[-1]) // _SEASON_DAYS + 1
    at_seasons = _normal(_stream(keys, np.arange(first, last + 1)))
    season = days // _SEASON_DAYS - first
    part = (days % _SEASON_DAYS) * (1 / _SEASON_DAYS)
    return at_seasons[:, season] * (1 - part) + at_seasons[:, season + 1] * part


def began(integration: Integration, today: date) -> int:
    """Give the ordinal of an integration's first day."""
    return resolve(integration.first_day, today).toordinal()


def usage(integrations: Sequence[Integration], catalogue: Catalogue, seed: int, days: IntArray, today: date) -> Usage:
    """Tell what is expected of `integrations` on `days`, ordinals in sequence.

    Only an integration's own fields and the catalogue's holidays count, so that a change of one integration
    leaves the other ones as they are.
    """
    keys = [str(each.key) for each in integrations]

    def own(purpose: str) -> list[int]:
        return [key64(str(seed), purpose, key) for key in keys]

    volume = np.stack([_plan(each, catalogue, days, today) for each in integrations])
    volume *= 1 + 0.05 * _normal(_stream(own("volume"), days)) + 0.05 * _seasonal(own("trend"), days)
    weather = _seasonal(own("weather"), days)
    vendor = np.array([each.vendor_error_rate for each in integrations])[:, None]
    exceptions = np.array([each.exception_rate for each in integrations])[:, None]
    vendor = _unsettled(vendor, 0.25 * weather + 0.2 * _normal(_stream(own("vendor"), days)))
    exceptions = _unsettled(exceptions, 0.3 * _normal(_stream(own("exceptions"), days)))
    per_wobble = np.array([_fine(each, _WOBBLE) for each in integrations])[:, None]
    per_drift = np.array([_fine(each, _DRIFT) for each in integrations])[:, None]
    level = per_wobble * _normal(_stream(own("latency"), days)) + per_drift * weather
    severity = _chance_severity(integrations, own("incident"), days)
    struck = severity > 0
    low = np.array([_fine(each, _CHANCE_LATENCY[0]) for each in integrations])[:, None]
    high = np.array([_fine(each, _CHANCE_LATENCY[1]) for each in integrations])[:, None]
    level = level + np.where(struck, low + (high - low) * severity, 0.0)
    vendor = np.maximum(vendor, np.where(struck, 0.03 + 0.3 * severity * severity, 0.0))
    volume *= 1 - 0.15 * severity
    for row, integration in enumerate(integrations):
        for incident in integration.incidents:
            first = resolve(incident.first, today).toordinal() - int(days[0])
            last = resolve(incident.last, today).toordinal() - int(days[0])
            span = slice(max(first, 0), max(last + 1, 0))
            volume[row, span] *= incident.volume
            vendor[row, span] = np.maximum(vendor[row, span], incident.vendor_error_rate)
            exceptions[row, span] = np.maximum(exceptions[row, span], incident.exception_rate)
            level[row, span] += _fine(integration, incident.latency)
    return Usage(np.minimum(volume, _MOST_VOLUME), vendor, exceptions, level)


def _fine(integration: Integration, factor: float) -> float:
    return fine_steps(integration.median_ms, integration.p95_ms, factor)


def _unsettled(rate: FloatArray, noise: FloatArray) -> FloatArray:
    """Move rates by `noise`, those of 0 and 1 by nothing."""
    return rate * np.maximum(1 + (1 - rate) * noise, 0.2)


def _plan(integration: Integration, catalogue: Catalogue, days: IntArray, today: date) -> FloatArray:
    """Give the volume of each day as growth, week, holidays and the first weeks have it."""
    age = days - began(integration, today)
    volume = integration.daily_volume * _growth(integration.growth, age)
    total = sum(integration.week) or 1.0
    week = np.array([each * 7 / total for each in integration.week])
    volume = volume * week[(days + 6) % 7]  # ordinal 1, 1 January of year 1, is a Monday
    volume *= np.clip((age + 1) * (1 / _RAMP_DAYS), 0.0, 1.0)
    for holiday in catalogue.holidays:
        factor = holiday.volume.get(integration.week_name, 1.0)
        if factor != 1.0:
            volume[[day - int(days[0]) for day in holiday.between(int(days[0]), int(days[-1]))]] *= factor
    return volume


def _growth(growth: float, age: IntArray) -> FloatArray:
    """Give growth since the first day: compound by year, even within a year."""
    years = np.maximum(age, 0) // 365
    powers = [1.0]
    for _ in range(int(years[-1]) + 1):
        powers.append(min(max(powers[-1] * (1 + growth), 1 / _MOST_GROWTH), _MOST_GROWTH))
    at_years = np.array(powers)
    part = (np.maximum(age, 0) % 365) * (1 / 365)
    return at_years[years] * (1 - part) + at_years[years + 1] * part


def _chance_severity(integrations: Sequence[Integration], keys: Sequence[int], days: IntArray) -> FloatArray:
    """Give the severity, up to 1, of incidents by chance; 0 on days without."""
    earlier = np.arange(int(days[0]) - _LONGEST_CHANCE + 1, int(days[-1]) + 1)
    bits = _stream(keys, earlier)
    chance = np.array([each.incidents_a_year for each in integrations]) * (2**32 / 365)
    starts = (bits & np.uint64(0xFFFFFFFF)).astype(np.float64) < chance[:, None]
    length = 1 + ((bits >> np.uint64(32)) % np.uint64(_LONGEST_CHANCE)).astype(np.int64)
    severity = (_even(bits) + 1 / 65536) * (65536 / 65537)
    result = np.zeros((len(integrations), len(days)))
    for back in range(_LONGEST_CHANCE):
        part = slice(_LONGEST_CHANCE - 1 - back, len(earlier) - back)
        lasts = starts[:, part] & (length[:, part] > back)
        np.maximum(result, np.where(lasts, severity[:, part], 0.0), out=result)
    return result


def shares_of(
    integration: Integration, workspaces: Sequence[Workspace], modes: Sequence[Mode]
) -> dict[tuple[str, str], float]:
    """Give the part that each workspace and mode has of an integration's traffic."""
    users = [each for each in workspaces if integration.workspaces is None or each.slug in integration.workspaces]
    all_users = sum(each.share for each in users)
    all_modes = sum(each.share for each in modes)
    return {
        (user.slug, mode.name): (user.share / all_users) * (mode.share / all_modes) for user in users for mode in modes
    }


def cells(
    integrations: Sequence[Integration],
    expected: Usage,
    share: FloatArray,
    workspace: Workspace,
    mode: Mode,
    seed: int,
    days: IntArray,
    today: date,
) -> IntArray:
    """Draw the counts of one workspace and mode.

    Args:
        integrations: whose counts.
        expected: what is expected of them on `days`.
        share: the part that this workspace and mode has of the traffic of each.
        workspace: the workspace.
        mode: the mode.
        seed: what all streams of random numbers are keyed by.
        days: the days, as ordinals in sequence.
        today: what days told from today are told from.

    Returns:
        Successful, vendor errors and exceptions, each by integration and day.

    """
    mean = expected.volume * share[:, None]
    if workspace.first_day is not None:
        age = days - resolve(workspace.first_day, today).toordinal()
        mean = mean * np.clip((age + 1) * (1 / _RAMP_DAYS), 0.0, 1.0)
    names = (workspace.slug, mode.name)

    def bits(purpose: str) -> BitArray:
        return _stream([key64(str(seed), purpose, each.key, *names) for each in integrations], days)

    spread = mean + 0.0025 * mean * mean  # calls come in bursts: more than a Poisson's variance
    invocations = _draw(mean, spread, bits("invocations"))
    vendor_rate = np.minimum(expected.vendor_error_rate * mode.errors, 1.0)
    exception_rate = np.minimum(expected.exception_rate * mode.errors, 1.0)
    vendor = _failures(invocations, vendor_rate, bits("vendor"))
    exceptions = np.minimum(_failures(invocations, exception_rate, bits("exceptions")), invocations - vendor)
    successful = invocations - vendor - exceptions
    return np.stack((successful, vendor, exceptions)).astype(np.int64)


def _failures(invocations: FloatArray, rate: FloatArray, bits: BitArray) -> FloatArray:
    mean = invocations * rate
    return np.minimum(_draw(mean, mean * (1 - rate), bits), invocations)
