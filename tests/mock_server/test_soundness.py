"""A document that is no valid OpenAPI 3.1 is refused with file, line and what would be right."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from feather_kit.errors import InputError
from feather_kit.files import DOCUMENT
from mock_server.document.soundness import load_document

SOUND = """\
openapi: 3.1.0
info: {title: T, version: '1'}
components:
  schemas:
    A: {type: string}
    B: {type: object, properties: {a: {type: string}, b: {type: integer, default: 3}}}
  securitySchemes:
    K: {type: apiKey, in: header, name: k}
paths:
  /a/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
    get:
      operationId: getA
      security: [{K: []}]
      parameters:
        - {name: q, in: query, schema: {$ref: '#/components/schemas/A'}}
      responses:
        '200': {description: ok}
  /b:
    get:
      operationId: getB
      responses:
        '200': {description: ok}
"""

# What is replaced, by what, at which line the message must point, and a word that it must hold.
BROKEN = [
    pytest.param("openapi: 3.1.0", "openapi: 3.0.3", 1, "3.0.3", id="an older version"),
    pytest.param("openapi: 3.1.0", "openapi: 3.1", 1, "3.1", id="a version that is a number"),
    pytest.param("openapi: 3.1.0", "swagger: '2.0'", 1, "openapi", id="no version"),
    pytest.param("title: T, ", "", 2, "title", id="no title"),
    pytest.param("'200': {description: ok}\n  /b", "'200': {}\n  /b", 19, "description", id="no description"),
    pytest.param("'200': {description: ok}\n  /b", "200x: {description: ok}\n  /b", 19, "200x", id="no status"),
    pytest.param("in: query", "in: body", 17, "body", id="an unknown place"),
    pytest.param("schemas/A'", "schemas/Z'", 17, "Z", id="a reference that leads nowhere"),
    pytest.param("'#/components/schemas/A'", "'https://example.com/a.yaml'", 17, "leaves", id="a remote reference"),
    pytest.param("'#/components/schemas/A'", "'a.yaml#/A'", 17, "leaves", id="a reference to another file"),
    pytest.param("A: {type: string}", "A: {type: text}", 5, "text", id="an unknown type"),
    pytest.param("A: {type: string}", "A: {type: string, default: 3}", 5, "default", id="a default that does not fit"),
    pytest.param("default: 3", "default: x", 6, "default", id="a default that does not fit, inside"),
    pytest.param("A: {type: string}", "A: {pattern: '('}", 5, "(", id="a pattern that is none"),
    pytest.param("operationId: getB", "operationId: getA", 22, "getA", id="an operation's id twice"),
    pytest.param("name: id", "name: other", 13, "id", id="a path parameter that is not defined"),
    pytest.param("{K: []}", "{L: []}", 15, "L", id="a security scheme that is not defined"),
    pytest.param("/b:", "/a/{other}:", 20, "same path", id="the same path twice"),
    pytest.param("  /b:", "  b:", 20, "b", id="a path without a slash"),
]


@pytest.mark.parametrize(("what", "instead", "line", "word"), BROKEN)
def test_a_broken_document_is_refused_with_its_line(
    tmp_path: Path, what: str, instead: str, line: int, word: str
) -> None:
    assert what in SOUND
    file = tmp_path / "openapi.yaml"
    file.write_text(SOUND.replace(what, instead, 1))
    with pytest.raises(InputError) as refused:
        load_document(file)
    assert refused.value.file == file
    assert refused.value.line == line
    assert word in refused.value.problem
    assert refused.value.remedy


@pytest.mark.parametrize("text", ["", "[]", "just text", "openapi: [", "openapi: 3.1.0\n", "a: 1\na: 2"])
def test_what_is_no_document_at_all_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "openapi.yaml"
    file.write_text(text)
    with pytest.raises(InputError) as refused:
        load_document(file)
    assert str(file) in str(refused.value)


@pytest.mark.parametrize(
    "file", [DOCUMENT, *(Path(__file__).parent / "documents").iterdir()], ids=lambda file: file.name
)
def test_a_sound_document_is_taken(file: Path) -> None:
    assert load_document(file).title


def test_a_reference_that_leads_back_to_itself_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    file.write_text(
        SOUND.replace(
            "{$ref: '#/components/schemas/A'}}", "{}}\n        - $ref: '#/paths/~1a~1%7Bid%7D/get/parameters/1'"
        )
    )
    with pytest.raises(InputError, match="back to itself"):
        load_document(file)


# Breaks made by machine: each value of a sound document is taken away, or replaced.
def _breaks(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    places = [at] if at else []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return places + [place for key, item in items for place in _breaks(item, (*at, key))]


PLACES = _breaks(yaml.safe_load(SOUND))


@pytest.mark.parametrize("instead", [None, 7, "text", [], {}], ids=repr)
def test_nothing_passes_that_the_reference_validator_refuses(tmp_path: Path, instead: Any) -> None:
    """openapi-spec-validator is the reference; the mock may be stricter, never laxer."""
    laxer = []
    for place in PLACES:
        data = yaml.safe_load(SOUND)
        holder = data
        for step in place[:-1]:
            holder = holder[step]
        if instead is None:
            del holder[place[-1]]
        else:
            holder[place[-1]] = instead
        if _reference_takes(data):
            continue
        file = tmp_path / "openapi.yaml"
        file.write_text(yaml.safe_dump(data))
        try:
            load_document(file)
        except InputError:
            continue
        laxer.append((place, instead))
    assert laxer == []


def _reference_takes(data: Any) -> bool:
    try:
        return OpenAPIV31SpecValidator(data).is_valid()
    except Exception:  # it stumbles over what it should refuse
        return False
