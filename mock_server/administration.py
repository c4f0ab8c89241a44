"""The administration at `/__mock/`: what the mock serves and was asked, and how to change its state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Protocol

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from feather_kit.errors import InputError
from mock_server import console
from mock_server.by_integration import Traffic
from mock_server.data.fixtures import Fixtures
from mock_server.document.openapi import Document
from mock_server.event_stream import EventStream
from mock_server.journal import MOST, Journal
from mock_server.metrics import Metrics
from mock_server.origins import Guard
from mock_server.response.answers import NO_STORE, Answer
from mock_server.response.problems import CONFLICT, UNFIT, Refusal
from mock_server.response.rendering import wrong_method
from mock_server.settings import Settings
from mock_server.state import FixedStateError, State

PREFIX: Final = "/__mock/"
_LARGEST_BODY: Final = 65_536  # bytes

Room = Callable[[Request], Awaitable["Sendable"]]


class Sendable(Protocol):
    """What a room gives: an `Answer`, or a stream."""

    def send(self, send: Send) -> Awaitable[None]:
        """Send it."""


class Administration:
    """Answers what stands under `/__mock/`, the console's files excepted.

    With several processes each knows of its own requests alone, and has its own state: what would be true of one of
    them only is refused, as a change of the state is.
    """

    def __init__(  # noqa: PLR0913  # they are what it tells of and changes
        self,
        settings: Settings,
        *,
        document: Document,
        fixtures: Fixtures,
        traffic: Traffic,
        state: State,
        journal: Journal,
        metrics: Metrics,
    ) -> None:
        self._settings = settings
        self._document = document
        self._fixtures = fixtures
        self._traffic = traffic
        self._state = state
        self._journal = journal
        self._metrics = metrics
        self._guard = Guard(settings.host)
        self._rooms: dict[str, dict[str, Room]] = {
            f"{PREFIX}health": {"GET": self._health},
            f"{PREFIX}requests": {"GET": self._requests, "DELETE": self._forget},
            f"{PREFIX}requests/stream": {"GET": self._stream},
            f"{PREFIX}scenario": {"GET": self._scenario, "PUT": self._change},
            f"{PREFIX}reset": {"POST": self._reset},
            f"{PREFIX}metrics": {"GET": self._counts},
            f"{PREFIX}session": {"GET": self._session},
        }

    def __contains__(self, path: str) -> bool:
        """Tell whether something of the administration stands at a path."""
        return path in self._rooms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request to one of its paths.

        Raises:
            Refusal: it asks for what cannot be, or may not ask for it.

        """
        rooms, method = self._rooms[scope["path"]], scope["method"]
        room = rooms.get("GET" if method == "HEAD" else method)
        if room is None:
            raise wrong_method(scope, rooms)
        answer = await room(Request(scope, receive))
        await answer.send(send)

    async def _health(self, _request: Request) -> Sendable:
        problem = self._state.problem
        return _json(
            {
                "status": "ok",
                "document": {"title": self._document.title, "version": self._document.version},
                **self._state.describe(),
                "scenarios": self._scenarios(),
                "seed": self._traffic.seed,
                "today": self._traffic.today,
                "workers": self._settings.workers,
                "problem": None if problem is None else _problem(problem),
            }
        )

    async def _scenario(self, _request: Request) -> Sendable:
        return _json({**self._state.describe(), "scenarios": self._scenarios()})

    async def _change(self, request: Request) -> Sendable:
        self._guard.write(request.headers)
        wanted = await _object(request)
        try:
            if self._settings.workers == 1 and wanted.get("scenario") in self._state.scenarios:
                # Others are answered meanwhile.
                await self._traffic.aside.run(self._traffic.prepare, wanted["scenario"])
            self._state.change(wanted)
        except InputError as error:
            raise _refused(error) from None
        return _json(self._state.describe())

    async def _reset(self, request: Request) -> Sendable:
        self._guard.write(request.headers)
        try:
            self.reset()
        except InputError as error:
            raise _refused(error) from None
        return _json(self._state.describe())

    def reset(self) -> None:
        """Go back to how the mock was started, and forget the requests; what is counted for Prometheus stays.

        Raises:
            FixedStateError: several processes answer, and each has a state of its own.

        """
        self._state.reset()
        self._journal.clear()

    async def _requests(self, request: Request) -> Sendable:
        self._alone("the requests that it answered")
        query = request.query_params
        limit = _number(query.get("limit"), "limit", 1, MOST) or MOST
        found = self._journal.entries(
            after=_number(query.get("after"), "after", 0) or 0,
            status=_status(query.get("status")),
            method=query.get("method"),
            path=query.get("path"),
        )
        requests = b",".join([entry.as_json() for entry in found][-limit:])
        return Answer(b'{"requests":[%s],"last":%d}' % (requests, self._journal.last), headers=NO_STORE)

    async def _forget(self, request: Request) -> Sendable:
        self._guard.write(request.headers)
        self._alone("the requests that it answered")
        self._journal.clear()
        return Answer(status=204, headers=NO_STORE)

    async def _stream(self, request: Request) -> Sendable:
        self._alone("the requests that it answered")
        # A browser that lost its stream says which event was its last (HTML, section 9.2.4).
        text = request.headers.get("last-event-id") or request.query_params.get("after")
        after = _number(text, "after", 0)
        return EventStream(self._journal, self._journal.last if after is None else after, request)

    async def _counts(self, request: Request) -> Sendable:
        self._alone("its own counts")
        self._journal.tell()
        body, content_type = self._metrics.write(request.headers.get("accept", ""))
        return Answer(body, content_type.encode(), headers=NO_STORE)

    async def _session(self, request: Request) -> Sendable:
        self._guard.secret(request.headers)
        name, before = _key_header(self._document)
        key = {"api_key": before + self._settings.api_keys[0].value, "header": name}
        return _json({**key, **console.guide(self._document, self._fixtures)})

    def _scenarios(self) -> list[dict[str, str]]:
        known = self._fixtures.scenarios
        return [{"name": name, "about": known[name].about} for name in self._state.scenarios if name in known]

    def _alone(self, what: str) -> None:
        if self._settings.workers > 1:
            raise Refusal(
                CONFLICT,
                cause=f"{self._settings.workers} processes answer, and each knows only {what}",
                remedy="Start the mock with --workers 1",
            )


