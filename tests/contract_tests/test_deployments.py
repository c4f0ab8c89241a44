"""The check, whole, on deployments: the twin conforms, and a fault breaks the promise that names it."""

from datetime import date

import pytest

from contract_tests.promise import Status
from contract_tests.report import Report, Verdict
from contract_tests.settings import Settings
from tests.mutants import FAULTS, HARMLESS, KEY, MODE, OTHER_MODES, OTHER_SLUGS, SLUG, create
from tests.mutants.detection import check_deployment
from tests.twin import application
from tests.twin.application import Twin
from tests.twin.serving import ASGIApp, Message, Receive, Send, serving

MUTANTS = {mutant.id: mutant for mutant in (*FAULTS, *HARMLESS)}


def checked(app: ASGIApp, **more: object) -> Report:
    """Check an application with values that hold data."""
    with serving(app) as url:
        given = {"api_key": KEY, "slugs": (SLUG,), "modes": (MODE,), **more}
        return check_deployment(Settings.parse(url, given))


def ids(report: Report, status: Status) -> set[str]:
    return {outcome.promise.id for outcome in report.outcomes if outcome.status is status}


@pytest.mark.parametrize("last_day", [None, date(2026, 6, 30), date(2024, 9, 1)])
@pytest.mark.parametrize("profile", ["quick", "standard"])
def test_each_profile_has_requests_enough(profile: str, last_day: date | None) -> None:
    """Though there are several slugs and modes, and the data lie so far back that they have to be looked for."""
    slugs, modes = (SLUG, *OTHER_SLUGS), (MODE, *OTHER_MODES)
    app = application.create(Twin(today=last_day))
    report = checked(app, profile=profile, slugs=slugs, modes=modes, methods="all")
    assert report.why_none is None
    assert report.verdict is Verdict.CONFORMS
    assert report.sent <= 300


@pytest.mark.parametrize("most", [265, 270, 275])
def test_a_run_that_ends_while_cases_are_drawn_ends_without_a_verdict(most: int) -> None:
    report = checked(application.create(), methods="all", max_requests=most)
    assert report.verdict is Verdict.NONE
    assert "requests were used up" in (report.why_none or "")


def test_the_twin_keeps_every_promise() -> None:
    report = checked(application.create(), methods="all")
    assert ids(report, Status.BROKEN) == ids(report, Status.NOT_EXERCISED) == ids(report, Status.ADVISED) == set()
    assert report.verdict is Verdict.CONFORMS
    assert report.sent <= 300
    assert report.notes == ()


def test_without_a_slug_and_a_mode_the_twin_conforms_and_the_rest_is_not_exercised() -> None:
    report = checked(application.create(), slugs=(), modes=(), profile="quick")
    assert report.verdict is Verdict.CONFORMS
    assert {"filtered-ranges-add-up", "filters-hold-data", "undocumented-methods"} <= ids(report, Status.NOT_EXERCISED)


@pytest.mark.parametrize(
    ("mutant", "promise"),
    [
        ("key-prefix-passes", "401-part-of-key"),
        ("422-no-detail", "422-names-each-parameter"),
        ("inverted-empty", "400-inverted-range"),
        ("rate-is-a-fraction", "rows-rate"),
        ("end-left-out", "ranges-add-up"),
        ("cut-one-in-five", "every-request-answered"),
        ("post-accepted", "undocumented-methods"),
    ],
)
def test_a_fault_breaks_the_promise_that_names_it(mutant: str, promise: str) -> None:
    report = checked(create(MUTANTS[mutant]), methods="all")
    assert report.verdict is Verdict.VIOLATES
    assert promise in ids(report, Status.BROKEN)


@pytest.mark.parametrize("window", [None, "2026-01-01..2026-01-31"])
def test_a_deployment_without_data_breaks_nothing_and_exercises_no_row(window: str | None) -> None:
    report = checked(create(MUTANTS["no-data"]), window=window, require_data=True)
    assert ids(report, Status.BROKEN) == set()
    assert {"rows-rate", "ranges-add-up", "filters-hold-data"} <= ids(report, Status.NOT_EXERCISED)
    assert report.verdict is Verdict.NONE
    assert "--require-data" in (report.why_none or "")


def test_a_promise_that_is_left_out_is_not_tried() -> None:
    report = checked(create(MUTANTS["key-case-folded"]), skip=("401-other-case",), profile="quick")
    assert report.verdict is Verdict.CONFORMS
    assert "401-other-case" not in {outcome.promise.id for outcome in report.outcomes}


def test_what_was_found_stands_though_the_deployment_dies_later() -> None:
    """The server closes each connection from the sixtieth request on."""
    mutant = create(MUTANTS["key-case-folded"])
    answered = 0

    async def dying(scope: Message, receive: Receive, send: Send) -> None:
        nonlocal answered
        answered += 1
        if answered > 60:
            raise ConnectionAbortedError
        await mutant(scope, receive, send)

    report = checked(dying)
    assert "401-other-case" in ids(report, Status.BROKEN)
    assert report.verdict is Verdict.VIOLATES
