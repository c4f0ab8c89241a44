"""Chooses what answers each operation: its own handler, else the document's example, else a plain 501."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from connexion.resolver import Resolution, Resolver
from starlette.types import Scope

from mock_server.document.specification import Operation
from mock_server.response.answers import Answer
from mock_server.response.problems import NOT_IMPLEMENTED, Refusal

Handler = Callable[[Scope], Answer]


class Handlers(Resolver):  # type: ignore[misc]  # Connexion is not typed
    """Maps operations to handlers, and gives each an id: a document need not name its operations.

    Attributes:
        operations: each operation by its id.
        functions: each operation's handler by the same id.

    """

    def __init__(self, own: Mapping[tuple[str, str], Handler]) -> None:
        super().__init__()
        self._own = own
        self.operations: dict[str, Operation] = {}
        self.functions: dict[str, Handler] = {}

    def resolve(self, operation: Operation) -> Resolution:
        """Give the operation's handler and id; each of Connexion's middlewares asks once."""
        identity = f"{operation.method.upper()} {operation.template}"
        if identity not in self.functions:
            self.operations[identity] = operation
            self.functions[identity] = self._choose(operation)
        return Resolution(self.functions[identity], identity)

    def _choose(self, operation: Operation) -> Handler:
        own = self._own.get((operation.method, operation.template))
        return own or (lambda _scope: from_document(operation))


def from_document(operation: Operation) -> Answer:
    """Answer with what the document alone says: an example of a success, or a success without content.

    Raises:
        Refusal: it has neither.

    """
    for status in sorted(status for status in operation.responses if status.startswith("2")):
        response = operation.responses[status]
        code = int(status) if status.isdigit() else 200
        if not response["content"]:
            return Answer(status=code, media_type=b"text/plain")
        for media_type, definition in response["content"].items():
            found, example = _example(definition)
            if found:
                body = example.encode() if isinstance(example, str) and "json" not in media_type else None
                return Answer(orjson.dumps(example) if body is None else body, media_type.encode(), code)
    raise Refusal(NOT_IMPLEMENTED, method=operation.method.upper(), path=operation.template)


def _example(definition: Mapping[str, Any]) -> tuple[bool, Any]:
    """Find the example of a Media Type Object, or of its schema; tell whether there is one, for it may be null."""
    if "example" in definition:
        return True, definition["example"]
    for example in definition.get("examples", {}).values():
        if "value" in example:
            return True, example["value"]
    schema = definition.get("schema", {})
    if "example" in schema:
        return True, schema["example"]
    if schema.get("examples"):
        return True, schema["examples"][0]
    return False, None
