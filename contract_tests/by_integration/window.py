"""Finds past days that hold data, by asking, and makes of them the queries that other promises vary."""

from __future__ import annotations

from datetime import date, timedelta

from contract_tests.by_integration.query import Answer, Query, after, ask, before, past
from contract_tests.call import NoVerdictError
from contract_tests.run import Run, Samples
from contract_tests.settings import Window

USUAL = 28
"""Days: four whole weeks show every weekday alike."""

WIDEST = 62
NOTHING_HAS = "nothing-has-this"


def prepare(run: Run) -> None:
    """Find the window, where none was given, and set the run's samples.

    Raises:
        NoVerdictError: the target cannot be reached, refuses the key, or does not serve the operation.

    """
    usual = Window(before(past(run), USUAL - 1), past(run))
    given = run.settings.window
    first = given or usual
    answer = ask(run, Query(first.start, first.end))
    _require_welcome(run, answer)
    if given and answer.rows is not None and not answer.total:
        run.ledger.note(f"no row came for the window {given}: promises that need one were not exercised")
    elif given or answer.total:
        run.window = first
    else:
        run.window = _search(run)
    run.samples = _samples(run, run.window or first)


def _require_welcome(run: Run, first: Answer) -> None:
    """Tell a deployment that breaks promises from one that is not there, or does not know the key."""
    status = first.exchange.status
    if status == 0 and run.caller.call(first.exchange.request.with_headers()).status == 0:
        raise NoVerdictError(
            f"The target gives no answer: {first.exchange.failure}", "Start the deployment, or mend the URL"
        )
    if status in (401, 403):
        again = [ask(run, first.query.last(days)).exchange.status for days in (1, 7)]
        if all(other in (401, 403) for other in again):
            raise NoVerdictError(f"The target answers {status} to the key", "Give a valid one with --api-key")
    if status == 404:
        without_key = run.caller.call(first.exchange.request.with_headers()).status
        if without_key == 404:
            raise NoVerdictError(
                f"The target does not serve {run.operation.method} {run.operation.path}: it answers 404",
                "Mend the URL, its base path included, or name the deployment's document with --document",
            )


def _search(run: Run) -> Window | None:
    """Look further back, year by year and then at all days before, and narrow down to days that hold data."""
    end = past(run)
    for start in (before(end, 365), before(end, 5 * 365), date(2000, 1, 1)):
        answer = ask(run, Query(start, end))
        if answer.total:
            return _narrow(run, answer.query)
    return None


def _narrow(run: Run, wide: Query) -> Window:
    """Halve a range that holds data, the later half first, down to a size that relations can be tried on."""
    while wide.days > WIDEST:
        middle = before(wide.end, wide.days // 2 - 1)
        later, earlier = wide.over(middle, wide.end), wide.over(wide.start, before(middle, 1))
        if ask(run, later).total:
            wide = later
        elif ask(run, earlier).total:
            wide = earlier
        else:
            break
    return Window(wide.start, wide.end)


def _samples(run: Run, window: Window) -> Samples:
    """Make the queries that other promises vary; those with data have been asked, and are known to a cache."""
    plain = Query(window.start, window.end)
    slug = run.known.slugs[0] if run.known.slugs else NOTHING_HAS
    mode = run.known.modes[0] if run.known.modes else NOTHING_HAS
    day = _middle_weekday(plain)
    valid = (
        plain,
        Query(plain.start, plain.end, slug=slug),
        Query(plain.start, plain.end, mode=mode),
        Query(plain.start, plain.end, slug, mode),
        Query(day, day),
    )
    for query in valid:
        ask(run, query)
    inverted = Query(after(plain.end, 1), plain.start)
    malformed = (("start_date", "not-a-date"), ("end_date", plain.end.isoformat()))
    return Samples(
        valid=tuple(query.text for query in valid),
        refused=(malformed, inverted.text),
        unknown=Query(plain.start, plain.end, NOTHING_HAS, NOTHING_HAS).text,
        fresh=Query(before(plain.start, 3), before(plain.end, 1)).text,
        window=window,
        day=day,
    )


def _middle_weekday(plain: Query) -> date:
    """Give a weekday in the window's middle: one that most deployments have data for."""
    middle = plain.start + timedelta(days=plain.days // 2)
    weekday = middle - timedelta(days=max(0, middle.weekday() - 4))
    return max(weekday, plain.start)
