"""Wires the mock: the one place where the layers are put around one another."""

from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from connexion.middleware import ConnexionMiddleware
from connexion.middleware.abstract import ROUTING_CONTEXT
from connexion.middleware.exceptions import ExceptionMiddleware
from connexion.middleware.main import API
from starlette.types import Receive, Scope, Send

from mock_server import by_integration
from mock_server.administration import Administration
from mock_server.aside import Aside
from mock_server.banner import banner
from mock_server.by_integration import Traffic
from mock_server.cors import Cors
from mock_server.data.fixtures import load_fixtures
from mock_server.data.scenarios import Scenario
from mock_server.document.openapi import Document
from mock_server.document.soundness import load_document
from mock_server.document.specification import Operation, Specification
from mock_server.entries import Secrets
from mock_server.faults import Faults
from mock_server.handlers import Handlers
from mock_server.journal import Journal
from mock_server.layers import Errors, Lifespan, ResponseValidation, Routing, Security, Validation
from mock_server.metrics import Metrics
from mock_server.on_demand import OnDemand
from mock_server.pages import Pages
from mock_server.preferences import PREFERENCES
from mock_server.recording import Recording, Sink
from mock_server.request.authentication import security_map
from mock_server.request.bodies import parser, validator_map
from mock_server.response.delivery import Delivery
from mock_server.response.rendering import ERRORS, Rendering
from mock_server.settings import Settings
from mock_server.state import State


def build(settings: Settings, log: Sink | None = None, before: "Mock | None" = None) -> "Mock":
    """Build the mock as an ASGI application.

    A request's way: CORS, errors, routing, what it asks for, authentication, validation, handler or page; the
    response goes back through the validation of responses, where that is on.

    Args:
        settings: what the command line says.
        log: is told of each request that was answered.
        before: the mock that this one follows after an edit; its state, journal and counts go on.

    Raises:
        InputError: the document or a fixture is not right, with file, line and what would be.

    """
    document = load_document(settings.document)
    fixtures = load_fixtures(settings.fixtures)
    state = before.state if before else State(settings, fixtures.scenarios)
    traffic = Traffic(fixtures, state, settings.seed, settings.today)
    has_rows = by_integration.served_by(document)
    if has_rows:
        traffic.rollup()  # what cannot be in it is said now
    handlers = Handlers({by_integration.ROUTE: by_integration.handler(traffic)} if has_rows else {})
    rendering = Rendering(handlers.operations)
    on_demand = partial(
        OnDemand,
        faults=Faults(state, settings.seed),
        operations=handlers.operations,
        own={by_integration.IDENTITY: by_integration.refusals(traffic)} if has_rows else {},
        rendering=rendering,
    )
    pages = Pages(document, with_console=settings.admin)
    metrics = before.metrics if before else Metrics()
    secrets = Secrets(key.value for key in settings.api_keys)
    journal = before.journal if before else Journal(secrets, metrics.count if settings.admin else None)
    administration = Administration(
        settings,
        document=document,
        fixtures=fixtures,
        traffic=traffic,
        state=state,
        journal=journal,
        metrics=metrics,
    )
    mock = Mock(
        Endpoint(handlers, pages, administration if settings.admin else None, traffic.aside),
        middlewares=[
            *_recording(_sinks(settings, journal, log), handlers, pages),
            *_layers(settings, on_demand, _pages_apart(document)),
        ],
        lifespan=_lifespan,
        resolver=handlers,
        security_map=security_map(settings.api_keys),
        uri_parser_class=parser,
        validator_map=validator_map(),
    )
    mock.settings, mock.document, mock.traffic, mock.state = settings, document, traffic, state
    mock.operations, mock.scenarios = handlers.operations, fixtures.scenarios
    mock.journal, mock.metrics, mock.administration = journal, metrics, administration
    mock.add_document(document)
    for error in ERRORS:
        mock.add_error_handler(error, rendering.respond)
    return mock


