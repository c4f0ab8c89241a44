"""Compiles the document's schemas as they stand, with jsonschema-rs (JSON Schema 2020-12)."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote

import jsonschema_rs

from feather_kit.yaml_source import Pointer
from mock_server.document.openapi import Document
from mock_server.document.samples import sample
from mock_server.request.coercion import Coercion, coercion, kind, properties

_URN: Final = "urn:mock-server:document"


class Schemas:
    """The schemas of one document.

    A schema is compiled as a reference into the whole document, so that `#/components/...` inside of it, and
    recursion, mean what they mean there.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self._registry = jsonschema_rs.Registry(
            [(_URN, document.data)], draft=jsonschema_rs.Draft202012, retriever=_fetch_nothing
        )

    def compile(self, pointer: Pointer) -> jsonschema_rs.Draft202012Validator:
        """Compile the schema at `pointer`; formats are asserted.

        Raises:
            ValueError: it is no schema, or refers to something that the document does not hold.

        """
        fragment = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in pointer)
        return jsonschema_rs.Draft202012Validator(
            {"$ref": f"{_URN}#{quote(fragment)}"},
            registry=self._registry,
            validate_formats=True,
            offline=True,
        )


class CompiledSchema(dict[str, Any]):
    """A Schema Object as Connexion passes it around, which can validate as well; compiled at its first use."""

    def __init__(self, schemas: Schemas, pointer: Pointer, schema: dict[str, Any] | bool) -> None:
        super().__init__(schema if isinstance(schema, dict) else {})
        self.pointer = pointer
        self._schemas = schemas
        self._validator: jsonschema_rs.Draft202012Validator | None = None

    def __bool__(self) -> bool:
        # Connexion skips a falsy schema, and `{}` and `true` are schemas as well.
        return True

    def __deepcopy__(self, memo: dict[int, Any]) -> "CompiledSchema":
        return self

    @property
    def validator(self) -> jsonschema_rs.Draft202012Validator:
        """The compiled schema."""
        if self._validator is None:
            self._validator = self._schemas.compile(self.pointer)
        return self._validator

    def sample(self, hints: Mapping[str, Any]) -> Any:
        """Make a value that fits; `hints` are values for properties of these names.

        Raises:
            LookupError: none was found.

        """
        for given in (hints, {}):
            value = sample(self._schemas.document, self.pointer, given)
            if self.validator.is_valid(value):
                return value
        raise LookupError(self.pointer)

    @cached_property
    def coercion(self) -> Coercion:
        """How a form's texts become values of this schema."""
        return coercion(self._schemas.document, self.pointer)

    @cached_property
    def array_properties(self) -> frozenset[str]:
        """The properties that are arrays."""
        document = self._schemas.document
        places = properties(document, self.pointer)
        return frozenset(name for name, place in places.items() if kind(document, place) == "array")


def _fetch_nothing(uri: str) -> Any:
    raise ValueError(f"{uri} is not in the document, and nothing is fetched from elsewhere")
