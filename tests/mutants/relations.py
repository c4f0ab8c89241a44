"""Faults that no single answer shows: ranges that do not add up, integrations that vanish, p95 outside its parts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from tests.mutants.mutant import Mutant, Row, asking, between, counting, counting_on, each_row, finding, telling
from tests.twin.application import Query, find_rows
from tests.twin.ledger import Counts, Ledger, Outcome

_DAY = timedelta(days=1)
_HUGE = 20_000


def _on(ledger: Ledger, query: Query, day: date) -> Counts:
    """Count what fell on one day, if the query has it."""
    inside = query.start <= day <= query.end
    return ledger.between(day, day, query.slug, query.mode) * int(inside)


def _without_end(query: Query) -> Query:
    return replace(query, end=query.end - _DAY) if query.start < query.end else query


def _until_two_days_ago(ledger: Ledger, query: Query, today: date) -> list[Row]:
    """Read a day from the raw table, and more from a rollup that is two days behind."""
    if query.start == query.end:
        return find_rows(ledger, query, today)
    return find_rows(ledger, query, today - 2 * _DAY)


def _without_migration_day(ledger: Ledger, query: Query, today: date) -> Counts:
    counts = between(ledger, query)
    return counts - _on(ledger, query, today - timedelta(days=200)) if query.days > 31 else counts


def _without_end_on_a_31st(query: Query) -> Query:
    return _without_end(query) if query.end.day == 31 else query


def _without_start(query: Query) -> Query:
    return replace(query, start=query.start + _DAY) if query.start < query.end else query


def _nothing_on_one_day(ledger: Ledger, query: Query, today: date) -> list[Row]:
    """Compare timestamps with `>= start AND < end`, both at midnight."""
    return [] if query.start == query.end else find_rows(ledger, replace(query, end=query.end - _DAY), today)


def _day_before_too(query: Query) -> Query:
    return replace(query, start=query.start - _DAY) if query.start > date.min else query


def _from_the_first_of_the_month(query: Query) -> Query:
    return replace(query, start=query.start.replace(day=1)) if query.days > 90 else query


def _from_monday(query: Query) -> Query:
    if not 14 < query.days < _HUGE:
        return query
    return replace(query, start=query.start - timedelta(days=query.start.weekday()))


def _last_90_days(query: Query) -> Query:
    return replace(query, start=query.end - timedelta(days=89)) if query.days > 90 else query


def _first_366_days(query: Query) -> Query:
    return replace(query, end=query.start + timedelta(days=365)) if query.days > 366 else query


def _last_year_of(query: Query) -> Query:
    """Read the partition of the end's year alone."""
    return replace(query, start=max(query.start, date(query.end.year, 1, 1)))


def _drop_31st(ledger: Ledger, query: Query) -> Counts:
    """Leave out each 31st of a longer range, as months are taken to have thirty days."""
    counts = between(ledger, query)
    if not 2 < query.days < _HUGE:
        return counts
    days = (query.start + timedelta(days=offset) for offset in range(query.days))
    return counts - sum((_on(ledger, query, day) for day in days if day.day == 31), np.zeros_like(counts))


def _drop_leap_day(ledger: Ledger, query: Query) -> Counts:
    leap_day = date(2024, 2, 29)
    alone = query.start == query.end
    return between(ledger, query) - _on(ledger, query, leap_day) * int(not alone)


def _autumn_day_twice(ledger: Ledger, query: Query) -> Counts:
    """Count the day of 25 hours twice, unless the range begins on it."""
    counts = between(ledger, query)
    for year in range(2023, query.end.year + 1):
        last = date(year, 10, 31)
        sunday = last - timedelta(days=(last.weekday() + 1) % 7)
        if query.start < sunday:
            counts = counts + _on(ledger, query, sunday)
    return counts


def _seam_twice(ledger: Ledger, query: Query, today: date) -> Counts:
    """Join an archive and a live table, both of which hold the day thirty days ago."""
    seam = today - timedelta(days=30)
    return between(ledger, query) + _on(ledger, query, seam) * int(query.start < seam < query.end)


def _month_end_missing(ledger: Ledger, query: Query) -> Counts:
    """Leave out the last day of a month where the range goes on behind it."""
    counts = between(ledger, query)
    if query.days > _HUGE:
        return counts
    firsts = {(query.start + timedelta(days=offset)).replace(day=1) for offset in range(1, query.days)}
    lasts = (first - _DAY for first in firsts)
    return counts - sum((_on(ledger, query, day) for day in lasts), np.zeros_like(counts))