def _sinks(settings: Settings, journal: Journal, log: Sink | None) -> list[Sink]:
    """List who is told of each request. Of several processes each would know of its own requests alone."""
    return [*([journal.add] if settings.workers == 1 else []), *([log] if log else [])]


def _recording(sinks: list[Sink], handlers: Handlers, pages: Pages) -> list[Any]:
    """Make the layer that tells the sinks, where there are any."""
    return [partial(Recording, sinks=sinks, names=handlers.names, own=pages.paths)] if sinks else []


def _pages_apart(document: Document) -> list[str]:
    """List the mock's own pages that no other origin may read: the console, unless an operation stands there."""
    paths = (f"{base}{template}" for base in document.base_paths for template, *_ in document.paths())
    return [] if "/" in paths else ["/"]


def _layers(settings: Settings, on_demand: Any, apart: list[str]) -> list[Any]:
    """List the layers, outermost first.

    Connexion's Swagger UI and Context layers are left out: pages stand behind routing, and no handler asks for
    the context. Errors carry CORS headers only because CORS stands outside of the layer that renders them. The
    validation of responses stands outside of a second such layer, so that refusals are validated as well.
    """
    cors = partial(Cors, origins=settings.cors_origins, apart=apart)
    return [
        *([cors] if settings.cors else []),
        Delivery,
        Errors,
        Routing,
        *([ResponseValidation, ExceptionMiddleware] if settings.validate_responses else []),
        on_demand,
        Security,
        Validation,
        Lifespan,
    ]


class Mock(ConnexionMiddleware):  # type: ignore[misc]  # Connexion is not typed
    """Connexion's middleware stack, given a document that is ready to serve; an ASGI application."""

    settings: Settings
    document: Document
    traffic: Traffic
    state: State
    operations: Mapping[str, Operation]
    scenarios: Mapping[str, Scenario]
    journal: Journal
    metrics: Metrics
    administration: Administration

    def reset(self) -> None:
        """Go back to how the mock was started, and forget the requests."""
        self.administration.reset()

    def banner(self, url: str) -> str:
        """Write what to print when this mock answers at `url`."""
        path = None
        if by_integration.served_by(self.document):
            path = f"{self.document.base_paths[0]}{by_integration.ROUTE[1]}"
        return banner(url, self.settings, self.document, path, self.traffic.today)

    def add_document(self, document: Document) -> None:
        """Serve the document under the base path of each of its servers.

        `add_api` would read the file by the rules of OpenAPI 3.0.
        """
        for base_path in document.base_paths:
            self.apis.append(API(Specification(document, base_path), base_path=base_path, **self.options.__dict__))


class Endpoint:
    """The innermost application: calls the handler of the operation that routing found, or a page of the mock."""

    def __init__(
        self, handlers: Handlers, pages: Pages, administration: Administration | None = None, aside: Aside | None = None
    ) -> None:
        self._functions = handlers.functions
        self._pages = pages
        self._administration = administration
        self._aside = aside or Aside()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer one request that is authentic and valid."""
        identity = scope["extensions"][ROUTING_CONTEXT]["operation_id"]
        if identity is None and self._administration is not None and scope["path"] in self._administration:
            return self._administration(scope, receive, send)
        if identity is None:
            return self._pages.answer(scope).send(send)
        if PREFERENCES in scope and scope[PREFERENCES].other_data:
            return self._from_aside(identity, scope, send)
        return self._functions[identity](scope).send(send)

    async def _from_aside(self, identity: str, scope: Scope, send: Send) -> None:
        """Answer with data that others need not wait for."""
        answer = await self._aside.run(self._functions[identity], scope)
        await answer.send(send)


@asynccontextmanager
async def _lifespan(_app: Any) -> AsyncIterator[None]:
    """Let the server ask whether the mock is up: asking is what makes Connexion build its stack."""
    yield
