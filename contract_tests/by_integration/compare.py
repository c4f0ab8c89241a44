"""Compares answers: pure functions on rows, each of which says what does not fit, on which integration, by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from contract_tests.by_integration.query import COUNTS, Row, Rows

FEWEST = 100
"""Invocations: with fewer, ways to interpolate a percentile differ by more than any rule can allow for."""

SKETCHED = 0.02
"""The share by which two p95s of the same invocations may differ, where they come from sketches merged in another
order."""

_NONE = Row("", 0, 0, 0, 0, 0.0, 0.0)


def within(rows: Rows) -> int:
    """Give the invocations of all rows."""
    return sum(row.invocations for row in rows.values())


def sum_of(parts: Sequence[Rows]) -> Rows:
    """Add rows up, count by count; rates and latencies do not add, and are left at 0."""
    total: dict[str, Row] = {}
    for part in parts:
        for name, row in part.items():
            sums = {count: getattr(total.get(name, _NONE), count) + getattr(row, count) for count in COUNTS}
            total[name] = replace(_NONE, integration_key=name, **sums)
    return total


def additivity(whole: Rows, parts: Sequence[Rows]) -> str | None:
    """Say where the counts of the whole are not the sums of its parts'."""
    return _difference(whole, sum_of(parts), "the whole has", "its parts together")


def sameness(first: Rows, again: Rows) -> str | None:
    """Say where two answers to the same request differ."""
    text = _difference(first, again, "the first answer has", "the later one")
    if text:
        return text
    for name, row in first.items():
        other = again.get(name)
        if other is not None and row != other and row.invocations:
            return (
                f"{name}: success_rate_pct and p95_latency_ms were {row.success_rate_pct!r} and "
                f"{row.p95_latency_ms!r}, and are {other.success_rate_pct!r} and {other.p95_latency_ms!r}"
            )
    return None


def same_counts(first: Rows, second: Rows) -> bool:
    """Tell whether two answers have the same counts."""
    return _difference(first, second, "", "") is None


def exceeding(part: Rows, whole: Rows) -> str | None:
    """Say where a part has more than the whole."""
    for name, row in part.items():
        outer = whole.get(name, _NONE)
        for count in COUNTS:
            inner_count, outer_count = getattr(row, count), getattr(outer, count)
            if inner_count > outer_count:
                return f"{name}: {count} is {inner_count}, and {outer_count} in the whole"
    return None


def narrowing(part: Rows, whole: Rows) -> str | None:
    """Say where a part has more than the whole; or has all of it, and another p95 all the same."""
    text = exceeding(part, whole)
    if text:
        return text
    for name, row in part.items():
        latency, outer_latency = row.p95_latency_ms, whole.get(name, _NONE).p95_latency_ms
        is_all = row.invocations == whole.get(name, _NONE).invocations > 0
        if is_all and abs(latency - outer_latency) > 1 + SKETCHED * max(latency, outer_latency):
            return f"{name}: the same {row.invocations} invocations have p95s of {latency:g} and {outer_latency:g} ms"
    return None


def between(whole: Rows, parts: Sequence[Rows]) -> str | None:
    """Say where the p95 of the whole lies outside of its parts'.

    The 95th percentile of a mixture lies between those of its parts; rounding keeps the order. Interpolation does not
    quite, by about a gap between neighbours in the sample: the slack shrinks with the number of invocations.
    """
    for name, row in whole.items():
        inner = [part[name] for part in parts if name in part and part[name].invocations > 0]
        if not inner or row.invocations <= 0:
            continue
        fewest = min(part.invocations for part in inner)
        if len(inner) > 1 and fewest < FEWEST:
            continue
        slack = SKETCHED if len(inner) == 1 else SKETCHED + 50 / fewest
        lowest, highest = (
            min(part.p95_latency_ms for part in inner),
            max(part.p95_latency_ms for part in inner),
        )
        if not lowest * (1 - slack) - 1 <= row.p95_latency_ms <= highest * (1 + slack) + 1:
            return (
                f"{name}: p95_latency_ms of the whole is {row.p95_latency_ms:g}, and its parts have "
                f"{lowest:g} to {highest:g}"
            )
    return None


def _difference(one: Rows, other: Rows, one_has: str, other_has: str) -> str | None:
    """Say where two sets of rows differ in a count: at the integration and count where they do by the most."""
    worst: tuple[int, str] | None = None
    for name in sorted({*one, *other}):
        for count in COUNTS:
            here, there = getattr(one.get(name, _NONE), count), getattr(other.get(name, _NONE), count)
            if here != there and (worst is None or abs(here - there) > worst[0]):
                gone = "" if name in one and name in other else " (it has no row in one of them)"
                worst = abs(here - there), f"{name}: {one_has} {here} {count}, {other_has} {there}{gone}"
    return f"{worst[1]}: off by {worst[0]}" if worst else None
