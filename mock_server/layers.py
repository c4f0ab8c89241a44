"""Layers around the handler: Connexion's and Starlette's own, less the work that a given request cannot need.

Each subclass only leaves out; what a layer decides, it decides by its own code. Where a concrete path leads is looked
up, and found as Starlette would find it.
"""

from collections.abc import Awaitable
from typing import Any, Final, cast

from connexion.middleware.abstract import ROUTING_CONTEXT, RoutedMiddleware
from connexion.middleware.exceptions import ExceptionMiddleware, connexion_wrapper
from connexion.middleware.lifespan import LifespanMiddleware
from connexion.middleware.request_validation import (
    RequestValidationAPI,
    RequestValidationMiddleware,
    RequestValidationOperation,
)
from connexion.middleware.response_validation import (
    ResponseValidationAPI,
    ResponseValidationMiddleware,
    ResponseValidationOperation,
)
from connexion.middleware.routing import RoutingMiddleware
from connexion.middleware.security import SecurityAPI, SecurityMiddleware, SecurityOperation
from starlette.requests import Request
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_server.document.specification import Operation, Specification

_JSON_HEADER: Final = (b"content-type", b"application/json")
_JSON_TYPE: Final = ("application/json", "utf-8")
_ERROR: Final = "mock_server.error"
"""The key of a request's scope under which the error that ended it waits to be rendered."""


class Errors(ExceptionMiddleware):  # type: ignore[misc]  # Connexion is not typed
    """Renders errors; a request that meets none goes by without the frames that would watch over its answer.

    The layer around it sends nothing of a whole answer before its body is there: until then there is time for another.
    """

    def __init__(self, next_app: ASGIApp) -> None:
        self._handlers: dict[int | type[Exception], Any] = {}
        super().__init__(_raise_again)
        self._next_app = next_app

    def add_exception_handler(self, exc_class_or_status_code: int | type[Exception], handler: Any) -> None:
        """Let a handler answer what errors of a class end."""
        super().add_exception_handler(exc_class_or_status_code, handler)
        self._handlers[exc_class_or_status_code] = connexion_wrapper(handler)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and answer it where an error ends it; the handler of its very class is known."""
        # The layers within work on copies of the scope, which share what it holds: which operation was found, and whose
        # key came, is known out here as well. A server may give the same extensions to several requests.
        scope["extensions"] = dict(scope.get("extensions", ()))
        try:
            await self._next_app(scope, receive, send)
        except Exception as error:
            handler = self._handlers.get(type(error))
            if handler is None:
                scope[_ERROR] = error
                await super().__call__(scope, receive, send)
            else:
                response = await handler(Request(scope, receive), error)
                await response(scope, receive, send)
                error.__traceback__ = None  # it holds the frame of Connexion's security, which holds the error


async def _raise_again(scope: Scope, _receive: Receive, _send: Send) -> None:
    raise scope.pop(_ERROR)


class ConcreteFirst:
    """A router that finds a path without parameters by looking it up, however many paths there are.

    Starlette tries one route after the other. OpenAPI has it that a concrete path is matched before a templated one
    (3.1, section 4.8.8.1), wherever they stand.
    """

    def __init__(self, router: Router) -> None:
        self.routes = router.routes
        self._router = router
        self._concrete: dict[tuple[str, str], ASGIApp] = {}
        for route in router.routes:
            if isinstance(route, Route) and not route.param_convertors:
                for method in route.methods or ():
                    self._concrete.setdefault((route.path, method), route.app)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Let the operation that is asked for answer; what no concrete path has is left to Starlette."""
        found = self._concrete.get((scope["path"], scope["method"]))
        return (found or self._router)(scope, receive, send)


class Routing(RoutingMiddleware):  # type: ignore[misc]  # Connexion is not typed
    """Routes by the document. An API that is alone and has no base path is asked without the mount around it."""

    router: Router | ConcreteFirst

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        self._mounts = cast("Router", self.router)

    def add_api(self, specification: Specification, **options: Any) -> None:
        """Add an API."""
        self.router = self._mounts
        super().add_api(specification, **options)
        mounts = [route for route in self._mounts.routes if isinstance(route, Mount)]
        if len(mounts) == 1 and mounts[0].path == "" and isinstance(mounts[0].app, Router):
            self.router = ConcreteFirst(mounts[0].app)


