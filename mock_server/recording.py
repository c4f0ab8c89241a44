"""The outermost layer: tells of each request once it was answered."""

from collections.abc import Callable, Container, Mapping, Sequence
from time import perf_counter, time_ns
from typing import Any, Final

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.document.specification import Operation
from mock_server.entries import Seen
from mock_server.journal import NOTES

Sink = Callable[[Seen], None]
"""Takes a request that was answered: the journal, the metrics, the log."""

ADMINISTRATION: Final = "/__mock/"
_BROWSERS_OWN: Final = frozenset({"/favicon.ico", "/.well-known/appspecific/com.chrome.devtools.json"})


class Recording:
    """Tells its sinks of each request to the API, those that no operation answers included.

    The mock's own pages are not told of, nor what a browser asks for by itself.
    """

    def __init__(
        self, app: ASGIApp, *, sinks: Sequence[Sink], operations: Mapping[str, Operation], own: Container[str]
    ) -> None:
        """Stand around `app`.

        Args:
            app: the next layer.
            sinks: who is told.
            operations: each operation by its id; complete by the first request.
            own: the paths of the mock's pages.

        """
        self._app = app
        self._sinks = sinks
        self._operations = operations
        self._own = own
        self._names: dict[str, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and tell of it when it is done, whatever became of it."""
        if scope["type"] != "http" or scope["path"].startswith(ADMINISTRATION):
            await self._app(scope, receive, send)
            return
        begun = perf_counter()
        # Both are made here because the layers within work on copies of the scope, which share what it holds.
        if "extensions" in scope:
            scope["extensions"] = dict(scope["extensions"])
        else:
            scope["extensions"] = {}
        notes: dict[str, Any] = {}
        scope[NOTES] = notes
        try:
            await self._app(scope, receive, send)
        finally:
            self._tell(scope, notes, perf_counter() - begun)

    def _tell(self, scope: Scope, notes: dict[str, Any], seconds: float) -> None:
        extensions, path = scope["extensions"], scope["path"]
        routed = extensions.get(ROUTING_CONTEXT)
        identity = None if routed is None else routed["operation_id"]
        if identity is None:
            if path in self._own or path in _BROWSERS_OWN:
                return
            operation = ""
        else:
            operation = self._names.get(identity) or self._name(identity)
        seen = Seen(
            time_ns() // 1000,
            scope["method"],
            path,
            scope["query_string"],
            notes.get("status", 0),
            seconds,
            operation,
            _key_name(extensions),
            notes.get("refused", ()),
            notes.get("preference", ""),
            notes.get("fault", ""),
        )
        for sink in self._sinks:
            sink(seen)

    def _name(self, identity: str) -> str:
        name = self._names[identity] = self._operations[identity].name or identity
        return name


def _key_name(extensions: dict[str, Any]) -> str:
    """Give the name of the key that Connexion's security left; of several that were needed together, all names."""
    who = extensions.get("connexion_context")
    if not who:
        return ""
    name = who["user"]
    if name is not None:
        return str(name)
    owners = who["token_info"].values()
    return ", ".join(str(owner["sub"]) for owner in owners if isinstance(owner, dict) and "sub" in owner)
