"""400: a range that ends before it starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from hypothesis import strategies as st

from contract_tests.by_integration.query import Query, after, before
from contract_tests.by_integration.window import NOTHING_HAS
from contract_tests.promise import Attempt, Promise, Source
from contract_tests.promises.judging import judge_request
from contract_tests.properties import for_all
from contract_tests.run import Run


def promises() -> tuple[Promise, ...]:
    """Give the promises about inverted ranges."""
    return (
        _promise("400-inverted-range", "A range that ends the day before it starts is refused", _by_a_day, draws=1),
        _promise("400-inverted-by-years", "A range that ends years before it starts is refused", _by_years),
        _promise(
            "400-inverted-at-borders",
            "A range inverted across a border of the calendar is refused",
            _at_borders,
        ),
        _promise("400-inverted-at-calendar-ends", "The calendar turned round is refused", _at_calendar_ends),
        _promise("400-inverted-with-filters", "An inverted range is refused whatever the filters", _with_filters),
    )


def _promise(name: str, title: str, cases: Callable[[Run], Sequence[Query]], draws: int = 0) -> Promise:
    def attempt_it(attempt: Attempt) -> None:
        run = attempt.run
        for_all(
            attempt,
            lambda query: judge_request(attempt, run.request(*query.text)),
            cases(run),
            inverted_ranges(run.samples.day),
            draws,
        )

    return Promise(name, title, Source.KIT, 400, attempt_it)


def inverted_ranges(day: date) -> st.SearchStrategy[Query]:
    """Draw ranges about a day, inverted by a day up to a few years."""
    return st.builds(
        lambda shift, by: Query(after(day, shift), before(after(day, shift), by)),
        st.integers(-400, 400),
        st.integers(1, 1500),
    )


def _by_a_day(run: Run) -> list[Query]:
    day, asked = run.samples.day, run.samples.window
    tomorrow = after(run.today, 1)
    return [
        Query(day, before(day, 1)),
        Query(run.today, before(run.today, 1)),
        Query(after(tomorrow, 1), tomorrow),
        # Long before any data: nothing to answer with is no excuse.
        Query(date(1999, 7, 2), date(1999, 7, 1)),
        # The range that was asked before, turned round: a cache may know it.
        Query(asked.end, asked.start),
    ]


def _by_years(run: Run) -> list[Query]:
    year = run.samples.day.year
    return [
        # The end has the later month, or the later day of the month: whoever compares those alone is lost.
        Query(date(year, 1, 15), date(year - 1, 6, 20)),
        Query(date(year, 3, 1), date(year - 3, 12, 28)),
        # The same day of another month or year: a period's days alone are none.
        Query(date(year, 3, 15), date(year, 2, 15)),
        Query(date(year, 3, 15), date(year - 1, 3, 15)),
    ]


def _at_borders(run: Run) -> list[Query]:
    year = run.samples.day.year
    first = run.samples.day.replace(day=1)
    leap = year - year % 4
    return [
        Query(date(year, 1, 1), date(year - 1, 12, 31)),
        Query(first, first - timedelta(days=1)),
        Query(date(leap, 3, 1), date(leap, 2, 29)),
    ]


def _at_calendar_ends(run: Run) -> list[Query]:
    day = run.samples.day
    return [Query(date.max, date.min), Query(date.max, day)]


def _with_filters(run: Run) -> list[Query]:
    slugs = (*run.known.slugs[:1], NOTHING_HAS)
    modes = (*run.known.modes[:1], NOTHING_HAS)
    day = run.samples.day
    end = before(day, 5)
    return [
        *(Query(day, end, slug=slug) for slug in slugs),
        *(Query(day, end, mode=mode) for mode in modes[:1]),
        Query(day, end, slugs[0], modes[0]),
    ]
