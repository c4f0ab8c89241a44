"""The operation under test, as the document has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import requests
import schemathesis
from schemathesis.core.failures import Failure, FailureGroup

from contract_tests.exchange import Exchange
from feather_kit.errors import InputError
from feather_kit.yaml_source import YamlSource, read_yaml

OPERATION_ID = "getIntegrationUsageByIntegration"

_NO_REQUEST = requests.Request("GET", "http://localhost/").prepare()


@dataclass(frozen=True)
class Parameter:
    """A query parameter.

    Attributes:
        name: its name.
        required: whether a request must have it.
        schema: its schema, as the document has it.

    """

    name: str
    required: bool
    schema: dict[str, Any]

    @property
    def is_date(self) -> bool:
        """Whether its values are RFC 3339 full-dates."""
        return self.schema.get("type") == "string" and self.schema.get("format") == "date"


class Operation:
    """One operation of a document, read by Schemathesis.

    Attributes:
        title: the document's title.
        version: the document's version.
        path: the operation's path, as the document writes it.
        method: its method, in capitals.
        api: Schemathesis' view of it.

    """

    def __init__(self, source: YamlSource, path: str, method: str) -> None:
        self.title = str(source.data["info"]["title"])
        self.version = str(source.data["info"]["version"])
        self.path = path
        self.method = method
        self._definition = source.data["paths"][path][method.lower()]
        self._document = source.data
        self._breaks: dict[tuple[int, bytes], tuple[str, ...]] = {}
        # A configuration of its own: without one, a schemathesis.toml about the current folder would be read.
        self.api = schemathesis.openapi.from_dict(source.data, config=schemathesis.Config())[path][method]

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Its query parameters, those of its path item included."""
        item = self._document["paths"][self.path]
        listed = [
            self._resolved(parameter)
            for parameter in [*item.get("parameters", ()), *self._definition.get("parameters", ())]
        ]
        return tuple(
            Parameter(entry["name"], bool(entry.get("required")), self._resolved(entry.get("schema", {})))
            for entry in {(p["name"], p["in"]): p for p in listed}.values()
            if entry["in"] == "query"
        )

    @cached_property
    def key_header(self) -> str:
        """The header that carries the key, by the operation's security requirement.

        Raises:
            InputError: the operation asks for no key in a header.

        """
        required = self._definition.get("security", self._document.get("security", []))
        schemes = self._document.get("components", {}).get("securitySchemes", {})
        for requirement in required:
            for name in requirement:
                scheme = self._resolved(schemes.get(name, {}))
                if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
                    return str(scheme["name"])
        raise InputError(
            f"{self.method} {self.path} asks for no key in a header",
            "Give the operation an apiKey security scheme whose `in` is `header`",
        )

    @property
    def statuses(self) -> frozenset[int]:
        """The statuses that the document has for it."""
        return frozenset(int(status) for status in self._definition["responses"] if status.isdecimal())

    @property
    def documented_methods(self) -> frozenset[str]:
        """The methods that the document has at its path."""
        return frozenset(name.upper() for name in self._document["paths"][self.path])

    def answers_with_rows(self, status: int) -> bool:
        """Tell whether the document's schema for this status is an array."""
        content = self._response(status).get("content", {})
        return any(self._resolved(media.get("schema", {})).get("type") == "array" for media in content.values())

    def media_types(self, status: int) -> tuple[str, ...]:
        """Give the media types that the document has for an answer with this status."""
        return tuple(self._response(status).get("content", ()))

    def schema_breaks(self, exchange: Exchange) -> tuple[str, ...]:
        """Hold an answer's body against the document's schema for its status, by Schemathesis.

        Returns:
            A sentence for each break; none for a body that is no JSON, which is another promise's matter.

        """
        if exchange.status not in self.statuses or not exchange.is_whole or not exchange.is_json:
            return ()
        same = exchange.status, exchange.body
        if same not in self._breaks:
            self._breaks[same] = self._validate(exchange)
        return self._breaks[same]

    def _validate(self, exchange: Exchange) -> tuple[str, ...]:
        response = schemathesis.Response(
            status_code=exchange.status,
            headers={"content-type": ["application/json"]},
            content=exchange.body,
            request=_NO_REQUEST,
            elapsed=exchange.seconds,
            verify=True,
        )
        try:
            self.api.validate_response(response)
        except FailureGroup as group:
            return tuple(_sentence(failure) for failure in group.exceptions)
        except Failure as failure:
            return (_sentence(failure),)
        return ()

    def _response(self, status: int) -> dict[str, Any]:
        responses = self._definition["responses"]
        return self._resolved(responses.get(str(status), responses.get("default", {})))

    def _resolved(self, value: dict[str, Any]) -> dict[str, Any]:
        """Follow a reference within the document."""
        while "$ref" in value:
            value = _at(self._document, value["$ref"])
        return value


