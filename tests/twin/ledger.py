"""The twin's data: what each integration did on each day, held as running totals.

Every number follows from the tables below and a fixed seed. A day's figures do not depend on how far the
ledger reaches, and a range costs two look-ups however long it is.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FIRST_DAY = date(2023, 1, 1)

SLUGS = {"harbor": 1.0, "meadow": 0.45, "harbor-eu": 0.2}
"""The workspaces, and each one's share of the traffic."""

MODES = {"live": 1.0, "test": 0.15, "replay": 0.05}
"""The modes, and each one's share of the traffic."""

BUCKETS = 36
BOUNDS = np.concatenate([[0.0], np.geomspace(12.0, 30_000.0, BUCKETS)])
"""The latency buckets' bounds in milliseconds; bucket `i` reaches from bound `i` to bound `i + 1`."""

Counts = NDArray[np.int64]
"""By integration: each `Outcome`, then the buckets."""


class Outcome(IntEnum):
    """The columns of `Counts` before the buckets."""

    INVOCATIONS = 0
    VENDOR_ERRORS = 1
    EXCEPTIONS = 2


@dataclass(frozen=True)
class Integration:
    """One integration's traffic in words: what `harbor` in `live` sees on a day, and how it drifts.

    Attributes:
        key: its `integration_key`.
        daily: invocations on a weekday at first.
        weekend: Saturday's and Sunday's share of a weekday.
        yearly: the growth within a year, as a factor.
        median_ms: the median latency.
        spread: the latency's standard deviation, in natural logarithms.
        errors: the share of invocations that fail.
        vendor_share: the share of the failures that are the vendor's.
        first: its first day.
        incidents: days on which it failed four times as often and took twice as long.

    """

    key: str
    daily: float
    weekend: float = 0.4
    yearly: float = 1.2
    median_ms: float = 220.0
    spread: float = 0.6
    errors: float = 0.02
    vendor_share: float = 0.7
    first: date = FIRST_DAY
    incidents: tuple[tuple[date, date], ...] = ()


INTEGRATIONS = (
    Integration("salesforce", 900, 0.3, 1.15, 310, 0.55, 0.012, incidents=((date(2025, 4, 8), date(2025, 4, 10)),)),
    Integration("hubspot", 420, 0.35, 1.25, 260, 0.6, 0.015),
    Integration("zendesk", 640, 0.7, 1.1, 180, 0.5, 0.01, incidents=((date(2026, 2, 27), date(2026, 3, 2)),)),
    Integration("intercom", 300, 0.8, 1.3, 150, 0.55, 0.02),
    Integration("stripe", 520, 0.85, 1.35, 210, 0.45, 0.006, 0.5),
    Integration("shopify", 760, 1.25, 1.2, 240, 0.65, 0.018, incidents=((date(2025, 11, 28), date(2025, 12, 1)),)),
    Integration("twilio-voice", 240, 0.5, 1.05, 420, 0.7, 0.035, 0.85),
    Integration("google_calendar", 180, 0.15, 1.2, 130, 0.5, 0.008),
    Integration("slack", 350, 0.2, 1.15, 95, 0.5, 0.005, first=date(2024, 2, 29)),
    Integration("netsuite", 14, 0.05, 1.1, 1_900, 0.8, 0.09, 0.6, first=date(2024, 7, 1)),
    Integration("docusign", 0.4, 0.0, 1.0, 800, 0.7, 0.05),
    Integration("whatsapp.business", 130, 0.9, 2.4, 170, 0.5, 0.025, first=date(2026, 8, 17)),
)

KEYS = tuple(integration.key for integration in INTEGRATIONS)


@dataclass(frozen=True)
class Ledger:
    """Running totals over the days since `FIRST_DAY`.

    Attributes:
        totals: for each day, slug, mode, integration: what came before that day (the three outcomes, then
            the buckets). One entry more than there are days.

    """

    totals: NDArray[np.int32]

    def between(self, start: date, end: date, slug: str | None = None, mode: str | None = None) -> Counts:
        """Count by integration what fell on `start` to `end`, both included; None for all slugs or modes.

        A slug or mode that nothing has gives zeros, and so do days that the ledger does not reach.
        """
        last = len(self.totals) - 1
        after = min(max((end - FIRST_DAY).days + 1, 0), last)
        before = min(max((start - FIRST_DAY).days, 0), after)
        counts = (self.totals[after] - self.totals[before]).astype(np.int64)
        slugs = _positions(tuple(SLUGS), slug)
        modes = _positions(tuple(MODES), mode)
        return np.asarray(counts[slugs][:, modes].sum(axis=(0, 1)), dtype=np.int64)


