"""Reads an operation's parameters out of a request, and complains at once of all that are wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from pydantic_core import ValidationError, from_json

from feather_kit.yaml_source import Pointer
from mock_server.document.openapi import Document
from mock_server.document.schemas import CompiledSchema, Schemas
from mock_server.request.coercion import coercion, jsonable, kind, properties
from mock_server.request.complaints import Item, Location, from_pydantic, from_schema, missing
from mock_server.response.problems import Problem, Refusal

VALUES: Final = "mock_server.values"
"""The key of the request's scope under which its validated parameters stand: place, then name."""

ITEMS: Final = "mock_server.items"
"""The key under which complaints wait, where the body is to be judged as well."""

_DELIMITERS: Final = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
_ORDER: Final = ("path", "query", "header", "cookie")
# OpenAPI 3.1, section 4.8.12.2.1: parameters of these names are ignored; they are described elsewhere.
_NOT_PARAMETERS: Final = frozenset({"accept", "content-type", "authorization"})

Pairs = list[tuple[str, str]]
"""The raw parameters of one place: name and text, in the request's order."""

Read = Callable[[Pairs], Any]
Convert = Callable[[Any], tuple[Any, Sequence[Item]]]


@dataclass(frozen=True)
class Parameter:
    """One parameter, ready to be read.

    Attributes:
        place: `path`, `query`, `header` or `cookie`.
        name: as the document has it.
        required: its absence is an error.
        default: its value where it is absent.
        read: puts the raw value together from the pairs of its place, or gives None where it is absent; no
            reader means that the last text of its name is the raw value.
        convert: takes the raw value; gives the value, and what is wrong with it.

    """

    place: str
    name: str
    required: bool
    default: Any
    read: Read | None
    convert: Convert


class Parameters(list[dict[str, Any]]):
    """An operation's parameters: to Connexion the list of their definitions, and their validator as well.

    Attributes:
        problem: what to refuse with.
        waits_for_body: complaints are left for the body's validator, so that all come at once.

    """

    def __init__(
        self,
        definitions: list[dict[str, Any]],
        compiled: list[Parameter],
        path_names: Mapping[str, str],
        problem: Problem,
        *,
        waits_for_body: bool,
    ) -> None:
        super().__init__(definitions)
        self.problem = problem
        self.waits_for_body = waits_for_body
        self._path_names = path_names
        # As tuples: each request goes through all of them.
        self._by_place = [
            (
                place,
                [
                    (each.name, each.required, each.default, each.read, each.convert)
                    for each in compiled
                    if each.place == place
                ],
            )
            for place in _ORDER
        ]
        self._by_place = [(place, parameters) for place, parameters in self._by_place if parameters]

    def validate(self, scope: dict[str, Any]) -> None:
        """Read all parameters of the request, and keep their values in its scope, under `VALUES`.

        Raises:
            Refusal: some are missing or wrong; one item for each error, in the order of FastAPI: path, query,
                header, cookie, and within these as the document lists them.

        """
        values: dict[str, dict[str, Any]] = {}
        items: list[Item] = []
        for place, parameters in self._by_place:
            pairs = query_pairs(scope["query_string"]) if place == "query" else self._pairs(place, scope)
            texts = dict(pairs)
            values[place] = found = {}
            for name, required, default, read, convert in parameters:
                raw = texts.get(name) if read is None else read(pairs)
                if raw is not None:
                    found[name], wrong = convert(raw)
                    if wrong:
                        items += wrong
                elif required:
                    items.append(missing((place, name)))
                else:
                    found[name] = default
        scope[VALUES] = values
        if self.waits_for_body:
            scope[ITEMS] = items
        elif items:
            raise Refusal(self.problem, detail=items)

    def _pairs(self, place: str, scope: dict[str, Any]) -> Pairs:
        if place == "path":
            matched = scope.get("path_params", {})
            return [(self._path_names[key], text) for key, text in matched.items() if key in self._path_names]
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        if place == "header":
            return headers
        return [pair for name, value in headers if name == "cookie" for pair in _cookie_pairs(value)]


def query_pairs(query: bytes) -> Pairs:
    """Take a query string apart exactly as Starlette, and so FastAPI, does."""
    text = query.decode("latin-1")
    if "%" in text or "+" in text:
        return parse_qsl(text, keep_blank_values=True)
    # The same without the decoding that such a text does not need.
    return [part.partition("=")[::2] for part in text.split("&") if part]


def _cookie_pairs(header: str) -> Pairs:
    parts = (part.partition("=") for part in header.split(";"))
    return [(name.strip(), unquote(value.strip().strip('"'))) for name, sign, value in parts if sign]


