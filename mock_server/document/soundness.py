"""Says whether a file is a valid OpenAPI 3.1 document, and at which line it is not, fast enough for each start.

openapi-spec-validator would do it as well, but its import takes longer than the mock may take to start. So its
copy of the OpenAPI schema is run by jsonschema-rs here, and what a schema cannot say is checked by hand; a
test holds the two against each other.
"""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

from feather_kit.errors import InputError
from feather_kit.yaml_source import Pointer, read_yaml
from mock_server.document.openapi import METHODS, PLACEHOLDER, Document
from mock_server.document.schemas import Schemas

# Under these keys stand values of the API's own, in which `$ref` means nothing.
_OPAQUE: Final = frozenset({"example", "default", "enum", "const", "value"})
# Under these keys stand names of the author's choosing, not keywords.
_NAMES: Final = frozenset(
    {
        "properties",
        "patternProperties",
        "$defs",
        "definitions",
        "dependentSchemas",
        "schemas",
        "responses",
        "requestBodies",
        "headers",
        "securitySchemes",
        "links",
        "callbacks",
        "pathItems",
        "paths",
        "webhooks",
        "content",
        "variables",
        "encoding",
        "scopes",
        "mapping",
    }
)

# The deepest error is the cause, what follows from it stands further out. Of two at one place, a misspelt name tells
# more than the name that is missing for it.
_RANKS: Final = {"required": 0, "unevaluatedProperties": 1}


def load_document(path: Path) -> Document:
    """Read the document at `path` and make sure that it is a valid OpenAPI 3.1 document.

    Raises:
        InputError: it is not, with the line at fault and what would be right.

    """
    source = read_yaml(path)
    if not isinstance(source.data, dict):
        raise InputError("not an OpenAPI document", "Begin it with `openapi: 3.1.0`", path, 1)
    document = Document(source)
    _check_version(document)
    _check_shape(document)
    places = list(_walk(document.data, (), keywords=True))
    _check_references(document, places)
    _check_schemas(document, places)
    _check_operations(document)
    return document


def _check_version(document: Document) -> None:
    version = document.data.get("openapi")
    if isinstance(version, str) and version.startswith("3.1."):
        return
    if version is None:
        problem = "not an OpenAPI 3.1 document: it has no `openapi`"
    else:
        problem = f"not an OpenAPI 3.1 document: its `openapi` is {version!r}"
    raise document.source.error(("openapi",), problem, "Give a document that begins with `openapi: 3.1.0`")


def _check_shape(document: Document) -> None:
    """Hold the document against the OpenAPI 3.1 schema, which leaves the Schema Objects open."""
    package = find_spec("openapi_spec_validator")
    assert package is not None and package.submodule_search_locations  # noqa: S101  # it is a dependency
    schema_file = Path(package.submodule_search_locations[0], "resources", "schemas", "v3.1", "schema.json")
    schema = json.loads(schema_file.read_bytes())
    errors = list(jsonschema_rs.Draft202012Validator(schema, offline=True).iter_errors(document.data))
    if not errors:
        return
    worst = max(errors, key=lambda error: (len(error.instance_path), _RANKS.get(error.kind.name, 2)))
    pointer = _pointer(document.data, worst.instance_path)
    if isinstance(worst.kind, jsonschema_rs.ValidationErrorKind.UnevaluatedProperties):
        pointer = (*pointer, worst.kind.unexpected[0])
    place = "/".join(map(str, pointer)) or "the document"
    raise document.source.error(
        pointer, f"not a valid OpenAPI 3.1 document: {place}: {worst.message}", "Write it as OpenAPI 3.1 has it"
    )


def _pointer(data: Any, path: list[str | int]) -> Pointer:
    """Give jsonschema-rs' path as a pointer: it takes a name of digits, as `200`, for an index."""
    pointer: Pointer = ()
    for step in path:
        step_here = str(step) if isinstance(data, dict) else step
        pointer, data = (*pointer, step_here), data[step_here]
    return pointer


