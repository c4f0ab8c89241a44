"""Turns a parameter's text into the value that its schema speaks of, with pydantic's own rules and words."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import CoreSchema, SchemaError, SchemaValidator, core_schema, to_jsonable_python

from feather_kit.yaml_source import Pointer
from mock_server.document.openapi import Document

# What a schema says beyond these keywords, pydantic's validator does not check.
_SAID: Final[dict[str, frozenset[str]]] = {
    "string": frozenset({"minLength", "maxLength"}),
    "integer": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
    "number": frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}),
    "array": frozenset({"items", "minItems", "maxItems"}),
    "object": frozenset({"properties", "required"}),
    "boolean": frozenset(),
    "null": frozenset(),
}
_ANNOTATIONS: Final = frozenset(
    {
        "title",
        "description",
        "default",
        "example",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "type",
        "format",
        "$comment",
    }
)
_BOUNDS: Final = {
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
}
_FORMATS: Final[dict[str, CoreSchema]] = {
    "date": core_schema.date_schema(),
    "date-time": core_schema.datetime_schema(),
    "time": core_schema.time_schema(),
    "duration": core_schema.timedelta_schema(),
    "uuid": core_schema.uuid_schema(),
}
_DEEPEST: Final = 8


@dataclass(frozen=True)
class Coercion:
    """How a parameter's text becomes its value.

    Attributes:
        validator: pydantic's validator; None where any text is right as it stands.
        exact: it checks all that the schema says. Otherwise the schema must be asked as well.

    """

    validator: SchemaValidator | None
    exact: bool


def coercion(document: Document, pointer: Pointer) -> Coercion:
    """Compile the coercion for the schema at `pointer`."""
    reader = _Reader(document)
    schema = reader.read(pointer, 0)
    if schema["type"] == "any" or (schema["type"] == "str" and len(schema) == 1):
        return Coercion(None, reader.exact)
    try:
        return Coercion(SchemaValidator(schema), reader.exact)
    except SchemaError:
        return Coercion(None, exact=False)


def jsonable(value: Any) -> Any:
    """Give the JSON value that a coerced value stands for."""
    return to_jsonable_python(value)


def kind(document: Document, at: Pointer, depth: int = 0) -> str:
    """Tell whether the schema at `at` speaks of an `array`, an `object`, or a `scalar`."""
    schema = document.at(at)
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return "scalar"
    if "$ref" in schema:
        return kind(document, document.target(schema["$ref"], at), depth + 1)
    named = schema.get("type")
    kinds = {named} if isinstance(named, str) else set(named or ())
    for keyword in ("anyOf", "oneOf", "allOf"):
        kinds |= {kind(document, (*at, keyword, index), depth + 1) for index in range(len(schema.get(keyword, ())))}
    return next((name for name in ("array", "object") if name in kinds), "scalar")


def properties(document: Document, at: Pointer) -> dict[str, Pointer]:
    """List the properties that the schema at `at` names, and where their schemas stand."""
    schema = document.at(at)
    while isinstance(schema, dict) and "$ref" in schema:
        at = document.target(schema["$ref"], at)
        schema = document.at(at)
    names = schema.get("properties", {}) if isinstance(schema, dict) else {}
    return {name: (*at, "properties", name) for name in names}


class _Reader:
    """Translates one schema; `exact` turns false at the first thing that pydantic will not check."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.exact = True

    def _inexact(self) -> CoreSchema:
        self.exact = False
        return core_schema.any_schema()

    def read(self, pointer: Pointer, depth: int) -> CoreSchema:
        schema = self._document.at(pointer)
        if schema is True or schema == {}:
            return core_schema.any_schema()
        if schema is False or depth > _DEEPEST:
            return self._inexact()
        keyword = next((keyword for keyword in ("$ref", "anyOf", "oneOf", "allOf") if keyword in schema), None)
        if keyword is None:
            return self._typed(schema, pointer, depth)
        if set(schema) - _ANNOTATIONS - {keyword}:
            self.exact = False
        if keyword == "$ref":
            return self._referred(schema["$ref"], pointer, depth)
        if keyword == "allOf":
            return self.read((*pointer, keyword, 0), depth + 1) if len(schema[keyword]) == 1 else self._inexact()
        if keyword == "oneOf":
            self.exact = False
        return self._either([self.read((*pointer, keyword, index), depth + 1) for index in range(len(schema[keyword]))])

    def _referred(self, reference: str, pointer: Pointer, depth: int) -> CoreSchema:
        if not reference.startswith("#/"):
            return self._inexact()
        target = self._document.target(reference, pointer)
        schema = self._document.at(target)
        if isinstance(schema, dict) and "enum" in schema:
            return self._one_of(schema, named=True)
        return self.read(target, depth + 1)

    @staticmethod
    def _either(choices: list[CoreSchema]) -> CoreSchema:
        others = [choice for choice in choices if choice["type"] != "none"]
        if not others:
            return core_schema.none_schema()
        if any(choice["type"] == "any" for choice in others):
            return core_schema.any_schema()
        inner = others[0] if len(others) == 1 else core_schema.union_schema(list(others))
        # A text is never null, so where any text will do, nothing is left to check.
        if len(others) < len(choices) and inner != core_schema.str_schema():
            return core_schema.nullable_schema(inner)
        return inner

    def _typed(self, schema: dict[str, Any], pointer: Pointer, depth: int) -> CoreSchema:
        named = schema.get("type")
        names = named if isinstance(named, list) else [named] if named else []
        if "const" in schema or "enum" in schema:
            return self._one_of(schema, named=False)
        if not names:
            return self._inexact()
        return self._either([self._single(name, schema, pointer, depth) for name in names])

    def _one_of(self, schema: dict[str, Any], *, named: bool) -> CoreSchema:
        options = [schema["const"]] if "const" in schema else schema["enum"]
        if not named and all(isinstance(option, str) for option in options):
            return core_schema.literal_schema(options)
        self.exact = False
        names = dict.fromkeys(_JSON_TYPES[type(option)] for option in options if type(option) in _JSON_TYPES)
        return self._either([_PLAIN[name] for name in names] or [core_schema.any_schema()])

    def _single(self, name: str, schema: dict[str, Any], pointer: Pointer, depth: int) -> CoreSchema:
        if set(schema) - _ANNOTATIONS - _SAID[name]:
            self.exact = False
        if name == "string":
            return self._string(schema)
        if name == "integer":
            return core_schema.int_schema(**_bounds(schema))
        if name == "number":
            return core_schema.float_schema(**_bounds(schema), allow_inf_nan=False)
        if name == "array":
            items = self.read((*pointer, "items"), depth + 1) if "items" in schema else core_schema.any_schema()
            return core_schema.list_schema(items, min_length=schema.get("minItems"), max_length=schema.get("maxItems"))
        if name == "object":
            return self._object(schema, pointer, depth)
        return _PLAIN[name]

    def _string(self, schema: dict[str, Any]) -> CoreSchema:
        text_format = schema.get("format")
        if text_format in _FORMATS:
            return _FORMATS[text_format]
        if text_format is not None:
            self.exact = False
        limits = {"min_length": schema.get("minLength"), "max_length": schema.get("maxLength")}
        return core_schema.str_schema(**{key: limit for key, limit in limits.items() if limit is not None})

    def _object(self, schema: dict[str, Any], pointer: Pointer, depth: int) -> CoreSchema:
        required = schema.get("required", ())
        fields = {
            name: core_schema.typed_dict_field(
                self.read((*pointer, "properties", name), depth + 1), required=name in required
            )
            for name in schema.get("properties", {})
        }
        return core_schema.typed_dict_schema(fields, extra_behavior="allow")


_JSON_TYPES: Final = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_PLAIN: Final[dict[str, CoreSchema]] = {
    "string": core_schema.str_schema(),
    "integer": core_schema.int_schema(),
    "number": core_schema.float_schema(allow_inf_nan=False),
    "boolean": core_schema.bool_schema(),
    "null": core_schema.none_schema(),
}


def _bounds(schema: dict[str, Any]) -> dict[str, Any]:
    return {name: schema[keyword] for keyword, name in _BOUNDS.items() if keyword in schema}
