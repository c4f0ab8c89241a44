"""Validates request bodies as they come in, and response bodies as they leave, by the document's schemas."""

import json
from collections.abc import Iterable
from typing import Any, Final

import orjson
from connexion.datastructures import MediaTypeDict
from connexion.exceptions import NonConformingResponseBody
from connexion.validators import AbstractRequestBodyValidator, AbstractResponseBodyValidator
from pydantic_core import ValidationError
from starlette.datastructures import Headers, UploadFile
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from mock_server.document.schemas import CompiledSchema
from mock_server.request.coercion import jsonable
from mock_server.request.complaints import Item, from_pydantic, from_schema, json_invalid, missing
from mock_server.request.parameters import ITEMS, Parameters
from mock_server.response.problems import Refusal

BODY: Final = "mock_server.body"
"""The key of the request's scope under which its validated body stands."""

_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


class RequestBody(AbstractRequestBodyValidator):  # type: ignore[misc]  # Connexion is not typed
    """Reads a request's body, validates it, and leaves its value in the scope under `BODY`.

    What is wrong with the parameters has waited for it, so that one answer tells all.
    """

    def __init__(self, *, schema: CompiledSchema, uri_parser: Parameters, **options: Any) -> None:
        super().__init__(schema=schema, **options)
        self._parameters = uri_parser

    async def wrap_receive(self, receive: Receive, *, scope: Scope) -> tuple[Receive, Scope]:
        """Judge the whole request; give a `receive` that plays the body again for whoever comes next.

        Raises:
            Refusal: parameters or body are wrong.

        """
        content = b""
        message: Message = {"more_body": True}
        while message.get("more_body"):
            message = await receive()
            content += message.get("body", b"")
        again = _replay(content)
        items = list(scope.get(ITEMS, ()))
        if content:
            found = await self._judge(content, scope, again)
            # FastAPI gives up at a text that is no JSON, before it looks at anything else.
            items = found if found and found[0]["type"] == "json_invalid" else [*items, *found]
        elif self._required:
            items.append(missing(("body",)))
        if items:
            raise Refusal(self._parameters.problem, detail=items)
        return again, scope

    async def _judge(self, content: bytes, scope: Scope, receive: Receive) -> list[Item]:
        media_type = Headers(scope=scope).get("content-type", "application/json").partition(";")[0].strip().lower()
        if media_type in _FORMS:
            raw = await _form(Request(scope, receive), self._schema)
            validator = self._schema.coercion.validator
            try:
                value = jsonable(validator.validate_python(raw)) if validator is not None else raw
            except ValidationError as error:
                return from_pydantic(error, ("body",))
        elif media_type.endswith(("/json", "+json")):
            try:
                value = json.loads(content)
            except json.JSONDecodeError as error:
                return [json_invalid(("body", error.pos), error.msg)]
            except UnicodeDecodeError as error:
                return [json_invalid(("body", error.start), "The body is not UTF-8")]
        else:
            scope[BODY] = content
            return []
        scope[BODY] = value
        try:
            return from_schema(self._schema.validator.iter_errors(value), ("body",))
        except UnicodeEncodeError:
            return [json_invalid(("body", 0), "A string holds half of a surrogate pair")]


class ResponseBody(AbstractResponseBodyValidator):  # type: ignore[misc]  # Connexion is not typed
    """Validates a response's body; Connexion holds the response back until it is known to be right."""

    def wrap_send(self, send: Send) -> Send:
        """Hold back what is sent, where there is something to validate."""
        has_body = self._scope["method"] != "HEAD" and isinstance(self._schema, CompiledSchema)
        wrapped: Send = super().wrap_send(send) if has_body else send
        return wrapped

    def _parse(self, stream: Iterable[bytes]) -> Any:
        body = b"".join(stream)
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise NonConformingResponseBody(detail=f"the body is not JSON: {error}") from None

    def _validate(self, body: Any) -> None:
        validator = self._schema.validator
        if validator.is_valid(body):
            return
        fault = next(validator.iter_errors(body))
        place = "/".join(map(str, fault.instance_path)) or "the body"
        raise NonConformingResponseBody(detail=f"{place}: {fault.message}")


def validator_map() -> dict[str, Any]:
    """Make the table from which Connexion takes its validators."""
    return {
        # An operation's parameters validate themselves, and need no parser.
        "parameter": lambda parameters, **_options: parameters,
        "body": MediaTypeDict({"*/*": RequestBody}),
        "response": _JsonTypes({"*/*json": ResponseBody, "application/json": ResponseBody}),
    }


class _JsonTypes(MediaTypeDict):  # type: ignore[misc]  # Connexion is not typed
    """Media ranges, of which the commonest type is looked up without matching."""

    def __getitem__(self, media_type: str) -> Any:
        if media_type == "application/json":
            return dict.__getitem__(self, media_type)
        return super().__getitem__(media_type)


def parser(parameters: Parameters, _body: Any) -> Parameters:
    """Stand in for Connexion's URI parser, which fails on `anyOf`: the parameters read themselves."""
    return parameters


def _replay(content: bytes) -> Receive:
    messages = iter([{"type": "http.request", "body": content, "more_body": False}])

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    return receive


async def _form(request: Request, schema: CompiledSchema) -> dict[str, Any]:
    """Read a form: a list for each property that is one, the last value for any other."""
    async with request.form() as form:
        arrays = schema.array_properties
        texts = {name: [_text(value) for value in form.getlist(name)] for name in form}
    return {name: values if name in arrays else values[-1] for name, values in texts.items()}


def _text(value: UploadFile | str) -> str:
    """Let a file's name stand for it: its content is not looked at."""
    return value if isinstance(value, str) else value.filename or ""