def _walk(value: Any, at: Pointer, *, keywords: bool) -> Iterator[tuple[Pointer, Any]]:
    """List each place whose keys are keywords of OpenAPI or JSON Schema, with its value."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, (*at, index), keywords=True)
    elif isinstance(value, dict):
        if keywords:
            yield at, value
        for key, item in value.items():
            if keywords and (key in _OPAQUE or key.startswith("x-")):
                continue
            if keywords and key == "examples" and isinstance(item, list):
                continue
            names = keywords and isinstance(item, dict) and (key in _NAMES or key in {"examples", "parameters"})
            yield from _walk(item, (*at, key), keywords=not names)


def _check_references(document: Document, places: list[tuple[Pointer, Any]]) -> None:
    anchors = {f"#{value[key]}" for _, value in places for key in ("$anchor", "$dynamicAnchor") if key in value}
    for pointer, value in places:
        for key in ("$ref", "$dynamicRef"):
            reference = value.get(key)
            if isinstance(reference, str) and reference not in anchors:
                document.target(reference, (*pointer, key))


def _check_schemas(document: Document, places: list[tuple[Pointer, Any]]) -> None:
    """Make sure that each Schema Object is JSON Schema, and that each `default` is a value of its schema."""
    named = document.data.get("components", {}).get("schemas") or {}
    roots: set[Pointer] = {("components", "schemas", name) for name in named}
    roots |= {(*pointer, "schema") for pointer, value in places if "schema" in value}
    for root in roots:
        try:
            jsonschema_rs.meta.validate(document.at(root))
        except jsonschema_rs.ValidationError as error:
            raise document.source.error(
                (*root, *_pointer(document.at(root), error.instance_path)),
                f"not a JSON Schema: {error.message}",
                "Write it as JSON Schema 2020-12 has it",
            ) from None
    schemas = Schemas(document)
    for pointer, value in places:
        if any(pointer[:length] in roots for length in range(len(pointer) + 1)):
            _check_keywords(document, schemas, pointer, value)


def _check_keywords(document: Document, schemas: Schemas, pointer: Pointer, schema: dict[str, Any]) -> None:
    """Check what the meta-schema leaves open: that patterns are regular expressions, and defaults fit."""
    patterns = [schema["pattern"]] if isinstance(schema.get("pattern"), str) else []
    for pattern in (*patterns, *schema.get("patternProperties", ())):
        try:
            jsonschema_rs.Draft202012Validator({"pattern": pattern})
        except jsonschema_rs.ValidationError:
            raise document.source.error(
                (*pointer, "pattern" if patterns else "patternProperties"),
                f"the pattern {pattern!r} is no regular expression",
                "Write it as ECMA-262 has it",
            ) from None
    if schema.get("default") is not None:
        fault = next(schemas.compile(pointer).iter_errors(schema["default"]), None)
        if fault is not None:
            raise document.source.error(
                (*pointer, "default"), f"the default does not fit its schema: {fault.message}", "Change one of the two"
            )


def _check_operations(document: Document) -> None:
    known: dict[str, str] = {}
    shapes: dict[str, str] = {}
    schemes = (document.data.get("components") or {}).get("securitySchemes") or {}
    _check_security(document, (), document.data, schemes)
    for path, item, pointer in sorted(document.paths(), key=lambda path: document.source.line(("paths", path[0]))):
        shape = PLACEHOLDER.sub("{}", path)
        if shape in shapes:
            raise document.source.error(
                ("paths", path), f"{path} is the same path as {shapes[shape]}", "Keep one of the two"
            )
        shapes[shape] = path
        for method in METHODS:
            if method not in item:
                continue
            operation, place = item[method], (*pointer, method)
            name = operation.get("operationId")
            if name is not None and name in known:
                raise document.source.error(
                    (*place, "operationId"),
                    f"operationId {name!r} is also that of {known[name]}",
                    "Give each its own",
                )
            known[name or ""] = f"{method.upper()} {path}"
            _check_security(document, place, operation, schemes)
            _check_parameters(document, path, pointer, place)


def _check_security(document: Document, place: Pointer, holder: dict[str, Any], schemes: dict[str, Any]) -> None:
    for index, requirement in enumerate(holder.get("security") or ()):
        for name in requirement:
            if name not in schemes:
                raise document.source.error(
                    (*place, "security", index, name),
                    f"the security scheme {name!r} is not defined",
                    f"Define it under components/securitySchemes, or name one of: {', '.join(schemes) or 'none'}",
                )


def _check_parameters(document: Document, path: str, item: Pointer, operation: Pointer) -> None:
    in_path: set[str] = set()
    for holder in (item, operation):
        seen: set[tuple[str, str]] = set()
        for index in range(len(document.at(holder).get("parameters") or ())):
            parameter, _ = document.follow((*holder, "parameters", index))
            key = (parameter["in"], parameter["name"])
            if key in seen:
                raise document.source.error(
                    (*holder, "parameters", index),
                    f"the {key[0]} parameter {key[1]!r} stands twice",
                    "Keep one of the two",
                )
            seen.add(key)
        in_path |= {name for place, name in seen if place == "path"}
    named = set(PLACEHOLDER.findall(path))
    for name in sorted(named - in_path):
        raise document.source.error(
            operation, f"the path parameter {name!r} of {path} is not defined", "Define it among the parameters"
        )
    for name in sorted(in_path - named):
        raise document.source.error(
            operation, f"the path {path} has no place for the parameter {name!r}", f"Write {{{name}}} into the path"
        )
