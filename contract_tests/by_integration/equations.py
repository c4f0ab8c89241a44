"""Ranges and the parts that make them up: where additivity is tried, and the p95 of a range against its parts'."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import strategies as st

from contract_tests.by_integration.query import Query, after, before, past
from contract_tests.run import Run

SCALES = (2, 8, 32, 128, 512)
"""Days. Ranges of these lengths end together, and each is made of its last quarter and the rest: wherever a server
begins to treat a range as a long one, there is a whole that it does and a part that it does not."""

MONTHS = 12


@dataclass(frozen=True)
class Equation:
    """A range, and adjoining ranges that make it up."""

    whole: Query
    parts: tuple[Query, ...]


def splitting(end: date, days: int, last: int, filters: Query) -> Equation:
    """Give the equation of a range of so many days, its last ones, and those before."""
    whole, late = filters.over(before(end, days - 1), end), filters.over(before(end, last - 1), end)
    return Equation(whole, (filters.over(whole.start, before(late.start, 1)), late))


def isolating(start: date, days: Sequence[date], end: date, filters: Query, cuts: Sequence[date] = ()) -> Equation:
    """Give the equation of a range and the same days in parts.

    Arguments:
        start: the range's first day.
        days: days that stand alone.
        end: the range's last day.
        filters: the filters of all.
        cuts: days that begin a part.

    """
    starts = sorted({start, *days, *(after(day, 1) for day in days if day < end), *cuts})
    ends = [before(day, 1) for day in starts[1:]] + [end]
    return Equation(filters.over(start, end), tuple(map(filters.over, starts, ends)))


def special_days(run: Run) -> list[date]:
    """Give past days that servers trip over, in their order.

    The last 31st and the first after it; the seams of data that are kept by age; the days of 25 and of 23 hours in
    Europe; a leap day; a year's end.
    """
    last = before(past(run), 1)
    month_end = next(day for back in range(63) if (day := before(last, back)).day == 31)
    leap = next(date(year, 2, 29) for year in range(last.year, last.year - 12, -1) if _has_leap_day(year, last))
    year_end = date(last.year - 1, 12, 31)
    days = {month_end, after(month_end, 1), leap, year_end, after(year_end, 1)}
    days |= {_last_sunday(year, month, last) for year, month in ((last.year, 10), (last.year, 3))}
    days |= {run.today - timedelta(days=age) for age in (30, 90)}
    return sorted(day for day in days if day <= last)


def _has_leap_day(year: int, last: date) -> bool:
    return isleap(year) and date(year, 2, 29) <= last


def _last_sunday(year: int, month: int, last: date) -> date:
    """Give the last Sunday of a month of 31 days, a year earlier if it is not past."""
    end = date(year, month, 31)
    day = end - timedelta(days=(end.weekday() + 1) % 7)
    return day if day <= last else _last_sunday(year - 1, month, last)


def no_filters(run: Run) -> Query:
    """Give a query without filters, to be put over other ranges."""
    return Query(run.samples.day, run.samples.day)


def anchor_of(run: Run) -> date:
    """Give the day on which chains end: the window's last, or the last that is settled."""
    return min(run.window.end, past(run)) if run.window else past(run)


def plain_equations(run: Run) -> list[Equation]:
    """Give the equations of ranges of each scale, and their parts."""
    return [splitting(anchor_of(run), days, max(1, days // 4), no_filters(run)) for days in SCALES]


def filtered_equations(run: Run) -> list[Equation]:
    """Give equations under each filter that holds data, and under both."""
    plain, anchor = no_filters(run), anchor_of(run)
    slug, mode = next(iter(run.known.slugs), None), next(iter(run.known.modes), None)
    equations: list[Equation] = []
    for filters in (replace(plain, slug=slug), replace(plain, mode=mode)):
        if filters != plain:
            # Of thirty and of ninety days: both sides of where ranges of a month or of a quarter end.
            equations.append(splitting(anchor, 120, 30, filters))
    if slug is not None and mode is not None:
        both = replace(plain, slug=slug, mode=mode)
        day = run.samples.day
        equations.append(splitting(anchor, 64, 16, both))
        equations.append(isolating(before(day, 1), [day], day, both))
    return equations


def border_equations(run: Run) -> list[Equation]:
    """Give one equation over all special days, and one of a month's end."""
    days = special_days(run)
    plain = no_filters(run)
    # Among all days the last 31st stands alone, and the month's end before it ends a longer part; then it ends one.
    month_end = max(day for day in days if day.day == 31)
    return [
        isolating(before(days[0], 3), days, after(days[-1], 2), plain, cuts=[month_end.replace(day=1)]),
        isolating(before(month_end, 2), [month_end], month_end, plain),
    ]


def month_equation(run: Run) -> Equation:
    """Give the equation of the last twelve whole months, and of each: a day that long ranges alone lose lies in one.

    Halves of a long range may be long as well, and lose the same day.
    """
    end = before(past(run).replace(day=1), 1)
    starts = [end.replace(day=1)]
    while len(starts) < MONTHS:
        starts.insert(0, before(starts[0], 1).replace(day=1))
    return isolating(starts[0], [], end, no_filters(run), cuts=starts)


def drawn_equations(run: Run) -> st.SearchStrategy[Equation]:
    """Draw a range within the last two years, split in two, with or without filters."""
    filters = st.sampled_from([None, *run.known.slugs[:1]]), st.sampled_from([None, *run.known.modes[:1]])
    last = anchor_of(run)

    def make(end: int, late: int, early: int, slug: str | None, mode: str | None) -> Equation:
        day = before(last, end)
        middle = before(day, late)
        whole = Query(before(middle, early), day, slug, mode)
        return Equation(whole, (whole.over(whole.start, before(middle, 1)), whole.over(middle, day)))

    return st.builds(make, st.integers(0, 60), st.integers(0, 120), st.integers(1, 500), *filters)
