"""An OpenAPI 3.1 document as the mock reads it: its own bytes, its values, and where each `$ref` leads."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from feather_kit.yaml_source import Pointer, YamlSource

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Document:
    """A valid document. Pointers are the way from its root to a value, `$ref`s not followed.

    Attributes:
        source: the file it was read from.

    """

    source: YamlSource

    @property
    def data(self) -> dict[str, Any]:
        """The document's value, as it stands in the file."""
        root: dict[str, Any] = self.source.data
        return root

    @property
    def title(self) -> str:
        """The API's name."""
        return str(self.data["info"]["title"])

    @property
    def version(self) -> str:
        """The API's version."""
        return str(self.data["info"]["version"])

    def at(self, pointer: Pointer) -> Any:
        """Give the value at `pointer`.

        Raises:
            LookupError: there is none.

        """
        value: Any = self.data
        for step in pointer:
            if isinstance(value, list):
                value = value[int(step)]
            elif isinstance(value, dict):
                value = value[step]
            else:
                raise LookupError(step)
        return value

    def follow(self, pointer: Pointer) -> tuple[Any, Pointer]:
        """Give the value at `pointer`, and where it stands, once each `$ref` on the spot is followed.

        Raises:
            InputError: a `$ref` leads nowhere, out of the document, or back to itself.

        """
        seen = [pointer]
        value = self.at(pointer)
        while isinstance(value, dict) and isinstance(value.get("$ref"), str):
            target = self.target(value["$ref"], (*seen[-1], "$ref"))
            if target in seen:
                raise self.source.error(
                    seen[-1], f"the $ref {value['$ref']!r} leads back to itself", "Point it at a definition"
                )
            seen.append(target)
            value = self.at(target)
        return value, seen[-1]

    def target(self, reference: str, at: Pointer) -> Pointer:
        """Read the reference that stands at `at` as a pointer into this document (RFC 6901, section 6).

        Raises:
            InputError: it leaves the document, or leads nowhere.

        """
        if not reference.startswith("#"):
            raise self.source.error(
                at,
                f"the $ref {reference!r} leaves the document",
                "Bundle the document into one file: nothing is fetched from elsewhere",
            )
        steps = unquote(reference[1:]).split("/")[1:]
        pointer: Pointer = tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)
        try:
            self.at(pointer)
        except (LookupError, ValueError):
            raise self.source.error(
                at, f"the $ref {reference!r} leads nowhere", "Point it at something that the document holds"
            ) from None
        return pointer

    def paths(self) -> Iterator[tuple[str, dict[str, Any], Pointer]]:
        """List the paths, each with its path item and where that stands, concrete paths before templated ones.

        OpenAPI 3.1, section 4.8.8: `/pets/mine` is matched before `/pets/{petId}`.
        """
        names = [name for name in self.data.get("paths") or {} if name.startswith("/")]
        for name in sorted(names, key=_specificity):
            item, pointer = self.follow(("paths", name))
            yield name, item, pointer

    @cached_property
    def base_paths(self) -> tuple[str, ...]:
        """The paths under which the servers offer the API, without a slash at the end, each once."""
        servers = self.data.get("servers") or [{"url": "/"}]
        return tuple(dict.fromkeys(self._base_path(index, server) for index, server in enumerate(servers)))

    def _base_path(self, index: int, server: dict[str, Any]) -> str:
        variables = server.get("variables") or {}

        def fill(match: re.Match[str]) -> str:
            if match[1] not in variables:
                raise self.source.error(
                    ("servers", index, "url"),
                    f"the server variable {match[1]!r} is not defined",
                    "Define it, with its default, under the server's variables",
                )
            return str(variables[match[1]]["default"])

        path = urlsplit(PLACEHOLDER.sub(fill, server["url"])).path.strip("/")
        return f"/{path}" if path else ""


def _specificity(path: str) -> tuple[bool, ...]:
    """Order concrete segments before templated ones, from the left."""
    return tuple("{" in segment for segment in path.split("/"))
