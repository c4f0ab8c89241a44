"""The layer that gives a request what it asks for, and everyone what the state of the mock says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_server.document.specification import Operation
from mock_server.faults import Faults, cut, drop
from mock_server.journal import note
from mock_server.preferences import PREFERENCES, Preferences, read_preferences, refuse, without_twins
from mock_server.response.answers import BODILESS
from mock_server.response.documented import example_names, has_status
from mock_server.response.forced import OwnRefusals, forced, refusal
from mock_server.response.rendering import HEADERS
from mock_server.state import State

_CONTENT: Final = (b"content-length", b"content-type")


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
        state: State,
        faults: Faults,
        operations: Mapping[str, Operation],
        own: Mapping[str, OwnRefusals],
    ) -> None:
        """Stand around `app`.

        Args:
            app: the next layer.
            state: what everyone gets.
            faults: what happens now and then.
            operations: each operation by its id.
            own: by the ids of the operations that have rows of the mock's own, how they refuse.

        """
        self._app = app
        self._state = state
        self._faults = faults
        self._operations = operations
        self._own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; one that asks for nothing passes at once, while the mock is undisturbed."""
        for name, _ in scope.get("headers", ()):
            if name == b"prefer":
                break
        else:
            if not self._state.disturbed and b"__" not in scope.get("query_string", b""):
                await self._app(scope, receive, send)
                return
        identity = scope["extensions"][ROUTING_CONTEXT]["operation_id"] if scope["type"] == "http" else None
        if identity is None:  # a page of the mock's own
            await self._app(scope, receive, send)
        else:
            await self._answer(identity, scope, receive, send)

    async def _answer(self, identity: str, scope: Scope, receive: Receive, send: Send) -> None:
        operation = self._operations[identity]
        headers: dict[str, str] = {}
        scope[HEADERS] = headers
        wanted = read_preferences(scope, operation.responses)
        self._check(wanted, operation)
        scope[PREFERENCES] = wanted
        _tell(scope, wanted.applied("delay"))
        fault = await self._disturb(wanted)
        if fault is not None:
            headers["X-Mock-Fault"] = fault
            note(scope, "fault", fault)
            if fault == "drop":
                await drop(scope, receive)
                return
            if fault != "cut":
                raise refusal(operation, int(fault))
            cut(scope)
        code = wanted.code
        if code is not None and not has_status(operation, code):
            headers["X-Mock-Undocumented"] = "true"
        if code is not None and code >= 300:
            _tell(scope, wanted.applied("delay", "code", "example"))
            answer = forced(operation, code, wanted.example, self._own.get(identity, {}))
            await answer.send(_Heading(send, scope))
            return
        honoured = ["delay", "code", "example"]
        if identity in self._own and wanted.example is None:
            honoured += ["scenario", "seed", "today"]
        passed = {**scope, "query_string": without_twins(scope["query_string"])}
        await self._app(passed, receive, _Heading(send, scope, wanted.applied(*honoured), code))

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


class _Heading:
    """Sends an answer with what belongs to it: further headers, and the status that was asked for."""

    def __init__(self, send: Send, scope: Scope, applied: str = "", code: int | None = None) -> None:
        self._send = send
        self._scope = scope
        self._applied = applied
        self._code = code
        self._bodiless = False

    async def __call__(self, message: Message) -> None:
        """Send a part of the answer; that there is one shows that all was applied."""
        if message["type"] == "http.response.start":
            _tell(self._scope, self._applied)
            more = [(name.lower().encode(), text.encode()) for name, text in self._scope[HEADERS].items()]
            status = message["status"] if self._code is None else self._code
            headers = [*message["headers"], *more]
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
        scope[HEADERS]["Preference-Applied"] = applied
        note(scope, "preference", applied)
