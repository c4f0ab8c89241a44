"""Writes answers as files, for stories and tests that run without a server: `feather-mock export`."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import files
from itertools import product
from typing import Any, Final

from msgspec.structs import asdict

from feather_kit.errors import InputError
from feather_kit.yaml_source import Pointer
from mock_server import by_integration
from mock_server.data.fixtures import load_fixtures
from mock_server.data.rollup import build_rollup
from mock_server.document.openapi import Document
from mock_server.document.soundness import load_document
from mock_server.settings import Settings


@dataclass(frozen=True)
class Question:
    """What is asked of the operation.

    Attributes:
        start: the first day.
        end: the last day, included.
        slug: the only workspace; None for all.
        mode: the only mode; None for all.

    """

    start: date
    end: date
    slug: str | None = None
    mode: str | None = None

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise InputError(f"--start {self.start} is after --end {self.end}", "Give the first day, then the last one")


@dataclass(frozen=True)
class Exported:
    """A question and the rows that answer it."""

    question: Question
    rows: Sequence[dict[str, Any]]


def questions(
    starts: Sequence[date], ends: Sequence[date], slugs: Sequence[str], modes: Sequence[str], form: str
) -> list[Question]:
    """Combine the words of the command line.

    A table, as JSON or CSV, answers one question. A module of handlers answers several: each range with each slug
    and mode, and without them as well, since a page that filters also shows the whole.

    Raises:
        InputError: a range is turned round or not closed, or a table is asked for more than one question.

    """
    if len(starts) != len(ends):
        raise InputError(f"{len(starts)} --start and {len(ends)} --end", "Give both for each range")
    filters: list[tuple[str | None, str | None]]
    if form == "msw":
        filters = list(product(dict.fromkeys((None, *slugs)), dict.fromkeys((None, *modes))))
    else:
        filters = list(product(slugs or (None,), modes or (None,)))
    ranges = dict.fromkeys(zip(starts, ends, strict=True))
    asked = [Question(start, end, slug, mode) for start, end in ranges for slug, mode in filters]
    if form != "msw" and len(asked) > 1:
        raise InputError(
            f"--format {form} holds one answer, and {len(asked)} are asked for",
            "Give one --start, --end, --slug and --mode, or take --format msw",
        )
    return asked


def export(settings: Settings, asked: Sequence[Question], form: str) -> str:
    """Write what the mock would answer.

    Args:
        settings: the mock's settings.
        asked: the questions; one, but for `msw`.
        form: `json` (the rows), `csv` (the rows, with a header) or `msw` (an ES module of handlers).

    Raises:
        InputError: the document or a fixture is not right, or the document does not have the operation.

    """
    document = load_document(settings.document)
    if not by_integration.served_by(document):
        method, path = by_integration.ROUTE
        raise InputError(
            f"has no {method.upper()} {path}, which is what can be exported",
            "Name a document that has it, or none: the Feather API's is the default",
            settings.document,
        )
    today = settings.today or datetime.now(UTC).date()
    rollup = build_rollup(load_fixtures(settings.fixtures), settings.scenario, settings.seed, today)
    answers = [
        Exported(each, list(map(asdict, rollup.rows(each.start, each.end, each.mode, each.slug)))) for each in asked
    ]
    return FORMS[form](answers, document)


def _json(answers: Sequence[Exported], _document: Document) -> str:
    return json.dumps(answers[0].rows, indent=2, ensure_ascii=False) + "\n"


def _csv(answers: Sequence[Exported], document: Document) -> str:
    """RFC 4180, but for the line ends, which are the system's own in a file. Columns stand as the document has them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _columns(document), lineterminator="\n")
    writer.writeheader()
    writer.writerows(answers[0].rows)
    return text.getvalue()


def _columns(document: Document) -> list[str]:
    method, path = by_integration.ROUTE
    at = ("paths", path, method, "responses", "200", "content", "application/json", "schema", "items")
    return list(document.follow(at)[0]["properties"])


def _msw(answers: Sequence[Exported], document: Document) -> str:
    method, path = by_integration.ROUTE
    template = files("mock_server").joinpath("static", "export", "handlers.js").read_text("utf-8")
    listed = "".join(f"  {_javascript(_answer(each))},\n" for each in answers)
    # The template is a module by itself; what stands in for these texts of it cannot end a comment or a string.
    stands_for = {
        "an OpenAPI document": " ".join(f"{document.title} {document.version}".split()),
        '"*/path"': _javascript(f"*{document.base_paths[0]}{path}"),
        '"key-header"': _javascript(_key_header(document, ("paths", path, method))),
        "answers = [];": f"answers = [\n{listed}];",
    }
    return re.sub("|".join(map(re.escape, stands_for)), lambda found: stands_for[found[0]], template)


def _key_header(document: Document, operation: Pointer) -> str:
    """Name the header in which the document wants a key; empty where it wants none."""
    security = document.at(operation).get("security", document.data.get("security", []))
    for name in (name for requirement in security for name in requirement):
        scheme, _ = document.follow(("components", "securitySchemes", name))
        if scheme["type"] != "apiKey":
            return "authorization"
        if scheme["in"] == "header":
            return str(scheme["name"])
    return ""


def _answer(exported: Exported) -> dict[str, Any]:
    asked = exported.question
    return {
        "start_date": str(asked.start),
        "end_date": str(asked.end),
        "slug": asked.slug,
        "mode": asked.mode,
        "rows": exported.rows,
    }


def _javascript(value: Any) -> str:
    """Write JSON, which is JavaScript as well (ECMA-262, since 2019)."""
    return json.dumps(value, ensure_ascii=False)


FORMS: Final[Mapping[str, Callable[[Sequence[Exported], Document], str]]] = {
    "json": _json,
    "csv": _csv,
    "msw": _msw,
}
"""Each format's writer."""
