"""The values that a catalogue is made of: integrations, workspaces, modes, and what happens to them on which days."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Ago:
    """A day told from today: `Ago(1)` is yesterday. Scenarios have it, a catalogue has not.

    The past of a catalogue must not change while today moves on.
    """

    days: int


Day = date | Ago


@dataclass(frozen=True)
class Incident:
    """What is unusual on some days of an integration.

    Attributes:
        first: the first day of it.
        last: the last day of it, included.
        vendor_error_rate: the share of invocations that fail at the vendor, where it is above the usual one.
        exception_rate: the share that fail on this side, where it is above the usual one.
        latency: what latencies are multiplied by.
        volume: what the volume is multiplied by.

    """

    first: Day
    last: Day
    vendor_error_rate: float = 0.0
    exception_rate: float = 0.0
    latency: float = 1.0
    volume: float = 1.0


@dataclass(frozen=True)
class Integration:
    """One integration and how it is used.

    Attributes:
        key: its `integration_key`.
        daily_volume: invocations on an average day in its first year, over all workspaces and modes.
        growth: growth of the volume in a year, as a share: 0.25 is a quarter more.
        week: what Monday to Sunday have of an average day.
        week_name: the name of that week, by which holidays find it; empty where it has none.
        vendor_error_rate: the share of invocations that fail at the vendor on a usual day.
        exception_rate: the share that fail on this side on a usual day.
        median_ms: the median latency of a usual day, in milliseconds.
        p95_ms: the 95th percentile of the latencies of a usual day, in milliseconds.
        first_day: the first day with traffic.
        incidents_a_year: how many incidents come by chance in a year, on average.
        incidents: those whose days are told.
        workspaces: the slugs of the workspaces that use it; None where all do.

    """

    key: str
    daily_volume: float
    growth: float
    week: tuple[float, ...]
    week_name: str
    vendor_error_rate: float
    exception_rate: float
    median_ms: float
    p95_ms: float
    first_day: Day
    incidents_a_year: float = 0.0
    incidents: tuple[Incident, ...] = ()
    workspaces: frozenset[str] | None = None

    @property
    def tail(self) -> float:
        """How many times the median the p95 is."""
        return self.p95_ms / self.median_ms


@dataclass(frozen=True)
class Workspace:
    """A customer's workspace, told by its slug; `share` is its part of the traffic, `first_day` its first day."""

    slug: str
    share: float
    first_day: Day | None = None


@dataclass(frozen=True)
class Mode:
    """A mode of running.

    Attributes:
        name: the value of the `mode` parameter.
        share: its part of the traffic.
        errors: what error rates are multiplied by.
        latency: what latencies are multiplied by.

    """

    name: str
    share: float
    errors: float = 1.0
    latency: float = 1.0


@dataclass(frozen=True)
class Holiday:
    """Days of each year on which traffic differs.

    Attributes:
        first: month and day of the first of them.
        last: month and day of the last of them, included; before `first` where the year ends between them.
        weekday: the only weekday that counts (0 is Monday), None for all.
        volume: by the name of a week, what the volume of the integrations of that week is multiplied by.

    """

    first: tuple[int, int]
    last: tuple[int, int]
    weekday: int | None
    volume: Mapping[str, float]

    def between(self, first: int, last: int) -> list[int]:
        """Give those of these days that lie from `first` to `last`, as ordinals."""
        days: list[int] = []
        for year in range(date.fromordinal(first).year - 1, date.fromordinal(last).year + 1):
            begin = _ordinal(year, self.first)
            end = _ordinal(year + (self.last < self.first), self.last)
            days += [
                day
                for day in range(max(begin, first), min(end, last) + 1)
                if self.weekday is None or (day + 6) % 7 == self.weekday
            ]
        return days


def _ordinal(year: int, month_day: tuple[int, int]) -> int:
    """Give the day of a year; 29 February of a common year is its 28 February."""
    month, day = month_day
    if (month, day) == (2, 29) and not calendar.isleap(year):
        day = 28
    return date(year, month, day).toordinal()


@dataclass(frozen=True)
class Catalogue:
    """All that traffic is derived from."""

    integrations: tuple[Integration, ...]
    workspaces: tuple[Workspace, ...]
    modes: tuple[Mode, ...]
    weeks: Mapping[str, tuple[float, ...]]
    holidays: tuple[Holiday, ...] = ()
