"""Says what is wrong with a value in FastAPI's words: items of `type`, `loc`, `msg`, `input`, `ctx`."""

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
        elif kind.name == "anyOf" and (branch := _only_branch(kind)):
            items.extend(from_schema(branch, location))
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


def _only_branch(kind: Any) -> list[Any] | None:
    """Give the errors of the one alternative that is not `null`: what may be null is else one thing."""
    branches = [errors for errors in kind.context if not _is_null(errors)]
    return branches[0] if len(branches) == 1 else None


def _is_null(errors: list[Any]) -> bool:
    return len(errors) == 1 and errors[0].kind.name == "type" and list(errors[0].kind.types) == ["null"]


def _item(error: Any, at: Location) -> Item:
    kind = error.kind
    if kind.name not in _WORDS:
        return {"type": "json_schema", "loc": at, "msg": _sentence(error.message), "input": error.instance}
    name, message, context = _WORDS[kind.name](kind, error.instance)
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
    "object": ("model_attributes_type", "Input should be a valid dictionary or object to extract fields from"),
    "null": ("none_required", "Input should be None"),
}
_Words = tuple[str, str, dict[str, Any] | None]
_Writer = Callable[[Any, Any], _Words]


def _type(kind: Any, _value: Any) -> _Words:
    names = [name for name in kind.types if name != "null"] or list(kind.types)
    if len(names) == 1:
        return (*_TYPES[names[0]], None)
    return "json_schema", f"Input should be {' or '.join(names)}", None


def _limit(name: str, key: str, text: str) -> _Writer:
    def words(kind: Any, _value: Any) -> _Words:
        limit = int(kind.limit) if float(kind.limit).is_integer() else kind.limit
        return name, f"Input should be {text} {limit}", {key: limit}

    return words


def _length(name: str, key: str, noun: str) -> _Writer:
    def words(kind: Any, _value: Any) -> _Words:
        plural = "" if kind.limit == 1 else "s"
        bound = "at least" if key == "min_length" else "at most"
        return name, f"{noun} should have {bound} {kind.limit} character{plural}", {key: kind.limit}

    return words


def _items(name: str, key: str, bound: str) -> _Writer:
    return lambda kind, value: (
        name,
        f"List should have {bound} {kind.limit} item{'' if kind.limit == 1 else 's'} after validation, "
        f"not {len(value)}",
        {"field_type": "List", key: kind.limit, "actual_length": len(value)},
    )


_WORDS: Final[dict[str, _Writer]] = {
    "type": _type,
    "minimum": _limit("greater_than_equal", "ge", "greater than or equal to"),
    "maximum": _limit("less_than_equal", "le", "less than or equal to"),
    "exclusiveMinimum": _limit("greater_than", "gt", "greater than"),
    "exclusiveMaximum": _limit("less_than", "lt", "less than"),
    "minLength": _length("string_too_short", "min_length", "String"),
    "maxLength": _length("string_too_long", "max_length", "String"),
    "minItems": _items("too_short", "min_length", "at least"),
    "maxItems": _items("too_long", "max_length", "at most"),
    "multipleOf": lambda kind, _value: (
        "multiple_of",
        f"Input should be a multiple of {kind.multiple_of}",
        {"multiple_of": kind.multiple_of},
    ),
    "pattern": lambda kind, _value: (
        "string_pattern_mismatch",
        f"String should match pattern '{kind.pattern}'",
        {"pattern": kind.pattern},
    ),
    "enum": lambda kind, _value: (
        "enum",
        f"Input should be {expected(kind.options)}",
        {"expected": expected(kind.options)},
    ),
    "const": lambda kind, _value: (
        "literal_error",
        f"Input should be {expected([kind.expected_value])}",
        {"expected": expected([kind.expected_value])},
    ),
}
