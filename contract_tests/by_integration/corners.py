"""200: the corners of ranges where servers differ, each of them a request that keeps every rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from contract_tests.by_integration.compare import same_counts
from contract_tests.by_integration.query import Query, after, ask_for, before, past, read_rows
from contract_tests.exchange import Text, reveal
from contract_tests.promise import Attempt, Finding, Promise, Source
from contract_tests.promises.judging import judge_exchange, judge_request
from contract_tests.properties import for_all
from contract_tests.run import Run, utc_today

EPOCH = date(1970, 1, 1)
"""The day that is zero where days or seconds are counted."""


def promises() -> tuple[Promise, ...]:
    """Give the promises about corners."""
    return (
        _promise("200-one-day", "A range of one day is answered", _one_day),
        _promise("200-long-ranges", "Ranges of 31 days up to years are answered", _long),
        _promise("200-ordered-ranges", "A range across the calendar's borders is not taken for inverted", _ordered),
        _promise("200-leap-days", "The leap days are days", _leap_days),
        _promise("200-distant-years", "Ranges before 1970 and after 2100 are answered", _distant),
        _promise("200-calendar-ends", "The first and the last day of the calendar are answered", _calendar_ends),
        Promise("200-any-order", "The order of the parameters means nothing", Source.DOCUMENT, 200, _any_order),
        Promise(
            "200-any-spelling",
            "A query means the same however its characters are encoded",
            Source.DOCUMENT,
            200,
            _any_spelling,
        ),
        Promise("no-traffic-after-today", "No row is about days to come", Source.KIT, 200, _nothing_to_come),
    )


def _promise(name: str, title: str, cases: Callable[[Run], Sequence[Query]]) -> Promise:
    def attempt_it(attempt: Attempt) -> None:
        for_all(attempt, lambda query: _answered(attempt, query), cases(attempt.run))

    return Promise(name, title, Source.DOCUMENT, 200, attempt_it)


def _answered(attempt: Attempt, query: Query) -> Finding | None:
    return judge_exchange(attempt, ask_for(attempt, query).exchange)


def _one_day(run: Run) -> list[Query]:
    day = run.samples.day
    slug, mode = next(iter(run.known.slugs), None), next(iter(run.known.modes), None)
    return [Query(day, day), Query(run.today, run.today), Query(day, day, slug, mode)]


def _long(run: Run) -> list[Query]:
    return [Query(before(past(run), days - 1), past(run)) for days in (31, 90, 366, 1500)]


def _ordered(run: Run) -> list[Query]:
    year = run.samples.day.year
    first = run.samples.day.replace(day=1)
    # In each, the start has the later day of the month, or the later month.
    return [Query(first - timedelta(days=1), first), Query(date(year - 1, 11, 20), date(year, 2, 10))]


def _leap_days(run: Run) -> list[Query]:
    leap = run.today.year - run.today.year % 4
    day = date(leap, 2, 29) if date(leap, 2, 29) <= run.today else date(leap - 4, 2, 29)
    # A year that ends a century is a leap year where 400 divides it.
    return [Query(day, day), Query(date(2000, 2, 29), date(2000, 2, 29))]


def _distant(run: Run) -> list[Query]:
    return [
        Query(date(1969, 12, 31), date(1970, 1, 1)),
        Query(EPOCH, run.samples.window.end),
        Query(run.samples.window.start, date(2038, 1, 20)),
        Query(date(2100, 2, 28), date(2101, 3, 1)),
    ]


def _calendar_ends(run: Run) -> list[Query]:
    window = run.samples.window
    return [
        Query(date.min, date.min),
        Query(date.max, date.max),
        Query(date.min, window.end),
        Query(window.start, date.max),
        Query(date.min, date.max),
    ]


def _any_order(attempt: Attempt) -> None:
    run = attempt.run
    query = run.samples.valid[3] if run.known.slugs else run.samples.valid[0]
    finding = judge_request(attempt, run.request(*reversed(query)))
    attempt.settle([finding] if finding else [])


def _any_spelling(attempt: Attempt) -> None:
    """Percent-encode what needs it not: the two are the same (RFC 3986, section 6.2.2.2)."""
    run = attempt.run
    query = run.samples.valid[1] if run.known.slugs else run.samples.valid[0]
    plain = run.ask(run.request(*query))
    attempt.count(plain)
    spelled = attempt.call(plain.request.spelled("&".join(f"{name}={_all_encoded(value)}" for name, value in query)))
    finding = judge_exchange(attempt, spelled)
    rows, other = read_rows(run, plain), read_rows(run, spelled)
    is_settled = run.samples.window.end <= past(run)
    if finding is None and is_settled and rows and other is not None and not same_counts(rows, other):
        finding = Finding("a query that is percent-encoded throughout gets other rows", (plain, spelled))
    attempt.settle([finding] if finding else [])


def _all_encoded(value: Text) -> str:
    return "".join(f"%{byte:02X}" for byte in reveal(value).encode())


def _nothing_to_come(attempt: Attempt) -> None:
    # Some minutes of slack: the deployment's clock may be ahead, and midnight may pass during the run.
    tomorrow = utc_today(timedelta(minutes=10)) + timedelta(days=1)
    findings = []
    slug = next(iter(attempt.run.known.slugs), None)
    for query in (Query(tomorrow, after(tomorrow, 6), slug), Query(tomorrow, date.max)):
        answer = ask_for(attempt, query)
        if answer.total:
            what = f"{answer.total} invocations in {answer.query}, which is after today, {attempt.run.today} in UTC"
            findings.append(Finding(what, (answer.exchange,)))
    attempt.settle(findings)
