"""Makes a value that fits a schema, where the document gives no example of one."""

from collections.abc import Mapping
from typing import Any, Final

from feather_kit.yaml_source import Pointer
from mock_server.document.openapi import Document

# A recursive schema has no end of its own: from here on it ends wherever it may, and at last where it may not.
_DEEP: Final = 3
_DEEPEST: Final = 8
_FORMATS: Final = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "PT1M",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
}
_PLACEHOLDER: Final = "text"


def sample(document: Document, pointer: Pointer, hints: Mapping[str, Any], depth: int = 0) -> Any:
    """Make a value of the schema at `pointer`: the simplest one, which a rare keyword may still refuse.

    Args:
        document: the document.
        pointer: where the schema stands.
        hints: values for properties of these names, where their type is right.
        depth: how deep in the value this is.

    """
    schema, at = document.follow(pointer)
    if not isinstance(schema, dict) or depth > _DEEPEST:
        return None
    for known in ("const", "default", "example"):
        if known in schema:
            return schema[known]
    for listed in ("enum", "examples"):
        if schema.get(listed):
            return schema[listed][0]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            branches: list[Pointer] = [(*at, choice, index) for index in range(len(schema[choice]))]
            nulls = [each for each in branches if _is_null(document.follow(each)[0])]
            wanted = nulls if depth >= _DEEP else [each for each in branches if each not in nulls]
            return sample(document, (wanted or branches)[0], hints, depth + 1)
    if "allOf" in schema:
        parts = [sample(document, (*at, "allOf", index), hints, depth + 1) for index in range(len(schema["allOf"]))]
        own = _object(document, schema, at, hints, depth)
        return {key: value for part in [*parts, own] if isinstance(part, dict) for key, value in part.items()}
    return _of_type(document, schema, at, hints, depth)


def _of_type(document: Document, schema: dict[str, Any], at: Pointer, hints: Mapping[str, Any], depth: int) -> Any:
    match type_of(schema):
        case "object":
            return _object(document, schema, at, hints, depth)
        case "array":
            count = max(schema.get("minItems", 0), 1 if depth < _DEEP else 0)
            return [sample(document, (*at, "items"), hints, depth + 1)] * count if "items" in schema else []
        case "string":
            text = _FORMATS.get(schema.get("format", ""), _PLACEHOLDER)
            return text.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]
        case "integer" | "number":
            least = schema.get("minimum", schema.get("exclusiveMinimum", 0) + ("exclusiveMinimum" in schema))
            step = schema.get("multipleOf", 1)
            return max(-(-least // step) * step, least)
        case "boolean":
            return True
    return None


def _is_null(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("type") == "null"


def type_of(schema: dict[str, Any]) -> str:
    """Give the type of a schema's values: the first that is not null, or what its keywords speak of."""
    types = schema.get("type", ())
    names = [types] if isinstance(types, str) else [name for name in types if name != "null"]
    if names:
        return str(names[0])
    return "object" if "properties" in schema else "array" if "items" in schema else ""


def _object(
    document: Document, schema: dict[str, Any], at: Pointer, hints: Mapping[str, Any], depth: int
) -> dict[str, Any]:
    required, made = schema.get("required", ()), {}
    for name in schema.get("properties", {}):
        if name in required or depth < _DEEP:
            place = (*at, "properties", name)
            schema_there, hint = document.follow(place)[0], hints.get(name)
            kind = type_of(schema_there) if isinstance(schema_there, dict) else ""
            fits = (kind == "string" and isinstance(hint, str)) or (kind == "integer" and isinstance(hint, int))
            made[name] = hint if fits else sample(document, place, hints, depth + 1)
    return made
