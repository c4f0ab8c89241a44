"""Requests to a deployment within the same process, and what came back."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.mutants import KEY
from tests.mutants.wrapping import Answer, ask
from tests.twin.application import PATH
from tests.twin.serving import ASGIApp, Message

_PATIENCE = 3  # times that a request is repeated after a 429


@dataclass(frozen=True)
class Sent:
    """A request: the query's pairs in their order, the key (None for no header), and further headers.

    The spelling is the query as it is sent, where that is not the usual encoding of its pairs.
    """

    query: tuple[tuple[str, str], ...]
    key: str | None = KEY
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    path: str = PATH
    spelling: str = ""

    def value(self, name: str) -> str | None:
        """Give the value of a parameter; None where it is absent."""
        return dict(self.query).get(name)


@dataclass(frozen=True)
class Exchange:
    """A request and its answer."""

    sent: Sent
    answer: Answer


def request(  # noqa: PLR0913 - the operation's own parameters, and what a client can add
    start: str | None = "2026-10-01",
    end: str | None = "2026-10-31",
    slug: str | None = None,
    mode: str | None = None,
    *,
    key: str | None = KEY,
    method: str = "GET",
    more: tuple[tuple[str, str], ...] = (),
    headers: tuple[tuple[str, str], ...] = (),
) -> Sent:
    """Make a request for the operation; what is None is left out."""
    pairs = (("start_date", start), ("end_date", end), ("slug", slug), ("mode", mode))
    query = tuple((name, value) for name, value in pairs if value is not None)
    return Sent((*query, *more), key, method, headers)


async def exchange(app: ASGIApp, requests: Sequence[Sent]) -> list[Exchange]:
    """Send requests one after the other, each again where the answer is a 429 that says when."""
    return [Exchange(sent, await _answer(app, sent)) for sent in requests]


async def _answer(app: ASGIApp, sent: Sent) -> Answer:
    answer = await ask(app, _scope(sent), _receive)
    for _ in range(_PATIENCE):
        if answer.status != 429 or "retry-after" not in dict(answer.headers):
            break
        answer = await ask(app, _scope(sent), _receive)
    return answer


def _scope(sent: Sent) -> Message:
    headers = [*sent.headers, ("host", "127.0.0.1"), ("accept", "*/*"), ("accept-encoding", "gzip")]
    if sent.key is not None:
        headers.append(("x-api-key", sent.key))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": sent.method,
        "path": sent.path,
        "raw_path": sent.path.encode(),
        "root_path": "",
        "query_string": (sent.spelling or urlencode(sent.query)).encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 49152),
        "server": ("127.0.0.1", 80),
    }


async def _receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