def compile_parameter(document: Document, definition: dict[str, Any], pointer: Pointer, schemas: Schemas) -> Parameter:
    """Compile the Parameter Object that stands at `pointer`."""
    place, name = definition["in"], definition["name"]
    location = (place, name)
    if "content" in definition:
        media_type = next(iter(definition["content"]))
        at: Pointer = (*pointer, "content", media_type, "schema")
        schema = definition["content"][media_type].get("schema", True)
        checked = CompiledSchema(schemas, at, schema)
        convert, read = _json_converter(location, checked), None
    else:
        at = (*pointer, "schema")
        schema = document.at(at)
        checked = CompiledSchema(schemas, at, schema)
        convert, read = _converter(document, at, location, checked), _reader(document, definition, at)
    return Parameter(
        place=place,
        name=name.lower() if place == "header" else name,
        required=bool(definition.get("required", False)),
        default=schema.get("default") if isinstance(schema, dict) else None,
        read=read,
        convert=convert,
    )


def ignored(definition: dict[str, Any]) -> bool:
    """Tell whether a definition is one that OpenAPI says to ignore."""
    return definition["in"] == "header" and definition["name"].lower() in _NOT_PARAMETERS


def _converter(document: Document, at: Pointer, location: Location, schema: CompiledSchema) -> Convert:
    how = coercion(document, at)
    validator, exact = how.validator, how.exact

    def convert(raw: Any) -> tuple[Any, Sequence[Item]]:
        value = raw
        if validator is not None:
            try:
                value = validator.validate_python(raw)
            except ValidationError as error:
                return None, from_pydantic(error, location)
        if not exact:
            # The text of a date is what the schema speaks of, not the date.
            wrong = from_schema(schema.validator.iter_errors(raw if _is_text(value) else jsonable(value)), location)
            if wrong:
                return None, wrong
        return value, ()

    return convert


def _is_text(value: Any) -> bool:
    return not isinstance(value, (str, int, float, list, dict, bool, type(None)))


def _json_converter(location: Location, schema: CompiledSchema) -> Convert:
    """Read a parameter with `content` as JSON text (OpenAPI 3.1, section 4.8.12.2.3)."""

    def convert(raw: str) -> tuple[Any, Sequence[Item]]:
        try:
            value = from_json(raw)
        except ValueError as error:
            return None, [{"type": "json_invalid", "loc": location, "msg": f"Invalid JSON: {error}", "input": raw}]
        return value, from_schema(schema.validator.iter_errors(value), location)

    return convert


def _reader(document: Document, definition: dict[str, Any], at: Pointer) -> Read | None:
    """Choose how the raw value is put together from a place's pairs; None: it is the last text of that name."""
    place, name = definition["in"], definition["name"]
    style = definition.get("style", "form" if place in {"query", "cookie"} else "simple")
    explode = definition.get("explode", style == "form")
    shape = kind(document, at)
    if shape == "array":
        return _array_reader(name.lower() if place == "header" else name, style, explode=explode)
    if shape == "object":
        names = tuple(properties(document, at))
        return _object_reader(name.lower() if place == "header" else name, style, names, explode=explode)
    if style in {"label", "matrix"}:
        prefix = "." if style == "label" else f";{name}="
        return lambda pairs: next((text.removeprefix(prefix) for key, text in pairs if key == name), None)
    return None


def _array_reader(name: str, style: str, *, explode: bool) -> Read:
    delimiter = "." if style == "label" and explode else _DELIMITERS.get(style, ",")

    def read(pairs: Pairs) -> list[str] | None:
        texts = [text for key, text in pairs if key == name]
        if not texts:
            return None
        if style == "form" and explode:
            return texts
        text = texts[-1]
        if style == "matrix":
            text = text.removeprefix(f";{name}=")
            return text.split(f";{name}=" if explode else ",")
        return text.removeprefix("." if style == "label" else "").split(delimiter)

    return read


def _object_reader(name: str, style: str, properties: tuple[str, ...], *, explode: bool) -> Read:
    def read(pairs: Pairs) -> dict[str, str] | None:
        if style == "deepObject":
            found = {
                key[len(name) + 1 : -1]: text for key, text in pairs if key.startswith(f"{name}[") and key[-1] == "]"
            }
        elif style == "form" and explode:
            found = {key: text for key, text in pairs if key in properties}
        else:
            text = next((text for key, text in reversed(pairs) if key == name), None)
            if text is None:
                return None
            parts = text.split(_DELIMITERS.get(style, ","))
            if explode:
                found = dict(part.split("=", 1) for part in parts if "=" in part)
            else:
                found = dict(zip(parts[::2], parts[1::2], strict=False))
        return found or None

    return read
