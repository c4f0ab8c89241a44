"""The one place that turns a refusal, or any other error, into a response."""

import contextlib
import json
import logging
from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from connexion.exceptions import NonConformingResponse, OAuthProblem, ProblemException, UnsupportedMediaTypeProblem
from connexion.lifecycle import ConnexionRequest, ConnexionResponse
from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.exceptions import HTTPException
from starlette.types import Scope

from mock_server.document.schemas import CompiledSchema
from mock_server.document.specification import Operation
from mock_server.journal import note
from mock_server.request.authentication import missing_key
from mock_server.response import problems
from mock_server.response.problems import Problem, Refusal, phrase_of

_logger = logging.getLogger("mock_server")
_JSON: Final = "application/json"

ERRORS: Final = (Refusal, ProblemException, HTTPException, Exception)
"""What can end a request, for the layers that have it rendered."""


class Rendering:
    """Renders errors by what the document says of the operation that was asked for.

    Attributes:
        operations: each operation by its id.

    """

    def __init__(self, operations: Mapping[str, Operation]) -> None:
        self._operations = operations
        self._shapes: dict[tuple[str | None, int, bool], tuple[Callable[[Refusal], Any], str]] = {}

    async def respond(self, request: ConnexionRequest, error: Exception) -> ConnexionResponse:
        """Answer a request that ended in an error; Connexion's handler for all of them."""
        scope = request.scope
        operation = self._operations.get(_operation_id(scope) or "")
        refusal = self._refusal(error, scope, operation)
        if refusal.status >= 400:
            note(scope, "refused", _complaints(refusal, operation))
        headers = {"Vary": "Origin, Prefer", **refusal.headers}
        if refusal.status == 204:
            return ConnexionResponse(status_code=204, headers=headers)
        shape, media_type = self._shape(refusal, operation)
        body = _json(shape(refusal))
        return ConnexionResponse(status_code=refusal.status, mimetype=media_type, body=body, headers=headers)

    def _refusal(self, error: BaseException, scope: Scope, operation: Operation | None) -> Refusal:
        """Find the problem that an error stands for."""
        match error:
            case Refusal():
                refusal = error
            case OAuthProblem() if operation is not None:
                refusal = missing_key(operation.security, operation.security_schemes)
            case UnsupportedMediaTypeProblem():
                refusal = Refusal(problems.UNSUPPORTED_MEDIA_TYPE, cause=error.detail.rstrip("."))
            case NonConformingResponse():
                _logger.error("%s %s: the answer breaks the document: %s", scope["method"], scope["path"], error.detail)
                refusal = Refusal(problems.RESPONSE_MISMATCH, cause=str(error.detail).rstrip("."))
            case HTTPException():
                refusal = self._from_framework(error, scope, operation)
            case RuntimeError(__cause__=NonConformingResponse() as cause):
                # The layer that renders refusals sees only that a response had begun; its cause tells why.
                refusal = self._refusal(cause, scope, operation)
            case _:
                _logger.error("%s %s failed", scope["method"], scope["path"], exc_info=error)
                refusal = Refusal(problems.INTERNAL, cause=type(error).__name__)
        return refusal

    def _from_framework(self, error: HTTPException, scope: Scope, operation: Operation | None) -> Refusal:
        if error.status_code == 405 and operation is not None:
            return wrong_method(scope, self._methods(operation))
        if error.status_code == 404:
            return not_found(scope, (operation.template for operation in self._operations.values()))
        status = HTTPStatus(error.status_code)
        problem = Problem(status, status.phrase.lower().replace(" ", "_"), "{cause}.")
        return Refusal(problem, headers=error.headers, cause=str(error.detail or status.phrase).rstrip("."))

    def _methods(self, operation: Operation) -> list[str]:
        """List the methods of the operation's path."""
        return [other.method.upper() for other in self._operations.values() if other.template == operation.template]

    def _shape(self, refusal: Refusal, operation: Operation | None) -> tuple[Callable[[Refusal], Any], str]:
        """Choose the body's shape and media type: the first that the document's schema for the status allows."""
        key = (operation and operation.operation_id, refusal.status, bool(refusal.detail))
        if key not in self._shapes:
            self._shapes[key] = self._choose(refusal, operation)
        return self._shapes[key]

    @staticmethod
    def _choose(refusal: Refusal, operation: Operation | None) -> tuple[Callable[[Refusal], Any], str]:
        shapes = _SHAPES if refusal.detail else _SHAPES[1:]
        content = operation.response_definition(refusal.status).get("content", {}) if operation else {}
        for media_type, definition in content.items():
            schema = definition.get("schema")
            for shape in shapes:
                if not isinstance(schema, CompiledSchema) or schema.validator.is_valid(
                    orjson.loads(_json(shape(refusal)))
                ):
                    return shape, media_type
            for value in (definition.get("example"), *map(_value, definition.get("examples", {}).values())):
                if value is not None:
                    return (lambda _refusal, example=value: example), media_type
            with contextlib.suppress(LookupError):
                schema.sample(_hints(refusal))
                return (lambda refusal, schema=schema: schema.sample(_hints(refusal))), media_type
        return shapes[0], _JSON


