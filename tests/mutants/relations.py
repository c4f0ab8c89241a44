"""Faults that no single answer shows: ranges that do not add up, caches, workers that differ."""

import random
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from tests.mutants.mutant import Change, Mutant, Row, asking, counting, counting_on, each_row, finding, telling
from tests.mutants.wrapping import Answer, AnswerChange, Asked, Shortcut, with_state
from tests.twin.application import FindRows, Query, Twin, find_rows
from tests.twin.ledger import KEYS, Counts, Ledger, Outcome

_DAY = timedelta(days=1)
_HUGE = 20_000


def _days(query: Query) -> int:
    return (query.end - query.start).days + 1


def _between(ledger: Ledger, query: Query) -> Counts:
    return ledger.between(query.start, query.end, query.slug, query.mode)


def _on(ledger: Ledger, query: Query, day: date) -> Counts:
    """Count what fell on one day, if the query has it."""
    inside = query.start <= day <= query.end
    return ledger.between(day, day, query.slug, query.mode) * int(inside)


def _without_end(query: Query) -> Query:
    return replace(query, end=query.end - _DAY) if query.start < query.end else query


def _without_start(query: Query) -> Query:
    return replace(query, start=query.start + _DAY) if query.start < query.end else query


def _nothing_on_one_day(ledger: Ledger, query: Query, today: date) -> list[Row]:
    """Compare timestamps with `>= start AND < end`, both at midnight."""
    return [] if query.start == query.end else find_rows(ledger, replace(query, end=query.end - _DAY), today)


def _day_before_too(query: Query) -> Query:
    return replace(query, start=query.start - _DAY) if query.start > date.min else query


def _from_the_first_of_the_month(query: Query) -> Query:
    return replace(query, start=query.start.replace(day=1)) if _days(query) > 90 else query


def _from_monday(query: Query) -> Query:
    if not 14 < _days(query) < _HUGE:
        return query
    return replace(query, start=query.start - timedelta(days=query.start.weekday()))


def _last_90_days(query: Query) -> Query:
    return replace(query, start=query.end - timedelta(days=89)) if _days(query) > 90 else query


def _first_366_days(query: Query) -> Query:
    return replace(query, end=query.start + timedelta(days=365)) if _days(query) > 366 else query


def _last_year_of(query: Query) -> Query:
    """Read the partition of the end's year alone."""
    return replace(query, start=max(query.start, date(query.end.year, 1, 1)))


def _drop_31st(ledger: Ledger, query: Query) -> Counts:
    """Leave out each 31st of a longer range, as months are taken to have thirty days."""
    counts = _between(ledger, query)
    if not 2 < _days(query) < _HUGE:
        return counts
    days = (query.start + timedelta(days=offset) for offset in range(_days(query)))
    return counts - sum((_on(ledger, query, day) for day in days if day.day == 31), np.zeros_like(counts))


def _drop_leap_day(ledger: Ledger, query: Query) -> Counts:
    leap_day = date(2024, 2, 29)
    alone = query.start == query.end
    return _between(ledger, query) - _on(ledger, query, leap_day) * int(not alone)


def _autumn_day_twice(ledger: Ledger, query: Query) -> Counts:
    """Count the day of 25 hours twice, unless the range begins on it."""
    counts = _between(ledger, query)
    for year in range(2023, query.end.year + 1):
        last = date(year, 10, 31)
        sunday = last - timedelta(days=(last.weekday() + 1) % 7)
        if query.start < sunday:
            counts = counts + _on(ledger, query, sunday)
    return counts


def _seam_twice(ledger: Ledger, query: Query, today: date) -> Counts:
    """Join an archive and a live table, both of which hold the day thirty days ago."""
    seam = today - timedelta(days=30)
    return _between(ledger, query) + _on(ledger, query, seam) * int(query.start < seam < query.end)


def _month_end_missing(ledger: Ledger, query: Query) -> Counts:
    """Leave out the last day of a month where the range goes on behind it."""
    counts = _between(ledger, query)
    if _days(query) > _HUGE:
        return counts
    firsts = {(query.start + timedelta(days=offset)).replace(day=1) for offset in range(1, _days(query))}
    lasts = (first - _DAY for first in firsts)
    return counts - sum((_on(ledger, query, day) for day in lasts), np.zeros_like(counts))