def _in_16_bits(ledger: Ledger, query: Query) -> Counts:
    """Add the outcomes up in columns of 16 bits."""
    counts = between(ledger, query)
    outcomes = counts[:, : len(Outcome)]
    successful = (outcomes[:, 0] - outcomes[:, 1] - outcomes[:, 2]) % 65_536
    counts[:, 0] = successful + outcomes[:, 1] + outcomes[:, 2]
    return counts


def _approximate(ledger: Ledger, query: Query) -> Counts:
    """Estimate long ranges from a tenth of the days' successes."""
    counts = between(ledger, query)
    if query.days > 180:
        successful = counts[:, 0] - counts[:, 1] - counts[:, 2]
        counts[:, 0] += (successful + 49) // 100 * 100 - successful
    return counts


def _fan_out(ledger: Ledger, query: Query) -> Counts:
    return between(ledger, query) * (2 if query.slug is not None and query.mode is not None else 1)


def _first_slug_only(ledger: Ledger, query: Query) -> Counts:
    """Without a slug, read the smallest workspace's table."""
    return between(ledger, replace(query, slug=query.slug or "harbor-eu"))


def _test_mode_left_out(ledger: Ledger, query: Query) -> Counts:
    """Without a mode, leave the live one out."""
    counts = between(ledger, query)
    return counts if query.mode else counts - between(ledger, replace(query, mode="live"))


def _busiest(number: int) -> Callable[[Query, list[Row]], list[Row]]:
    return lambda _, rows: sorted(rows, key=lambda row: -row.invocations)[:number]


def _vanishing(query: Query, rows: list[Row]) -> list[Row]:
    """Join long ranges with a table in which one integration is missing."""
    return [row for row in rows if row.integration_key != "zendesk"] if query.days > 180 else rows


def _rare_dropped(query: Query, rows: list[Row]) -> list[Row]:
    """Drop rows of few invocations, in long ranges alone."""
    return [row for row in rows if row.invocations >= 1000] if query.days > 31 else rows


def _there_on_the_first_day(ledger: Ledger, query: Query, today: date) -> list[Row]:
    """Join the rows with those of the range's first day, and lose the ones that it lacks."""
    first = {row.integration_key for row in find_rows(ledger, replace(query, end=query.start), today)}
    return [row for row in find_rows(ledger, query, today) if row.integration_key in first]


def _p95_when(
    applies: Callable[[Query], bool], change: Callable[[Row, Query], float]
) -> Callable[[Query, list[Row]], list[Row]]:
    def tell(query: Query, rows: list[Row]) -> list[Row]:
        if not applies(query):
            return rows
        return each_row(p95_latency_ms=lambda row: change(row, query))(query, rows)

    return tell


def _halves_added(ledger: Ledger, query: Query, today: date) -> list[Row]:
    """Add the p95 of the two halves of a range up."""
    rows = find_rows(ledger, query, today)
    if not 1 < query.days < _HUGE:
        return rows
    middle = query.start + (query.end - query.start) // 2
    halves = (replace(query, end=middle), replace(query, start=middle + _DAY))
    p95: dict[str, float] = {}
    for half in halves:
        for row in find_rows(ledger, half, today):
            p95[row.integration_key] = round(p95.get(row.integration_key, 0.0) + row.p95_latency_ms, 1)
    return [row.model_copy(update={"p95_latency_ms": p95[row.integration_key]}) for row in rows]


def _tomorrow_too(ledger: Ledger, query: Query, today: date) -> list[Row]:
    return find_rows(ledger, query, today + _DAY)


def _forecast(ledger: Ledger, query: Query, _today: date) -> list[Row]:
    return find_rows(ledger, query, date.max)


def _last_day_goes_on(ledger: Ledger, query: Query, today: date) -> list[Row]:
    """Give the latest day's rows for a range that has none."""
    return find_rows(ledger, query, today) or find_rows(ledger, replace(query, start=today, end=today), today)