def _operation_id(scope: Scope) -> str | None:
    """Read which operation a request was routed to, within the routing layer or outside of it."""
    routing = scope.get("extensions", {}).get(ROUTING_CONTEXT)
    if routing is not None:
        identity: str | None = routing.get("operation_id")
        return identity
    return getattr(scope.get("endpoint"), "operation_id", None)


def _complaints(refusal: Refusal, operation: Operation | None) -> tuple[tuple[str, str], ...]:
    """Give for the journal which parameters are refused, and why."""
    if refusal.detail:
        return tuple((".".join(map(str, item["loc"][1:] or item["loc"])), str(item["msg"])) for item in refusal.detail)
    parameter = refusal.problem.parameter
    if refusal.status == 401 and operation is not None:
        schemes = (operation.security_schemes[name] for requirement in operation.security for name in requirement)
        parameter = ", ".join(dict.fromkeys(str(scheme.get("name", "Authorization")) for scheme in schemes))
    return ((parameter, refusal.message),)


def not_found(scope: Scope, paths: Any) -> Refusal:
    """Make the refusal of a path that nothing answers."""
    known = sorted(set(paths))
    listed = ", ".join(known[:10]) + (f" and {len(known) - 10} more" if len(known) > 10 else "")
    return Refusal(problems.NOT_FOUND, path=scope["path"], paths=listed or "none")


def wrong_method(scope: Scope, methods: Collection[str]) -> Refusal:
    """Refuse a method that a path does not take.

    RFC 9110: `Allow` names what the path takes (section 10.2.1); OPTIONS asks for just that (section 9.3.7).
    """
    allow = ", ".join(dict.fromkeys([*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"]))
    if scope["method"] == "OPTIONS":
        return Refusal(problems.OPTIONS, headers={"Allow": allow})
    return Refusal(
        problems.METHOD_NOT_ALLOWED,
        headers={"Allow": allow},
        path=scope["path"],
        method=scope["method"],
        allow=allow,
    )


def _json(body: Any) -> bytes:
    """Write JSON, whatever a request may have held: integers of more than 64 bits too, which orjson refuses."""
    try:
        return orjson.dumps(body, default=str)
    except TypeError:
        return json.dumps(body, default=str).encode()


def _value(example: Mapping[str, Any]) -> Any:
    return example.get("value")


def _hints(refusal: Refusal) -> dict[str, Any]:
    """Give what properties of an error are wont to hold, by the names that they are wont to have."""
    texts = dict.fromkeys(("message", "detail", "description", "title", "reason", "error_description"), refusal.message)
    return {**texts, "error": refusal.problem.error, "code": refusal.status, "status": refusal.status}


def _fastapi(refusal: Refusal) -> Any:
    return {"detail": refusal.detail}


def _error_response(refusal: Refusal) -> Any:
    return {"error": refusal.problem.error, "message": refusal.message}


def _problem_details(refusal: Refusal) -> Any:
    """RFC 9457."""
    title = phrase_of(refusal.status)
    return {"type": "about:blank", "title": title, "status": refusal.status, "detail": refusal.message}


# The shapes in which APIs report errors, the commonest first; the first is for validation errors alone.
_SHAPES: Final[tuple[Callable[[Refusal], Any], ...]] = (
    _fastapi,
    _error_response,
    lambda refusal: {"detail": refusal.message},
    _problem_details,
    lambda refusal: {"code": refusal.status, "message": refusal.message},
    lambda refusal: {"code": refusal.problem.error, "message": refusal.message},
    lambda refusal: {"error": {"code": refusal.problem.error, "message": refusal.message}},
    lambda refusal: {"error": {"code": refusal.status, "message": refusal.message}},
    lambda refusal: {"errors": [{"code": refusal.problem.error, "message": refusal.message}]},
    lambda refusal: {"errors": [refusal.message]},
    lambda refusal: refusal.message,
)