def _in_16_bits(ledger: Ledger, query: Query) -> Counts:
    """Add the outcomes up in columns of 16 bits."""
    counts = _between(ledger, query)
    outcomes = counts[:, : len(Outcome)]
    successful = (outcomes[:, 0] - outcomes[:, 1] - outcomes[:, 2]) % 65_536
    counts[:, 0] = successful + outcomes[:, 1] + outcomes[:, 2]
    return counts


def _approximate(ledger: Ledger, query: Query) -> Counts:
    """Estimate long ranges from a tenth of the days' successes."""
    counts = _between(ledger, query)
    if _days(query) > 180:
        successful = counts[:, 0] - counts[:, 1] - counts[:, 2]
        counts[:, 0] += (successful + 49) // 100 * 100 - successful
    return counts


def _fan_out(ledger: Ledger, query: Query) -> Counts:
    return _between(ledger, query) * (2 if query.slug is not None and query.mode is not None else 1)


def _first_slug_only(ledger: Ledger, query: Query) -> Counts:
    """Without a slug, read the smallest workspace's table."""
    return _between(ledger, replace(query, slug=query.slug or "harbor-eu"))


def _test_mode_left_out(ledger: Ledger, query: Query) -> Counts:
    """Without a mode, leave the live one out."""
    counts = _between(ledger, query)
    return counts if query.mode else counts - _between(ledger, replace(query, mode="live"))


def _jitter(twin: Twin) -> Twin:
    generator = random.Random(1)  # noqa: S311 - a sample, not a secret

    def count(ledger: Ledger, query: Query) -> Counts:
        counts = _between(ledger, query)
        counts[:, 0] += np.array([generator.randrange(3) for _ in KEYS]) * (counts[:, 0] > 100)
        return counts

    return counting(count)(twin)


def _remembering(key: Callable[[Query], Hashable]) -> Change:
    """Keep answers under `key(query)` for ever."""

    def change(twin: Twin) -> Twin:
        kept: dict[Hashable, list[Row]] = {}

        def find(ledger: Ledger, query: Query, today: date) -> list[Row]:
            if key(query) not in kept:
                kept[key(query)] = find_rows(ledger, query, today)
            return kept[key(query)]

        return replace(twin, find_rows=find)

    return change


def _growing_cache(twin: Twin) -> Twin:
    """Keep an array for each query, and add to it in place each time that it is read."""
    kept: dict[Query, Counts] = {}

    def count(ledger: Ledger, query: Query) -> Counts:
        total = kept.setdefault(query, np.zeros_like(_between(ledger, query)))
        total += _between(ledger, query)
        return total.copy()

    return counting(count)(twin)


def _cold_at_first(twin: Twin) -> Twin:
    """Answer the first request for a range before its last day is loaded."""
    warm: set[Query] = set()

    def find(ledger: Ledger, query: Query, today: date) -> list[Row]:
        if query in warm or _days(query) < 2:
            return find_rows(ledger, query, today)
        warm.add(query)
        return find_rows(ledger, replace(query, end=query.end - _DAY), today)

    return replace(twin, find_rows=find)


def _every(number: int, find: FindRows) -> Change:
    """Answer each query of that number by `find`: one worker of several."""

    def change(twin: Twin) -> Twin:
        asked = 0

        def take_turns(ledger: Ledger, query: Query, today: date) -> list[Row]:
            nonlocal asked
            asked += 1
            return (find if asked % number == 0 else find_rows)(ledger, query, today)

        return replace(twin, find_rows=take_turns)

    return change


def _old_worker(ledger: Ledger, query: Query, today: date) -> list[Row]:
    """Answer by the release before, which did not know the third integration."""
    return [row for row in find_rows(ledger, query, today) if row.integration_key != KEYS[2]]


def _lagging_worker(ledger: Ledger, query: Query, today: date) -> list[Row]:
    """Answer from a replica that stopped ninety days ago."""
    return find_rows(ledger, query, today - timedelta(days=90))


def _busiest(number: int) -> Callable[[Query, list[Row]], list[Row]]:
    return lambda _, rows: sorted(rows, key=lambda row: -row.invocations)[:number]


