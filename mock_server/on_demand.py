"""The layer that gives a request what it asks for, and everyone what the state of the mock says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from connexion.middleware.abstract import ROUTING_CONTEXT
from connexion.middleware.exceptions import ExceptionMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.document.specification import Operation
from mock_server.faults import Faults, cut, drop
from mock_server.journal import note
from mock_server.preferences import PREFERENCES, Preferences, read_preferences, refuse, without_twins
from mock_server.response.answers import BODILESS, Headed
from mock_server.response.documented import example_names, has_status
from mock_server.response.forced import OwnRefusals, forced, refusal
from mock_server.response.rendering import ERRORS, Rendering

_CONTENT: Final = (b"content-length", b"content-type")
_HEADERS: Final = "mock_server.headers"
"""The key of the request's scope under which headers stand that go with its answer, whichever that is."""


class OnDemand:
    """Stands between routing and authentication.

    A refusal or a failure that is asked for is given whatever else is wrong with the request, and without a key: a
    browser's address bar, where only the query can be written, can have it as well. A success still needs a key
    and right parameters.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        faults: Faults,
        operations: Mapping[str, Operation],
        own: Mapping[str, OwnRefusals],
        rendering: Rendering,
    ) -> None:
        """Stand around `app`.

        Args:
            app: the next layer.
            faults: the state of the mock, and what happens now and then.
            operations: each operation by its id.
            own: by the ids of the operations that have rows of the mock's own, how they refuse.
            rendering: what makes a response of a refusal.

        """
        self._app = app
        self._state = faults.state
        self._faults = faults
        self._operations = operations
        self._own = own
        # An own one, so that a refusal as well gets the headers that tell what was applied.
        self._rendered = ExceptionMiddleware(self._answer)
        for error in ERRORS:
            self._rendered.add_exception_handler(error, rendering.respond)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer a request; one that asks for nothing passes at once, while the mock is undisturbed."""
        if not self._state.disturbed and b"__" not in scope.get("query_string", b""):
            for name, _ in scope.get("headers", ()):
                if name == b"prefer":
                    break
            else:
                return self._app(scope, receive, send)
        return self._look(scope, receive, send)

    async def _look(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that may ask for something, or come to a disturbed mock."""
        if scope["type"] != "http" or scope["extensions"][ROUTING_CONTEXT]["operation_id"] is None:
            await self._app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = {}
        scope[_HEADERS] = headers
        await self._rendered(scope, receive, Headed(send, headers))

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request to an operation, or refuse it."""
        identity = scope["extensions"][ROUTING_CONTEXT]["operation_id"]
        operation = self._operations[identity]
        wanted = read_preferences(scope, operation.responses)
        self._check(wanted, operation)
        fault = await self._disturb(wanted)
        _tell(scope, wanted.applied("delay"))
        if fault is not None:
            scope[_HEADERS][b"x-mock-fault"] = fault.encode()
            note(scope, "fault", fault)
            if fault == "drop":
                await drop(scope, receive)
                return
            if fault != "cut":
                raise refusal(operation, int(fault))
            cut(scope)
        code = wanted.code
        if code is not None and not has_status(operation, code):
            scope[_HEADERS][b"x-mock-undocumented"] = b"true"
        if code is not None and code >= 300:
            _tell(scope, wanted.applied("delay", "code", "example"))
            answer = forced(operation, code, wanted.example, self._own.get(identity, {}))
            await answer.send(send)
            return
        scope[PREFERENCES] = wanted
        honoured = ["delay", "code", "example"]
        if identity in self._own and wanted.example is None:
            honoured += ["scenario", "seed", "today"]
        passed = {**scope, "query_string": without_twins(scope["query_string"])}
        await self._app(passed, receive, _Success(send, code, lambda: _tell(scope, wanted.applied(*honoured))))

    def _check(self, wanted: Preferences, operation: Operation) -> None:
        """Refuse a name that there is not."""
        if wanted.scenario is not None and wanted.scenario not in self._state.scenarios:
            remedy = f"Name one of: {', '.join(self._state.scenarios)}"
            raise refuse("scenario", wanted.scenario, "is no scenario", remedy)
        if wanted.example is not None:
            names = example_names(operation, wanted.code)
            if wanted.example not in names:
                remedy = f"Name one of: {', '.join(names)}" if names else "The document has no named example here"
                raise refuse("example", wanted.example, "is no example of this answer", remedy)

    async def _disturb(self, wanted: Preferences) -> str | None:
        """Wait as long as the answer should, and give the kind of its fault; one that is asked for has none."""
        wait, fault = self._faults.draw(wanted.delay)
        if wait:
            await asyncio.sleep(wait / 1000)
        return None if wanted.code is not None else fault


class _Success:
    """Sends an answer that is no refusal, with the status that was asked for."""

    def __init__(self, send: Send, code: int | None, told: Callable[[], None]) -> None:
        self._send = send
        self._code = code
        self._told = told
        self._bodiless = False

    async def __call__(self, message: Message) -> None:
        """Send a part of the answer; tell that there is one."""
        if message["type"] == "http.response.start":
            self._told()
            status = message["status"] if self._code is None else self._code
            headers = list(message["headers"])
            self._bodiless = status in BODILESS or status == 205
            if self._bodiless:
                headers = [(name, text) for name, text in headers if name not in _CONTENT]
            if status == 205:  # it says so that there is nothing (RFC 9110, section 15.3.6)
                headers.append((b"content-length", b"0"))
            message = {**message, "status": status, "headers": headers}
        elif self._bodiless:
            message = {**message, "body": b""}
        await self._send(message)


def _tell(scope: Scope, applied: str) -> None:
    """Say what was applied, in the answer and in the journal."""
    if applied:
        scope[_HEADERS][b"preference-applied"] = applied.encode()
        note(scope, "preference", applied)
