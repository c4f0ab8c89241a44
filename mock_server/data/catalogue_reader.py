"""Reads the parts of a catalogue; a scenario, which changes a catalogue, reads its parts in the same way."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from feather_kit.yaml_source import YamlSource
from mock_server.data.catalogue import Ago, Catalogue, Day, Holiday, Incident, Integration, Mode, Workspace
from mock_server.data.checked import EARLIEST, Reader

MOST_DAILY = 1e8
_MOST_MS = 600_000
_TAIL = (1.2, 6.0)  # how many medians a p95 may be: for these, `latency.RELATIVE_ERROR` holds
_MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_INCIDENT = ("from", "to", "vendor_error_rate", "exception_rate", "latency", "volume", "cause")
INTEGRATION = (
    "daily_volume",
    "growth",
    "week",
    "vendor_error_rate",
    "exception_rate",
    "latency",
    "first_day",
    "incidents_a_year",
    "incidents",
    "workspaces",
)
"""The names of an integration's entries."""


@dataclass(frozen=True)
class Context:
    """What the parts of a file may refer to: names of weeks, slugs, and whether days may be told from today."""

    weeks: Mapping[str, tuple[float, ...]]
    slugs: Collection[str]
    relative: bool


def read_catalogue(source: YamlSource) -> Catalogue:
    """Read a `catalogue.yaml`.

    Raises:
        InputError: a key is unknown or missing, or a value is none that it could be.

    """
    top = Reader.whole(source).mapping(("weeks", "holidays", "modes", "workspaces", "integrations"))
    weeks = {name: at.numbers(7, 0, 20) for name, at in top.need("weeks").entries()} if "weeks" in top else {}
    holidays = tuple(_holiday(at, weeks) for at in top.child("holidays").items()) if "holidays" in top else ()
    workspaces = read_workspaces(top.need("workspaces"), relative=False)
    context = Context(weeks, [workspace.slug for workspace in workspaces], relative=False)
    return Catalogue(
        integrations=tuple(read_integration(key, at, context) for key, at in top.need("integrations").entries()),
        workspaces=workspaces,
        modes=read_modes(top.need("modes")),
        weeks=weeks,
        holidays=holidays,
    )


def read_workspaces(at: Reader, *, relative: bool) -> tuple[Workspace, ...]:
    """Read the mapping of slugs to shares and first days."""
    return tuple(
        Workspace(
            slug,
            entry.mapping(("share", "first_day")).number("share", 1e-6, 1e6),
            entry.day("first_day", relative=relative) if "first_day" in entry else None,
        )
        for slug, entry in at.entries(least=1)
    )


def read_modes(at: Reader) -> tuple[Mode, ...]:
    """Read the mapping of modes to shares and what errors and latencies are multiplied by."""
    return tuple(
        Mode(
            name,
            entry.mapping(("share", "errors", "latency")).number("share", 1e-6, 1e6),
            entry.number("errors", 0, 100, 1.0),
            entry.number("latency", 0.1, 10, 1.0),
        )
        for name, entry in at.entries(least=1)
    )


def read_integration(key: str, at: Reader, context: Context) -> Integration:
    """Read an integration of which nothing is known yet."""
    at.mapping(INTEGRATION)
    for name in ("daily_volume", "vendor_error_rate", "exception_rate", "latency", "first_day"):
        at.need(name)
    fields = read_fields(at, context)
    blank = Integration(key, 0, 0.0, (1.0,) * 7, "", 0, 0, 1, 2, EARLIEST)
    integration = replace(blank, **fields)
    if integration.vendor_error_rate + integration.exception_rate > 1:
        raise at.refuse(
            "vendor_error_rate and exception_rate are more than 1 together",
            "Write shares of all invocations",
            key="vendor_error_rate",
        )
    return integration