def _vanishing(query: Query, rows: list[Row]) -> list[Row]:
    """Join long ranges with a table in which one integration is missing."""
    return [row for row in rows if row.integration_key != "zendesk"] if _days(query) > 180 else rows


def _rare_dropped(query: Query, rows: list[Row]) -> list[Row]:
    """Drop rows of few invocations, in long ranges alone."""
    return [row for row in rows if row.invocations >= 1000] if _days(query) > 31 else rows


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
    if not 1 < _days(query) < _HUGE:
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


def _kept_by_path(asked: Asked) -> Hashable:
    return asked.query.get("start_date"), asked.query.get("end_date"), asked.headers.get("x-api-key")


def _shared_cache(key: Callable[[Asked], Hashable]) -> Callable[[], tuple[Shortcut, AnswerChange]]:
    """Keep each 200 under `key(asked)`, in front of the application."""

    def begin() -> tuple[Shortcut, AnswerChange]:
        kept: dict[Hashable, Answer] = {}

        def remember(asked: Asked, answer: Answer) -> Answer:
            if asked.method == "GET" and asked.is_operation and answer.status == 200:
                kept[key(asked)] = answer
            return answer

        return lambda asked: kept.get(key(asked)), remember

    return begin


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
        "counts-jitter",
        "Counts come from a sample that is drawn anew for each request.",
        "relations",
        _jitter,
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
    Mutant(
        "cache-without-slug",
        "The cache's key has no slug.",
        "relations",
        _remembering(lambda query: (query.start, query.end, query.mode)),
    ),
    Mutant(
        "cache-without-mode",
        "The cache's key has no mode.",
        "relations",
        _remembering(lambda query: (query.start, query.end, query.slug)),
    ),
    Mutant(
        "cache-without-end",
        "The cache's key has no end_date.",
        "relations",
        _remembering(lambda query: (query.start, query.slug, query.mode)),
    ),
    Mutant(
        "cache-by-length",
        "The cache's key has the range's length and not its place.",
        "relations",
        _remembering(lambda query: (_days(query), query.slug, query.mode)),
    ),
    Mutant(
        "cache-by-month",
        "The cache's key has the months and not the days.",
        "relations",
        _remembering(lambda query: (f"{query.start:%Y-%m}", f"{query.end:%Y-%m}", query.slug, query.mode)),
    ),
    Mutant(
        "cache-joins-filters",
        "The cache's key joins the filters, so that slug and mode are one text.",
        "relations",
        _remembering(lambda query: (query.start, query.end, (query.slug or "") + (query.mode or ""))),
    ),
    Mutant("cache-grows", "A kept array is added to each time that it is read.", "relations", _growing_cache),
    Mutant(
        "proxy-cache-without-filters",
        "The proxy's cache key has the dates and no filter.",
        "relations",
        wrap=with_state(_shared_cache(_kept_by_path)),
    ),
    Mutant(
        "cold-cache",
        "The first request for a range is answered before its last day is loaded.",
        "relations",
        _cold_at_first,
    ),
    Mutant(
        "old-worker",
        "One worker in four is of the release before, which lacks an integration.",
        "relations",
        _every(4, _old_worker),
    ),
    Mutant(
        "lagging-worker",
        "One worker in five reads a replica that stopped ninety days ago.",
        "relations",
        _every(5, _lagging_worker),
    ),
    Mutant(
        "timeout-is-empty",
        "One query in six times out, and is answered with [].",
        "relations",
        _every(6, lambda _ledger, _query, _today: []),
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
        telling(_p95_when(lambda query: _days(query) > 31, lambda row, _: round(row.p95_latency_ms / 1000, 3))),
    ),
    Mutant(
        "p95-zero-over-90-days",
        "No p95 is kept for ranges over 90 days, and 0 is given.",
        "relations",
        telling(_p95_when(lambda query: _days(query) > 90, lambda _row, _query: 0.0)),
    ),
    Mutant(
        "p95-grows-with-days",
        "The p95 grows with the length of the range.",
        "relations",
        telling(
            _p95_when(
                lambda _query: True,
                lambda row, query: round(row.p95_latency_ms * (1 + min(_days(query), 1000) / 100), 1),
            )
        ),
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