def p95_ms(counts: Counts) -> NDArray[np.float64]:
    """Give each integration's 95th percentile in milliseconds, 0 where it has no invocation.

    Within a bucket the latencies are taken as evenly spread; so the percentile of a union lies between those
    of its parts.
    """
    buckets = counts[:, len(Outcome) :]
    reached = buckets.cumsum(axis=1)
    rank = 0.95 * reached[:, -1]
    bucket = np.minimum((reached < rank[:, None]).sum(axis=1), BUCKETS - 1)
    at = np.arange(len(counts))
    held = buckets[at, bucket]
    inside = (rank - (reached[at, bucket] - held)) / np.maximum(held, 1)
    low, high = BOUNDS[bucket], BOUNDS[bucket + 1]
    return np.asarray(np.where(held > 0, low + inside * (high - low), 0.0), dtype=np.float64)


@lru_cache(maxsize=2)
def ledger_until(last_day: date) -> Ledger:
    """Make the ledger of `FIRST_DAY` to `last_day`, both included; the same one for the same day."""
    days = (last_day - FIRST_DAY).days + 1
    totals = np.zeros((days + 1, len(SLUGS), len(MODES), len(INTEGRATIONS), len(Outcome) + BUCKETS), np.int32)
    for column, integration in enumerate(INTEGRATIONS):
        totals[1:, :, :, column] = _history(integration, column, days)
    totals.setflags(write=False)
    return Ledger(totals)


def _positions(names: tuple[str, ...], wanted: str | None) -> list[int]:
    return [position for position, name in enumerate(names) if wanted is None or name == wanted]


def _history(integration: Integration, column: int, days: int) -> NDArray[np.float64]:
    """Give the running totals of one integration, by day, slug and mode."""
    random = np.random.default_rng([20230101, column])
    cells = (len(SLUGS), len(MODES))
    phase = random.random((*cells, BUCKETS))
    # One draw a day and cell, in the order of the days: a longer ledger begins with the same days.
    noise = random.normal(0.0, 1.0, (days, *cells, 2))
    volume = _volume(integration, days)[:, None, None] * _shares() * np.exp(0.15 * noise[..., 0])
    slower = 1.0 + _incident(integration, days)[:, None, None]
    middle = np.log(integration.median_ms * slower) + 0.12 * noise[..., 1]
    buckets = volume[..., None] * _bucket_shares(middle, integration.spread)
    reached = np.floor(np.cumsum(buckets, axis=0) + phase)
    invocations = reached.sum(axis=-1)
    share = integration.errors * (1.0 + 3.0 * _incident(integration, days)[:, None, None])
    failed = _part_of(invocations, share)
    vendor = _part_of(failed, np.asarray(integration.vendor_share))
    outcomes = np.stack([invocations, vendor, failed - vendor], axis=-1)
    return np.concatenate([outcomes, reached], axis=-1)


def _volume(integration: Integration, days: int) -> NDArray[np.float64]:
    """Give the expected invocations of each day, before noise and shares."""
    day = np.arange(days)
    weekday = (day + FIRST_DAY.weekday()) % 7
    since = (integration.first - FIRST_DAY).days
    growth = integration.yearly ** (np.maximum(day - since, 0) / 365.25)
    wave = np.where(weekday >= 5, integration.weekend, 1.0)
    return np.asarray(np.where(day >= since, integration.daily * growth * wave, 0.0), dtype=np.float64)


def _incident(integration: Integration, days: int) -> NDArray[np.float64]:
    """Give 1 for each day of an incident, 0 for the others."""
    flags = np.zeros(days + 1)
    for first, last in integration.incidents:
        flags[(first - FIRST_DAY).days : (last + timedelta(days=1) - FIRST_DAY).days] = 1.0
    return flags[:days]


def _shares() -> NDArray[np.float64]:
    return np.outer(list(SLUGS.values()), list(MODES.values()))


def _bucket_shares(middle: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """Share a logistic distribution of log latency, one for each `middle`, out over the buckets."""
    below = 1.0 / (1.0 + np.exp(-(np.log(BOUNDS[1:-1]) - middle[..., None]) / (0.55 * spread)))
    edges = np.zeros((*middle.shape, 1))
    return np.diff(np.concatenate([edges, below, edges + 1.0], axis=-1), axis=-1)


def _part_of(totals: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give running totals of a part: a whole number each day, and on no day more than the whole had."""
    daily = np.diff(totals, axis=0, prepend=0.0)
    return np.asarray(np.floor(np.cumsum(daily * share, axis=0)), dtype=np.float64)
