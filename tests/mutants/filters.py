"""Faults of the filters slug and mode: what they match, and what they do with odd values."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import unquote

from tests.mutants.mutant import Change, Mutant, asking, counting
from tests.mutants.wrapping import Answer, AnswerChange, respond, respond_json, with_answer, with_query
from tests.twin.application import Query
from tests.twin.ledger import MODES, SLUGS, Counts, Ledger


def _matching(same: Callable[[str, str], bool]) -> Change:
    """Let a slug match each known one for which `same(asked, known)` holds; the first of them is taken."""

    def ask(query: Query) -> Query:
        if query.slug is None or query.slug in SLUGS:
            return query
        found = next((known for known in SLUGS if same(query.slug, known)), query.slug)
        return replace(query, slug=found)

    return asking(ask)


def _like(asked: str, known: str) -> bool:
    """Compare as SQL's LIKE does."""
    pattern = "".join({"%": ".*", "_": "."}.get(character, re.escape(character)) for character in asked)
    return re.fullmatch(pattern, known, re.DOTALL) is not None


def _regular(asked: str, known: str) -> bool:
    try:
        return re.fullmatch(asked, known) is not None
    except re.error:
        return False


def _without_accents(text: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _all_for(name: str, *values: str) -> Change:
    """Take some values of a filter for no filter."""

    def ask(query: Query) -> Query:
        if getattr(query, name) not in values:
            return query
        return replace(query, slug=None) if name == "slug" else replace(query, mode=None)

    return asking(ask)


def _unknown_is_all(query: Query) -> Query:
    return query if query.slug in SLUGS else replace(query, slug=None)


def _swapped_together(query: Query) -> Query:
    if query.slug is None or query.mode is None:
        return query
    return replace(query, slug=query.mode, mode=query.slug)


def _mode_dropped_together(query: Query) -> Query:
    return query if query.slug is None else replace(query, mode=None)


def _slug_dropped_over_90_days(query: Query) -> Query:
    return replace(query, slug=None) if (query.end - query.start).days > 90 else query


def _either(ledger: Ledger, query: Query) -> Counts:
    """Count what has the one or the other."""
    counts = ledger.between(query.start, query.end, query.slug, query.mode)
    if query.slug is None or query.mode is None:
        return counts
    of_slug = ledger.between(query.start, query.end, slug=query.slug)
    return of_slug + ledger.between(query.start, query.end, mode=query.mode) - counts


def _refusing(wrong: Callable[[dict[str, str]], bool], answer: Answer) -> AnswerChange:
    """Answer right requests whose parameters are `wrong` by `answer`."""
    return lambda asked, right: answer if right.status == 200 and wrong(asked.query) else right


def _item(name: str, kind: str, message: str) -> Answer:
    return respond_json(422, {"detail": [{"type": kind, "loc": ["query", name], "msg": message}]})


def _has(name: str, known: object) -> Callable[[dict[str, str]], bool]:
    """Tell whether the filter is given and not empty, and its value unknown."""
    return lambda query: bool(query.get(name)) and query[name] not in known  # type: ignore[operator]  # a table


_ERROR = respond_json(500, {"error": "error", "message": "Internal error"})


def _any_value(test: Callable[[str], bool]) -> Callable[[dict[str, str]], bool]:
    return lambda query: any(test(query.get(name, "")) for name in ("slug", "mode"))


def _decode_again(query: dict[str, str]) -> dict[str, str]:
    return {name: unquote(value) for name, value in query.items()}


FAULTS = (
    Mutant(
        "slug-ignored",
        "slug is declared and never used.",
        "relations",
        asking(lambda query: replace(query, slug=None)),
    ),
    Mutant(
        "mode-ignored",
        "mode is declared and never used.",
        "relations",
        asking(lambda query: replace(query, mode=None)),
    ),
    Mutant(
        "slug-ignored-over-90-days",
        "The table for long ranges has no slug, and is not filtered.",
        "relations",
        asking(_slug_dropped_over_90_days),
    ),
    Mutant(
        "mode-ignored-with-slug",
        "Beside a slug, mode is ignored.",
        "relations",
        asking(_mode_dropped_together),
    ),
    Mutant("filters-joined-by-or", "The two filters are joined by OR.", "relations", counting(_either)),
    Mutant(
        "filters-swapped-together",
        "With both filters their values change places.",
        "200",
        asking(_swapped_together),
    ),
    Mutant(
        "slug-case-folded",
        "Slugs match under a case-insensitive collation.",
        "200",
        _matching(lambda asked, known: asked.casefold() == known),
    ),
    Mutant(
        "slug-accents-folded",
        "Slugs match under a collation that drops accents.",
        "200",
        _matching(lambda asked, known: _without_accents(asked) == known),
    ),
    Mutant("slug-like", "Slugs match by LIKE.", "200", _matching(_like)),
    Mutant(
        "slug-contains",
        "Slugs match by a part of them.",
        "200",
        _matching(lambda asked, known: asked != "" and asked in known),
    ),
    Mutant(
        "slug-starts",
        "Slugs match by their beginning.",
        "200",
        _matching(lambda asked, known: asked != "" and known.startswith(asked)),
    ),
    Mutant("slug-regular-expression", "Slugs match by a regular expression.", "200", _matching(_regular)),
    Mutant(
        "slug-padded",
        "Blanks at a slug's end do not count, as in a CHAR column.",
        "200",
        _matching(lambda asked, known: asked.rstrip() == known),
    ),
    Mutant(
        "slug-listed",
        "A comma separates slugs of which one need match.",
        "200",
        _matching(lambda asked, known: known in asked.split(",")),
    ),
    Mutant(
        "slug-decoded-twice",
        "Percent signs are decoded by the proxy and again by the application.",
        "200",
        wrap=with_query(_decode_again),
    ),
    Mutant("slug-empty-is-all", "`if slug` takes the empty text for no filter.", "200", _all_for("slug", "")),
    Mutant("mode-empty-is-all", "`if mode` takes the empty text for no filter.", "200", _all_for("mode", "")),
    Mutant("slug-star-is-all", "* and all stand for all slugs.", "200", _all_for("slug", "*", "all", "%")),
    Mutant(
        "mode-null-is-all",
        "The texts null and undefined stand for no filter.",
        "200",
        _all_for("mode", "null", "undefined", "None"),
    ),
    Mutant(
        "slug-unknown-is-all",
        "An unknown slug falls back to the whole account.",
        "200",
        asking(_unknown_is_all),
    ),
    Mutant(
        "slug-unknown-404",
        "An unknown slug is answered with 404.",
        "200",
        wrap=with_answer(
            _refusing(_has("slug", SLUGS), respond_json(404, {"error": "not_found", "message": "No such slug"}))
        ),
    ),
    Mutant(
        "slug-unknown-400",
        "An unknown slug is answered with 400.",
        "200",
        wrap=with_answer(
            _refusing(_has("slug", SLUGS), respond_json(400, {"error": "bad_request", "message": "No such slug"}))
        ),
    ),
    Mutant(
        "mode-unknown-422",
        "mode is an enumeration in the code and free text in the document.",
        "200",
        wrap=with_answer(_refusing(_has("mode", MODES), _item("mode", "enum", "Input should be live or test"))),
    ),
    Mutant(
        "mode-unknown-500",
        "mode is looked up in a dictionary without a default.",
        "200",
        wrap=with_answer(_refusing(_has("mode", MODES), _ERROR)),
    ),
    Mutant(
        "slug-empty-422",
        "slug has an undocumented least length of 1.",
        "200",
        wrap=with_answer(
            _refusing(
                lambda query: query.get("slug") == "",
                _item("slug", "string_too_short", "At least 1 character"),
            )
        ),
    ),
    Mutant(
        "slug-over-64-422",
        "slug has an undocumented length of 64 at most.",
        "200",
        wrap=with_answer(
            _refusing(
                lambda query: len(query.get("slug", "")) > 64,
                _item("slug", "string_too_long", "At most 64 characters"),
            )
        ),
    ),
    Mutant(
        "mode-over-255-500",
        "A mode of more than 255 characters does not fit a temporary table.",
        "200",
        wrap=with_answer(_refusing(lambda query: len(query.get("mode", "")) > 255, _ERROR)),
    ),
    Mutant(
        "long-value-414",
        "The proxy takes request lines of 1 KiB at most.",
        "200",
        wrap=with_answer(_refusing(_any_value(lambda value: len(value) > 1000), respond(414, b"URI Too Long"))),
    ),
    Mutant(
        "outside-ascii-500",
        "Values are written to a log in ASCII.",
        "200",
        wrap=with_answer(_refusing(_any_value(lambda value: not value.isascii()), _ERROR)),
    ),
    Mutant(
        "outside-latin-1-400",
        "The gateway refuses what is outside Latin-1.",
        "200",
        wrap=with_answer(
            _refusing(
                _any_value(lambda value: any(ord(letter) > 255 for letter in value)),
                respond(400, b"<h1>Bad Request</h1>"),
            )
        ),
    ),
    Mutant(
        "quote-500",
        "An apostrophe ends the SQL text.",
        "200",
        wrap=with_answer(_refusing(_any_value(lambda value: "'" in value), _ERROR)),
    ),
    Mutant(
        "markup-403",
        "A firewall takes values that look like markup or SQL for an attack.",
        "200",
        wrap=with_answer(
            _refusing(
                _any_value(lambda value: "<" in value or "--" in value or "'" in value),
                respond(403, b"<h1>Request blocked</h1>"),
            )
        ),
    ),
)
