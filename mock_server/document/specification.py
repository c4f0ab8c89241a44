"""Hands an OpenAPI 3.1 document to Connexion, which knows 3.0: structure resolved, schemas left alone.

Connexion's own reading (each `$ref` resolved, Draft 4 schemas) is stepped around by overriding the parts of
 `OpenAPISpecification` and `OpenAPIOperation` that do it; whatever else they do, they do.
"""

from typing import Any, Final

from connexion.datastructures import MediaTypeDict
from connexion.operations import OpenAPIOperation
from connexion.spec import OpenAPISpecification

from feather_kit.yaml_source import Pointer
from mock_server.document.openapi import METHODS, PLACEHOLDER, Document
from mock_server.document.schemas import CompiledSchema, Schemas
from mock_server.request.parameters import Parameters, compile_parameter, ignored
from mock_server.response.problems import BAD_REQUEST, INVALID_REQUEST, Problem

_DEFAULT_SECURITY: Final[list[dict[str, Any]]] = []


class Operation(OpenAPIOperation):  # type: ignore[misc]  # Connexion is not typed
    """One operation of the document."""

    @classmethod
    def from_spec(
        cls, spec: "Specification", *args: Any, path: str, method: str, resolver: Any, **kwargs: Any
    ) -> "Operation":
        """Make the operation from what `Specification` has made ready."""
        operation: Operation = cls(
            method,
            path,
            spec.get_operation(path, method),
            *args,
            resolver=resolver,
            app_security=spec.security,
            security_schemes=spec.security_schemes,
            **kwargs,
        )
        return operation

    @property
    def template(self) -> str:
        """The path as the document writes it; `path` has the router's names for its parameters."""
        return str(self._operation["x-template"])

    @property
    def name(self) -> str | None:
        """The document's `operationId`; `operation_id` is the mock's own, which each operation has."""
        name: str | None = self._operation.get("operationId")
        return name

    def get_path_parameter_types(self) -> dict[str, str]:
        """Let the router match any text: what a path parameter must be, validation says."""
        return {}

    def body_definition(self, content_type: str | None = None) -> dict[str, Any]:
        """Give the Media Type Object for a request's content type, or of the first where none is named."""
        if not self.request_body:
            return {}
        content = self.request_body["content"]
        if content_type is None:
            return next(iter(content.values()), {})
        definition: dict[str, Any] = MediaTypeDict(content).get(content_type.lower(), {})
        return definition

    def response_definition(self, status_code: Any = None, _content_type: str | None = None) -> dict[str, Any]:
        """Give the Response Object of a status: its own, else that of its range (`4XX`), else the default."""
        status = str(status_code)
        responses = self.responses
        found: dict[str, Any] = responses.get(status) or responses.get(f"{status[0]}XX") or responses.get("default", {})
        return found

    def response_schema(self, status_code: Any = None, content_type: str | None = None) -> dict[str, Any]:
        """Give the schema of a response's body, or `{}` where the document has none."""
        content = self.response_definition(status_code).get("content", {})
        definition = content.get(content_type) or MediaTypeDict(content).get((content_type or "").lower(), {})
        schema: dict[str, Any] = definition.get("schema", {})
        return schema


class Specification(OpenAPISpecification):  # type: ignore[misc]  # Connexion is not typed
    """A document as Connexion's middlewares ask for it, under one of its base paths.

    `Specification.__init__` of Connexion is left out on purpose: it follows references for ever in a recursive
    schema, and validates by OpenAPI 3.0.
    """

    operation_cls = Operation

    def __init__(self, document: Document, base_path: str) -> None:
        self._raw_spec = document.data
        self._spec = _Reading(document).specification()
        self._own_base_path = base_path

    def clone(self) -> "Specification":
        """Give the specification itself: it is never changed."""
        return self

    @property
    def base_path(self) -> str:
        """The path under which this specification is served."""
        return self._own_base_path

    @base_path.setter
    def base_path(self, base_path: str) -> None:
        self._own_base_path = base_path.rstrip("/")