def _sentence(failure: BaseException) -> str:
    return str(getattr(failure, "message", failure)).split("\n\n", 1)[0]


def load_operation(path: Path, *, check: bool) -> Operation:
    """Read the operation from the document at `path`.

    Arguments:
        path: a YAML or JSON file.
        check: whether to hold the document against OpenAPI's own rules first: the kit's own needs none of that.

    Raises:
        InputError: the file cannot be read, is no valid OpenAPI 3.1, refers to another file, or lacks the operation.

    """
    source = read_yaml(path)
    if not isinstance(source.data, dict) or not str(source.data.get("openapi", "")).startswith("3.1"):
        raise source.error(("openapi",), "this is no OpenAPI 3.1 document", "Write `openapi: 3.1.0` at its top")
    for pointer, reference in _references(source.data, ()):
        if not reference.startswith("#/"):
            raise source.error(pointer, f"the reference {reference!r} leads out of the file", "Bring it into the file")
        if not _leads_somewhere(source.data, reference):
            raise source.error(pointer, f"the reference {reference!r} leads nowhere", "Mend it, or what it names")
    if check:
        _require_valid(source)
    for url, item in source.data.get("paths", {}).items():
        for method, definition in item.items():
            if isinstance(definition, dict) and definition.get("operationId") == OPERATION_ID:
                return Operation(source, url, method.upper())
    raise source.error(
        ("paths",), f"the document has no operation {OPERATION_ID}", "Name a document of the Feather API"
    )


def _require_valid(source: YamlSource) -> None:
    # Imported here: half a second that a run on the kit's own document need not spend.
    from openapi_spec_validator import OpenAPIV31SpecValidator

    error = next(OpenAPIV31SpecValidator(source.data).iter_errors(), None)
    if error is not None:
        place = tuple(getattr(error, "absolute_path", ()))
        raise source.error(
            place,
            f"no valid OpenAPI 3.1: {str(error.message).splitlines()[0]}",
            "Mend the document, or name another with --document",
        )


def _references(value: Any, pointer: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Find every reference; a name under `example`, `default`, `enum` or `const` is data and none."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "$ref" and isinstance(inner, str):
                yield (*pointer, name), inner
            elif name not in {"example", "examples", "default", "enum", "const"}:
                yield from _references(inner, (*pointer, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _references(inner, (*pointer, index))


def _at(document: Any, reference: str) -> Any:
    """Give what a reference within the document names (RFC 6901, and section 6 for its place in a URI).

    Raises:
        LookupError: there is nothing.

    """
    value = document
    for part in unquote(reference).removeprefix("#/").split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(name) if name.isdecimal() else len(value)]
        elif isinstance(value, dict):
            value = value[name]
        else:
            raise LookupError(reference)
    return value


def _leads_somewhere(document: Any, reference: str) -> bool:
    """Tell whether a reference ends at a value, and not at itself by way of others."""
    seen = set()
    while reference not in seen:
        seen.add(reference)
        try:
            value = _at(document, reference)
        except LookupError:
            return False
        if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
            return True
        reference = value["$ref"]
    return False
