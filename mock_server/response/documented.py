"""What the document alone says of an operation's answers: which there are, and the examples of each."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from mock_server.document.specification import Operation
from mock_server.response.answers import Answer
from mock_server.response.problems import NOT_IMPLEMENTED, Refusal


def documented(operation: Operation, code: int | None = None, example: str | None = None) -> Answer:
    """Answer with what the document says: an example of a status, or that status without content.

    Args:
        operation: the operation.
        code: the status, for which a value is made where there is no example; None takes the first success that
            has an example, or has no content.
        example: the name of the example; None takes the first.

    Raises:
        Refusal: the document has no such example.

    """
    for status, response in _responses(operation, code):
        if not response["content"] and example is None:
            return Answer(status=status, media_type=b"text/plain")
        for media_type, definition in response["content"].items():
            found, value = _example(definition, example)
            if not found and code is not None and example is None and "schema" in definition:
                with contextlib.suppress(LookupError):
                    found, value = True, definition["schema"].sample({})
            if found:
                return Answer(_written(value, media_type), media_type.encode(), status)
    raise Refusal(NOT_IMPLEMENTED, method=operation.method.upper(), path=operation.template)


def has_status(operation: Operation, code: int) -> bool:
    """Tell whether the document has a status for the operation: its own, its range, or a default."""
    return bool(operation.response_definition(code))


def example_names(operation: Operation, code: int | None) -> list[str]:
    """List the names of the examples of a status, or of all successes."""
    return [
        name
        for _, response in _responses(operation, code)
        for definition in response["content"].values()
        for name, example in definition.get("examples", {}).items()
        if "value" in example
    ]


def _responses(operation: Operation, code: int | None) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if code is not None:
        found = operation.response_definition(code)
        if found:
            yield code, found
        return
    for status in sorted(status for status in operation.responses if status.startswith("2")):
        yield int(status) if status.isdigit() else 200, operation.responses[status]


def _example(definition: Mapping[str, Any], name: str | None) -> tuple[bool, Any]:
    """Find an example of a Media Type Object, or of its schema; tell whether there is one, for it may be null."""
    named = definition.get("examples", {})
    if name is not None:
        return "value" in named.get(name, {}), named.get(name, {}).get("value")
    if "example" in definition:
        return True, definition["example"]
    for example in named.values():
        if "value" in example:
            return True, example["value"]
    schema = definition.get("schema", {})
    if "example" in schema:
        return True, schema["example"]
    if schema.get("examples"):
        return True, schema["examples"][0]
    return False, None


def _written(value: Any, media_type: str) -> bytes:
    if isinstance(value, str) and "json" not in media_type:
        return value.encode()
    return orjson.dumps(value)
