"""Says what is wrong with a value in the words that FastAPI uses: items of `type`, `loc`, `msg`, `input`, `ctx`."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from pydantic_core import ErrorDetails, ValidationError

Item = dict[str, Any]
Location = tuple[str | int, ...]


def missing(location: Location, value: Any = None) -> Item:
    """Complain that something required is not there."""
    return {"type": "missing", "loc": location, "msg": "Field required", "input": value}


def json_invalid(location: Location, cause: str) -> Item:
    """Complain of a text that is not JSON."""
    return {
        "type": "json_invalid",
        "loc": location,
        "msg": "JSON decode error",
        "input": {},
        "ctx": {"error": cause},
    }


def from_pydantic(error: ValidationError, location: Location) -> list[Item]:
    """Give pydantic's own items, placed at `location`, as FastAPI does."""
    return [_place(item, location) for item in error.errors(include_url=False)]


def _place(item: ErrorDetails, location: Location) -> Item:
    placed: Item = {**item, "loc": location + item["loc"]}
    return placed


def from_schema(errors: Iterable[Any], location: Location) -> list[Item]:
    """Put what jsonschema-rs found into the same words, each error at its place below `location`."""
    items: list[Item] = []
    for error in errors:
        at = location + tuple(error.instance_path)
        kind = error.kind
        if kind.name == "required":
            items.append(missing((*at, kind.property), error.instance))
        elif kind.name in {"additionalProperties", "unevaluatedProperties"}:
            items.extend(
                {
                    "type": "extra_forbidden",
                    "loc": (*at, name),
                    "msg": "Extra inputs are not permitted",
                    "input": error.instance.get(name),
                }
                for name in kind.unexpected
            )
        else:
            items.append(_item(error, at))
    return items


def _item(error: Any, at: Location) -> Item:
    kind = error.kind
    if kind.name not in _WORDS:
        return {"type": "json_schema", "loc": at, "msg": _sentence(error.message), "input": error.instance}
    name, message, context = _WORDS[kind.name](kind)
    item = {"type": name, "loc": at, "msg": message, "input": error.instance}
    return {**item, "ctx": context} if context else item


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def expected(options: Iterable[Any]) -> str:
    """List the allowed values as pydantic does: `1, 2 or 3`."""
    words = [repr(option) for option in options]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


_TYPES: Final = {
    "string": ("string_type", "Input should be a valid string"),
    "integer": ("int_type", "Input should be a valid integer"),
    "number": ("float_type", "Input should be a valid number"),
    "boolean": ("bool_type", "Input should be a valid boolean"),
    "array": ("list_type", "Input should be a valid list"),
    "object": ("dict_type", "Input should be a valid dictionary"),
    "null": ("none_required", "Input should be None"),
}
_Words = tuple[str, str, dict[str, Any] | None]


def _type(kind: Any) -> _Words:
    names = [name for name in kind.types if name != "null"] or list(kind.types)
    if len(names) == 1:
        return (*_TYPES[names[0]], None)
    return "json_schema", f"Input should be {' or '.join(names)}", None


def _limit(name: str, key: str, text: str) -> Callable[[Any], _Words]:
    return lambda kind: (name, f"Input should be {text} {kind.limit}", {key: kind.limit})


def _length(name: str, key: str, noun: str) -> Callable[[Any], _Words]:
    def words(kind: Any) -> _Words:
        plural = "" if kind.limit == 1 else "s"
        bound = "at least" if key == "min_length" else "at most"
        return name, f"{noun} should have {bound} {kind.limit} character{plural}", {key: kind.limit}

    return words


def _items(name: str, key: str, bound: str) -> Callable[[Any], _Words]:
    return lambda kind: (
        name,
        f"List should have {bound} {kind.limit} item{'' if kind.limit == 1 else 's'} after validation",
        {"field_type": "List", key: kind.limit},
    )


_WORDS: Final[dict[str, Callable[[Any], _Words]]] = {
    "type": _type,
    "minimum": _limit("greater_than_equal", "ge", "greater than or equal to"),
    "maximum": _limit("less_than_equal", "le", "less than or equal to"),
    "exclusiveMinimum": _limit("greater_than", "gt", "greater than"),
    "exclusiveMaximum": _limit("less_than", "lt", "less than"),
    "minLength": _length("string_too_short", "min_length", "String"),
    "maxLength": _length("string_too_long", "max_length", "String"),
    "minItems": _items("too_short", "min_length", "at least"),
    "maxItems": _items("too_long", "max_length", "at most"),
    "multipleOf": lambda kind: (
        "multiple_of",
        f"Input should be a multiple of {kind.multiple_of}",
        {"multiple_of": kind.multiple_of},
    ),
    "pattern": lambda kind: (
        "string_pattern_mismatch",
        f"String should match pattern '{kind.pattern}'",
        {"pattern": kind.pattern},
    ),
    "enum": lambda kind: (
        "enum",
        f"Input should be {expected(kind.options)}",
        {"expected": expected(kind.options)},
    ),
    "const": lambda kind: (
        "literal_error",
        f"Input should be {expected([kind.expected_value])}",
        {"expected": expected([kind.expected_value])},
    ),
}
