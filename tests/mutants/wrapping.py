"""What stands in front of an application: things that change a request, an answer, or answer themselves."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from tests.mutants.mutant import Wrap
from tests.twin.application import PATH
from tests.twin.serving import ASGIApp, Message, Receive, Send

Headers = tuple[tuple[str, str], ...]
Shortcut = Callable[["Asked"], "Answer | None"]
AnswerChange = Callable[["Asked", "Answer"], "Answer"]


@dataclass(frozen=True)
class Asked:
    """A request as a proxy sees it."""

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]

    @property
    def query(self) -> dict[str, str]:
        """The query's last value for each name."""
        return dict(parse_qsl(self.query_string, keep_blank_values=True))

    @property
    def is_operation(self) -> bool:
        """Whether it asks for the operation's path."""
        return self.path == PATH


@dataclass(frozen=True)
class Answer:
    """An answer as a proxy sees it, whole; `stated_length` overrides the true one in `Content-Length`."""

    status: int
    headers: Headers
    body: bytes
    stated_length: int | None = None

    @property
    def data(self) -> Any:
        """The body as JSON; None where it has none."""
        return json.loads(self.body) if self.body else None

    def bearing(self, body: bytes, content_type: str | None = None) -> "Answer":
        """Give it with another body, and another content type where one is named."""
        answer = replace(self, body=body)
        return answer if content_type is None else answer.headed(content_type=content_type)

    def saying(self, data: Any, **options: Any) -> "Answer":
        """Give it with `data` as its JSON; `options` are those of `json.dumps`."""
        return self.bearing(json.dumps(data, **options).encode())

    def headed(self, **headers: str) -> "Answer":
        """Give it with the named headers set; an underscore stands for a hyphen."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = tuple(header for header in self.headers if header[0] not in named)
        return replace(self, headers=(*kept, *named.items()))


def respond(status: int, body: bytes = b"", content_type: str = "text/html; charset=utf-8") -> Answer:
    """Make an answer of a proxy's own."""
    return Answer(status, (("content-type", content_type),) if body else (), body)


def respond_json(status: int, data: Any) -> Answer:
    """Make a JSON answer of a proxy's own."""
    return respond(status, json.dumps(data).encode(), "application/json")


def to_rows(change: Callable[[Answer], Answer]) -> AnswerChange:
    """Make a change of the operation's 200 answers alone."""
    return lambda asked, answer: change(answer) if asked.is_operation and answer.status == 200 else answer


def with_answer(change: AnswerChange) -> Wrap:
    """Change each answer of the application."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def changed(scope: Message, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            await send_answer(change(asked(scope), await ask(app, scope, receive)), send)

        return changed

    return wrap


def with_shortcut(answer: Shortcut) -> Wrap:
    """Answer in the application's place, except where `answer` gives None."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def changed(scope: Message, receive: Receive, send: Send) -> None:
            short = answer(asked(scope)) if scope["type"] == "http" else None
            if short is None:
                await app(scope, receive, send)
            else:
                await send_answer(short, send)

        return changed

    return wrap


def with_state(begin: Callable[[], tuple[Shortcut, AnswerChange]]) -> Wrap:
    """Put a shortcut and a change that share a memory in front; `begin` makes them, once a deployment."""

    def wrap(app: ASGIApp) -> ASGIApp:
        shortcut, change = begin()
        return with_shortcut(shortcut)(with_answer(change)(app))

    return wrap


def with_query(change: Callable[[dict[str, str]], dict[str, str]]) -> Wrap:
    """Change the query's parameters before the application sees them."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def changed(scope: Message, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                query = urlencode(change(asked(scope).query))
                scope = {**scope, "query_string": query.encode()}
            await app(scope, receive, send)

        return changed

    return wrap


def with_method(change: Callable[[str], str]) -> Wrap:
    """Change the method before the application sees it."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def changed(scope: Message, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                scope = {**scope, "method": change(scope["method"])}
            await app(scope, receive, send)

        return changed

    return wrap


def asked(scope: Message) -> Asked:
    """Read a request from an ASGI scope."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Asked(scope["method"], scope["path"], scope["query_string"].decode("latin-1"), headers)


async def ask(app: ASGIApp, scope: Message, receive: Receive) -> Answer:
    """Let the application answer, and collect the whole; an error after its own 500 is dropped."""
    messages: list[Message] = []

    async def collect(message: Message) -> None:
        messages.append(message)

    try:
        await app(scope, receive, collect)
    except Exception:
        if not messages:
            raise
    start = messages[0]
    headers = tuple((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in start["headers"])
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return Answer(start["status"], headers, body)


async def send_answer(answer: Answer, send: Send) -> None:
    """Send an answer whole, with the length of its body unless it states another or is chunked."""
    headers = [(name, value) for name, value in answer.headers if name != "content-length"]
    length = len(answer.body) if answer.stated_length is None else answer.stated_length
    if ("transfer-encoding", "chunked") not in headers and answer.status != 204:
        headers.append(("content-length", str(length)))
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": raw})
    await send({"type": "http.response.body", "body": answer.body})
