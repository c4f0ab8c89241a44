"""The outermost layer: tells of each request once it was answered."""

from collections.abc import Callable, Collection, Mapping, Sequence
from time import perf_counter, time_ns
from typing import Any, Final

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.entries import Seen
from mock_server.journal import NOTES

Sink = Callable[[Seen], None]
"""Takes a request that was answered: the journal, the log."""

ADMINISTRATION: Final = "/__mock/"
_BROWSERS_OWN: Final = frozenset({"/favicon.ico", "/.well-known/appspecific/com.chrome.devtools.json"})


class Recording:
    """Tells its sinks of each request to the API, those that no operation answers included.

    The mock's own pages are not told of, nor what a browser asks for by itself.
    """

    def __init__(self, app: ASGIApp, *, sinks: Sequence[Sink], names: Mapping[str, str], own: Collection[str]) -> None:
        """Stand around `app`.

        Args:
            app: the next layer.
            sinks: who is told.
            names: what each operation is called, by its id; complete by the first request.
            own: the paths of the mock's pages.

        """
        self._app = app
        self._sinks = sinks
        self._names = names
        self._untold = _BROWSERS_OWN.union(own)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and tell of it when it is done, whatever became of it."""
        if scope["type"] != "http" or scope["path"].startswith(ADMINISTRATION):
            await self._app(scope, receive, send)
            return
        begun = perf_counter()
        notes: dict[str, Any] = {}
        scope[NOTES] = notes
        try:
            await self._app(scope, receive, send)
        finally:
            extensions = scope.get("extensions", {})
            routed = extensions.get(ROUTING_CONTEXT)
            operation = "" if routed is None else self._names.get(routed["operation_id"], "")
            if operation or scope["path"] not in self._untold:
                who = extensions.get("connexion_context")
                seen = Seen(
                    time_ns() // 1000,
                    scope["method"],
                    scope["path"],
                    scope["query_string"],
                    notes.get("status", 0),
                    perf_counter() - begun,
                    operation,
                    (who["user"] or _key_names(who)) if who else "",
                    notes.get("refused", ()),
                    notes.get("preference", ""),
                    notes.get("fault", ""),
                )
                for sink in self._sinks:
                    sink(seen)


def _key_names(who: dict[str, Any]) -> str:
    """Give the names of several keys that were needed together, as Connexion's security left them."""
    owners = who["token_info"].values()
    return ", ".join(str(owner["sub"]) for owner in owners if isinstance(owner, dict) and "sub" in owner)