class Looking(RoutedMiddleware):  # type: ignore[misc]  # Connexion is not typed
    """A layer that finds the operation that a request was routed to by one look; what has none is left to Connexion."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        self._operations: dict[tuple[str, str], ASGIApp] = {}

    def add_api(self, specification: Specification, **options: Any) -> Any:
        """Add an API; where two have an operation, the first of them answers."""
        api = super().add_api(specification, **options)
        for identity, operation in api.operations.items():
            self._operations.setdefault((api.base_path, identity), operation)
        return api

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Let the operation that is asked for go on."""
        found = None
        if scope["type"] == "http":
            routed = scope["extensions"][ROUTING_CONTEXT]
            found = self._operations.get((routed["api_base_path"], routed["operation_id"]))
        done: Awaitable[None] = (found or super().__call__)(scope, receive, send)
        return done


class _Credentials:
    """What the checks of keys need of a request; Connexion's own request parses more than they look at."""

    __slots__ = ("context", "scope")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        # Where Connexion leaves who it was.
        self.context: dict[str, Any] = scope["extensions"].setdefault("connexion_context", {})


class _SecurityOperation(SecurityOperation):  # type: ignore[misc]  # Connexion is not typed
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Verify the keys of a request, by Connexion's combination of the document's schemes."""
        if self.security:
            await self.verification_fn(_Credentials(scope))
        await self.next_app(scope, receive, send)


class _SecurityAPI(SecurityAPI):  # type: ignore[misc]  # Connexion is not typed
    def make_operation(self, operation: Operation) -> _SecurityOperation:
        made: _SecurityOperation = _SecurityOperation.from_operation(
            operation, next_app=self.next_app, security_handler_factory=self.security_handler_factory
        )
        return made


class Security(Looking, SecurityMiddleware):  # type: ignore[misc]  # Connexion is not typed
    """Authenticates requests."""

    api_cls = _SecurityAPI


class _ValidationOperation(RequestValidationOperation):  # type: ignore[misc]  # Connexion is not typed
    def __init__(self, next_app: ASGIApp, *, operation: Operation, **options: Any) -> None:
        super().__init__(next_app, operation=operation, **options)
        self._has_body = bool(operation.request_body)
        self._parameters = self._validator_map["parameter"](operation.parameters)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Validate a request; where the document has no body, the operation's parameters are all there is to it."""
        if self._has_body:
            validated: Awaitable[None] = super().__call__(scope, receive, send)
            return validated
        self._parameters.validate(scope)
        answered: Awaitable[None] = self.next_app(scope, receive, send)
        return answered


class _ValidationAPI(RequestValidationAPI):  # type: ignore[misc]  # Connexion is not typed
    def make_operation(self, operation: Operation) -> _ValidationOperation:
        return _ValidationOperation(
            self.next_app,
            operation=operation,
            strict_validation=self.strict_validation,
            validator_map=self.validator_map,
        )


class Validation(Looking, RequestValidationMiddleware):  # type: ignore[misc]  # Connexion is not typed
    """Validates requests."""

    api_cls = _ValidationAPI


class Lifespan(LifespanMiddleware):  # type: ignore[misc]  # Connexion is not typed
    """Tells that the mock has started, and that it ends."""

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass a request on; answer what the server asks."""
        passed: Awaitable[None] = (
            self.next_app(scope, receive, send) if scope["type"] == "http" else super().__call__(scope, receive, send)
        )
        return passed


class _ResponseOperation(ResponseValidationOperation):  # type: ignore[misc]  # Connexion is not typed
    def extract_content_type(self, headers: list[tuple[bytes, bytes]]) -> tuple[str, str]:
        """Read the content type, at a glance where it is the usual one."""
        if _JSON_HEADER in headers:
            return _JSON_TYPE
        found: tuple[str, str] = super().extract_content_type(headers)
        return found

    def validate_mime_type(self, mime_type: str) -> None:
        """Look for a media range that holds the type only where the document does not name it outright."""
        if mime_type not in self._operation.produces:
            super().validate_mime_type(mime_type)


class _ResponseAPI(ResponseValidationAPI):  # type: ignore[misc]  # Connexion is not typed
    def make_operation(self, operation: Operation) -> _ResponseOperation:
        return _ResponseOperation(self.next_app, operation=operation, validator_map=self.validator_map)


class ResponseValidation(Looking, ResponseValidationMiddleware):  # type: ignore[misc]  # Connexion is not typed
    """Validates responses; it stands in the stack only where that is asked for."""

    api_cls = _ResponseAPI
