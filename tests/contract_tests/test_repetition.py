"""The same request again: one by one, and together with others."""

import asyncio

from contract_tests.promise import Status
from contract_tests.report import Verdict
from tests.contract_tests.test_deployments import checked
from tests.mutants.wrapping import asked
from tests.twin import application
from tests.twin.serving import ASGIApp, Message, Receive, Send


def shared(pause: float) -> ASGIApp:
    """Keep the request at hand where all requests find it, while something else is waited for."""
    twin = application.create()
    at_hand: dict[str, str] = {}

    async def serve(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and "x-api-key" in asked(scope).headers:
            at_hand["query"] = scope["query_string"]
            await asyncio.sleep(pause)
            scope = {**scope, "query_string": at_hand["query"]}
        await twin(scope, receive, send)

    return serve


def status_of(app: ASGIApp, promise: str, **more: object) -> Status:
    report = checked(app, profile="quick", **more)
    return next(outcome.status for outcome in report.outcomes if outcome.promise.id == promise)


def test_an_answer_to_somebody_else_s_request_is_found() -> None:
    assert status_of(shared(0.01), "same-answer-together") is Status.BROKEN


def test_the_twin_gives_each_request_its_own_answer() -> None:
    assert status_of(application.create(), "same-answer-together") is Status.KEPT


def test_a_rate_limit_lets_one_request_go_at_a_time() -> None:
    app = application.create()
    assert status_of(app, "same-answer-together", rate_limit="1000/s") is Status.NOT_EXERCISED


def test_a_deployment_that_takes_one_request_at_a_time_conforms() -> None:
    twin, under_way = application.create(), 0

    async def one_at_a_time(scope: Message, receive: Receive, send: Send) -> None:
        nonlocal under_way
        if scope["type"] != "http":
            await twin(scope, receive, send)
            return
        under_way += 1
        try:
            await asyncio.sleep(0.005)
            await (busy if under_way > 1 else twin)(scope, receive, send)
        finally:
            under_way -= 1

    async def busy(_scope: Message, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 503, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    report = checked(one_at_a_time, profile="quick")
    assert report.verdict is Verdict.CONFORMS
    together = next(outcome for outcome in report.outcomes if outcome.promise.id == "same-answer-together")
    # Whether they came at the same time is the machine's to say.
    assert together.status in {Status.NOT_EXERCISED, Status.KEPT}