FAULTS = (
    Mutant(
        "end-left-out",
        "A day's end is taken for its midnight, so that the last day is left out.",
        "relations",
        finding(_nothing_on_one_day),
    ),
    Mutant(
        "end-left-out-of-longer-ranges",
        "The last day is left out, except where it is the only one.",
        "relations",
        asking(_without_end),
    ),
    Mutant(
        "start-left-out",
        "`>` in place of `>=`: the first day is left out of longer ranges.",
        "relations",
        asking(_without_start),
    ),
    Mutant(
        "day-before-counted",
        "The server's time zone adds the day before.",
        "relations",
        asking(_day_before_too),
    ),
    Mutant(
        "over-90-days-by-month",
        "Ranges over 90 days are read by month, from the first of it.",
        "relations",
        asking(_from_the_first_of_the_month),
    ),
    Mutant(
        "over-14-days-by-week",
        "Ranges over 14 days are read by week, from the Monday.",
        "relations",
        asking(_from_monday),
    ),
    Mutant(
        "over-90-days-clamped",
        "Ranges over 90 days are cut to their last 90, silently.",
        "relations",
        asking(_last_90_days),
    ),
    Mutant(
        "over-366-days-clamped",
        "Ranges over 366 days are cut to their first 366, silently.",
        "relations",
        asking(_first_366_days),
    ),
    Mutant(
        "year-of-the-end-alone",
        "Only the partition of the end's year is read.",
        "relations",
        asking(_last_year_of),
    ),
    Mutant("31st-dropped", "Longer ranges are read by months of thirty days.", "relations", counting(_drop_31st)),
    Mutant(
        "month-end-dropped",
        "A month's last day is left out where the range goes on behind it.",
        "relations",
        counting(_month_end_missing),
    ),
    Mutant(
        "leap-day-dropped",
        "29 February is left out of longer ranges.",
        "relations",
        counting(_drop_leap_day),
    ),
    Mutant("autumn-day-twice", "The day of 25 hours is counted twice.", "relations", counting(_autumn_day_twice)),
    Mutant(
        "seam-twice",
        "Archive and live table both hold the day thirty days ago.",
        "relations",
        counting_on(_seam_twice),
    ),
    Mutant("counts-in-16-bits", "Successes are added up in 16 bits.", "relations", counting(_in_16_bits)),
    Mutant(
        "over-180-days-approximate",
        "Ranges over 180 days are estimated to the nearest hundred.",
        "relations",
        counting(_approximate),
    ),
    Mutant(
        "joined-filters-double",
        "A join on slug and mode doubles the counts.",
        "relations",
        counting(_fan_out),
    ),
    Mutant(
        "all-slugs-is-one",
        "Without a slug only one workspace is read.",
        "relations",
        counting(_first_slug_only),
    ),
    Mutant(
        "all-modes-but-live",
        "Without a mode the live one is left out.",
        "relations",
        counting(_test_mode_left_out),
    ),
    Mutant("eight-rows", "A page of the eight busiest was left in.", "relations", telling(_busiest(8))),
    Mutant(
        "vanishing-integration",
        "An integration is missing from ranges over 180 days.",
        "relations",
        telling(_vanishing),
    ),
    Mutant(
        "rare-dropped",
        "Ranges over 31 days lack the rows of less than a thousand invocations.",
        "relations",
        telling(_rare_dropped),
    ),
    Mutant(
        "first-day-decides",
        "An integration without traffic on the range's first day is missing.",
        "relations",
        finding(_there_on_the_first_day),
    ),
    Mutant(
        "p95-in-seconds",
        "The p95 of ranges over 31 days is in seconds.",
        "relations",
        telling(_p95_when(lambda query: query.days > 31, lambda row, _: round(row.p95_latency_ms / 1000, 3))),
    ),
    Mutant(
        "p95-zero-over-90-days",
        "No p95 is kept for ranges over 90 days, and 0 is given.",
        "relations",
        telling(_p95_when(lambda query: query.days > 90, lambda _row, _query: 0.0)),
    ),
    Mutant(
        "p95-grows-with-days",
        "The p95 grows with the length of the range.",
        "relations",
        telling(
            _p95_when(
                lambda _query: True,
                lambda row, query: round(row.p95_latency_ms * (1 + min(query.days, 1000) / 100), 1),
            )
        ),
    ),
    Mutant(
        "migration-day-lost",
        "Ranges over 31 days unite two stores, and the day on which one took over from the other is in neither.",
        "relations",
        counting_on(_without_migration_day),
    ),
    Mutant(
        "rollup-behind",
        "Ranges of several days come from a rollup that is two days behind.",
        "relations",
        finding(_until_two_days_ago),
    ),
    Mutant(
        "end-on-a-31st-left-out",
        "Months have thirty days, so a range of several days that ends on a 31st lacks that day.",
        "relations",
        asking(_without_end_on_a_31st),
    ),
    Mutant("p95-added-up", "The p95 of a range's halves are added.", "relations", finding(_halves_added)),
    Mutant("tomorrow-counted", "Today is taken fourteen hours ahead of UTC.", "relations", finding(_tomorrow_too)),
    Mutant("forecast", "Days to come are filled with a forecast.", "relations", finding(_forecast)),
    Mutant(
        "latest-day-for-none",
        "A range without rows is given the latest day's.",
        "relations",
        finding(_last_day_goes_on),
    ),
)
