"""Chooses what answers each operation: its own handler, else the document's example, else a plain 501."""

from collections.abc import Callable, Mapping
from functools import partial

from connexion.resolver import Resolution, Resolver
from starlette.types import Scope

from mock_server.document.specification import Operation
from mock_server.preferences import PREFERENCES
from mock_server.response.answers import Answer
from mock_server.response.documented import documented

Handler = Callable[[Scope], Answer]


class Handlers(Resolver):  # type: ignore[misc]  # Connexion is not typed
    """Maps operations to handlers, and gives each an id: a document need not name its operations.

    Attributes:
        operations: each operation by its id.
        functions: each operation's handler by the same id.
        names: what each is called: the document's `operationId`, else that id.

    """

    def __init__(self, own: Mapping[tuple[str, str], Handler]) -> None:
        super().__init__()
        self._own = own
        self.operations: dict[str, Operation] = {}
        self.functions: dict[str, Handler] = {}
        self.names: dict[str, str] = {}

    def resolve(self, operation: Operation) -> Resolution:
        """Give the operation's handler and id; each of Connexion's middlewares asks once."""
        identity = f"{operation.method.upper()} {operation.template}"
        if identity not in self.functions:
            self.operations[identity] = operation
            self.functions[identity] = self._choose(operation)
            self.names[identity] = operation.name or identity
        return Resolution(self.functions[identity], identity)

    def _choose(self, operation: Operation) -> Handler:
        own = self._own.get((operation.method, operation.template))
        return own or partial(_from_document, operation)


def _from_document(operation: Operation, scope: Scope) -> Answer:
    wanted = scope.get(PREFERENCES)
    return documented(operation) if wanted is None else documented(operation, wanted.code, wanted.example)