class _Reading:
    """Reads a document into the values that Connexion looks at."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._schemas = Schemas(document)

    def specification(self) -> dict[str, Any]:
        data = self._document.data
        schemes = data.get("components", {}).get("securitySchemes", {})
        return {
            "openapi": data["openapi"],
            "info": data["info"],
            "security": data.get("security", _DEFAULT_SECURITY),
            "components": {
                "securitySchemes": {
                    name: self._document.follow(("components", "securitySchemes", name))[0] for name in schemes
                }
            },
            "paths": dict(self._path(*path) for path in self._document.paths()),
        }

    def _path(self, template: str, item: dict[str, Any], pointer: Pointer) -> tuple[str, dict[str, Any]]:
        names = PLACEHOLDER.findall(template)
        # A parameter may have a name that the router cannot take, as `{pet-id}` or `{a.b}`.
        routed = iter(f"p{index}" for index in range(len(names)))
        path = PLACEHOLDER.sub(lambda _: f"{{{next(routed)}}}", template)
        path_names = {f"p{index}": name for index, name in enumerate(names)}
        operations: dict[str, Any] = {
            method: self._operation(template, path_names, (*pointer, method), pointer)
            for method in METHODS
            if method in item
        }
        return path, operations

    def _operation(self, template: str, path_names: dict[str, str], pointer: Pointer, item: Pointer) -> dict[str, Any]:
        operation = self._document.at(pointer)
        responses = self._responses(pointer)
        body = self._body(pointer)
        read = {key: operation[key] for key in ("operationId", "security") if key in operation}
        return {
            **read,
            "x-template": template,
            "parameters": self._parameters(path_names, pointer, item, refusal(responses), has_body=bool(body)),
            "requestBody": body,
            "responses": responses,
        }

    def _parameters(
        self, path_names: dict[str, str], pointer: Pointer, item: Pointer, problem: Problem, *, has_body: bool
    ) -> Parameters:
        merged: dict[tuple[str, str], tuple[dict[str, Any], Pointer]] = {}
        # An operation's parameter replaces that of its path (OpenAPI 3.1, section 4.8.9).
        for holder in (item, pointer):
            for index in range(len(self._document.at(holder).get("parameters") or ())):
                definition, place = self._document.follow((*holder, "parameters", index))
                merged[definition["in"], definition["name"]] = definition, place
        kept = [(definition, place) for definition, place in merged.values() if not ignored(definition)]
        return Parameters(
            [definition for definition, _ in kept],
            [compile_parameter(self._document, definition, place, self._schemas) for definition, place in kept],
            path_names,
            problem,
            waits_for_body=has_body,
        )

    def _body(self, operation: Pointer) -> dict[str, Any]:
        if "requestBody" not in self._document.at(operation):
            return {}
        body, place = self._document.follow((*operation, "requestBody"))
        return {"required": body.get("required", False), "content": self._content(body, place)}

    def _responses(self, operation: Pointer) -> dict[str, Any]:
        responses = {}
        for status in self._document.at(operation).get("responses") or {}:
            if status.startswith("x-"):
                continue
            response, place = self._document.follow((*operation, "responses", status))
            headers = {
                name: self._document.follow((*place, "headers", name))[0] for name in response.get("headers") or {}
            }
            responses[status] = {"headers": headers, "content": self._content(response, place)}
        return responses

    def _content(self, holder: dict[str, Any], pointer: Pointer) -> dict[str, Any]:
        """Make the Media Type Objects ready, each with a schema that can validate; `{}` stands for anything."""
        content: dict[str, Any] = {}
        for media_type, definition in (holder.get("content") or {}).items():
            place = (*pointer, "content", media_type)
            ready = {key: definition[key] for key in ("example", "encoding") if key in definition}
            if definition.get("examples"):
                names = definition["examples"]
                ready["examples"] = {name: self._document.follow((*place, "examples", name))[0] for name in names}
            if "schema" in definition:
                ready["schema"] = CompiledSchema(self._schemas, (*place, "schema"), definition["schema"])
            content[media_type.partition(";")[0].strip().lower()] = ready
        return content


def refusal(responses: dict[str, Any]) -> Problem:
    """Choose what an invalid request is refused with: 422, as FastAPI does, unless the document has only 400."""
    if "422" not in responses and "400" in responses:
        return BAD_REQUEST
    return INVALID_REQUEST