def read_fields(at: Reader, context: Context) -> dict[str, Any]:
    """Read those fields of an integration that stand at `at`, by the names of `Integration`."""
    fields: dict[str, Any] = {}
    for name, low, high in (
        ("daily_volume", 0, MOST_DAILY),
        ("growth", -0.9, 10),
        ("vendor_error_rate", 0, 1),
        ("exception_rate", 0, 1),
        ("incidents_a_year", 0, 50),
    ):
        if name in at:
            fields[name] = at.number(name, low, high)
    if "week" in at:
        fields["week_name"], fields["week"] = _week(at.child("week"), context.weeks)
    if "latency" in at:
        fields["median_ms"], fields["p95_ms"] = _latency(at.child("latency"))
    if "first_day" in at:
        fields["first_day"] = at.day("first_day", relative=context.relative)
    if "workspaces" in at:
        slugs = at.child("workspaces").items(least=1)
        fields["workspaces"] = frozenset(slug.choice(context.slugs) for slug in slugs)
    if "incidents" in at:
        incidents = at.child("incidents").items()
        fields["incidents"] = tuple(_incident(item, relative=context.relative) for item in incidents)
    return fields


def _week(at: Reader, weeks: Mapping[str, tuple[float, ...]]) -> tuple[str, tuple[float, ...]]:
    if isinstance(at.value, list):
        return "", at.numbers(7, 0, 20)
    name = at.choice(weeks)
    return name, weeks[name]


def _latency(at: Reader) -> tuple[float, float]:
    at.mapping(("median_ms", "p95_ms"))
    median, p95 = at.number("median_ms", 0.5, _MOST_MS), at.number("p95_ms", 1, _MOST_MS)
    low, high = _TAIL
    if not low * median <= p95 <= high * median:
        wanted = f"Write {low} to {high:g} times the median, here {low * median:,g} to {high * median:,g}"
        raise at.refuse(f"p95_ms is {p95:g} beside a median_ms of {median:g}", wanted, key="p95_ms")
    return median, p95


def _incident(at: Reader, *, relative: bool) -> Incident:
    at.mapping(_INCIDENT)
    first = at.day("from", relative=relative)
    last = at.day("to", relative=relative, default=first)
    if _backwards(first, last):
        raise at.refuse(f"the incident ends on {at.value['to']}, before it begins", "Swap the days", key="to")
    at.text("cause", "unknown")
    return Incident(
        first,
        last,
        at.number("vendor_error_rate", 0, 1, 0.0),
        at.number("exception_rate", 0, 1, 0.0),
        at.number("latency", 0.1, 20, 1.0),
        at.number("volume", 0, 1000, 1.0),
    )


def _backwards(first: Day, last: Day) -> bool:
    """Tell whether two days of one kind are in the wrong order; of two kinds, nobody knows before today is told."""
    if isinstance(first, Ago) and isinstance(last, Ago):
        return last.days > first.days
    return isinstance(first, date) and isinstance(last, date) and last < first


def _holiday(at: Reader, weeks: Mapping[str, tuple[float, ...]]) -> Holiday:
    at.mapping(("days", "weekday", "volume", "name"))
    at.text("name", "unnamed")
    first, last = _month_days(at.need("days"))
    weekday = _WEEKDAYS.index(at.child("weekday").choice(_WEEKDAYS)) if "weekday" in at else None
    volume = at.need("volume").mapping(weeks)
    factors = {name: volume.number(name, 0, 100) for name in volume.value}
    return Holiday(first, last, weekday, factors)


def _month_days(at: Reader) -> tuple[tuple[int, int], tuple[int, int]]:
    """Read `12-24` or `12-24..12-26`."""
    first, _, last = str(at.value).partition("..")
    return _month_day(at, first), _month_day(at, last or first)


def _month_day(at: Reader, text: str) -> tuple[int, int]:
    lengths = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    found = _MONTH_DAY.fullmatch(text)
    if found is not None:
        month, day = int(found[1]), int(found[2])
        if 1 <= month <= 12 and 1 <= day <= lengths[month - 1]:
            return month, day
    raise at.refuse(f"{at.value!r} are no days of a year", "Write MM-DD or MM-DD..MM-DD")