def _json(value: Any) -> Answer:
    return Answer(orjson.dumps(value), headers=NO_STORE)


def _problem(error: InputError) -> dict[str, Any]:
    file = None if error.file is None else str(error.file)
    return {"message": f"{error.problem}. {error.remedy}.", "file": file, "line": error.line}


def _refused(error: InputError) -> Refusal:
    problem = CONFLICT if isinstance(error, FixedStateError) else UNFIT
    return Refusal(problem, cause=error.problem[0].upper() + error.problem[1:], remedy=error.remedy)


async def _object(request: Request) -> Mapping[str, Any]:
    """Read a body that is a JSON object.

    Raises:
        Refusal: it is none.

    """
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST_BODY:
                raise Refusal(UNFIT, cause="The body is too large", remedy="Send a small JSON object")
        value = orjson.loads(body)
    except (orjson.JSONDecodeError, ClientDisconnect):
        value = None
    if not isinstance(value, dict):
        raise Refusal(UNFIT, cause="The body is no JSON object", remedy='Send one, as {"scenario": "normal"}')
    return value


def _number(text: str | None, name: str, least: int, most: int = 2**53) -> int | None:
    """Read a whole number of the query; up to what JavaScript can count."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20 and least <= int(text) <= most):
        raise Refusal(UNFIT, cause=f"{name}={text} cannot be", remedy=f"Give a whole number from {least} to {most}")
    return int(text)


def _status(text: str | None) -> Callable[[int], bool] | None:
    """Read a status, or a class of them."""
    if text is None:
        return None
    if len(text) == 3 and text.isascii():
        if text.isdigit():
            return int(text).__eq__
        if text[0].isdigit() and text[1:].lower() == "xx":
            return lambda status: status // 100 == int(text[0])
    raise Refusal(UNFIT, cause=f"status={text} cannot be", remedy="Give a status, as 401, or a class of them, as 4xx")


def _key_header(document: Document) -> tuple[str, str]:
    """Give the header in which the document wants its key, and what stands in it before the key."""
    names = document.data.get("components", {}).get("securitySchemes", {})
    schemes = [document.follow(("components", "securitySchemes", name))[0] for name in names]
    for scheme in schemes:
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
            return scheme["name"], ""
    return "Authorization", "Bearer "
