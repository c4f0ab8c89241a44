"""The operation's rules as a judge of exchanges, with the twin's data known to it.

It proves that the faults are faults and the harmless variations harmless. It is no part of the check, and
shares nothing with it: the check must find out with less.
"""

import gzip
import json
import math
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, permutations
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tests.mutants import KEY
from tests.mutants.exchange import Exchange, Sent
from tests.mutants.wrapping import Answer
from tests.twin.application import PATH
from tests.twin.ledger import MODES, SLUGS

COUNTS = ("invocations", "successful", "vendor_errors", "exceptions")
_LENIENT = TypeAdapter(date)  # what FastAPI takes for a date
_NAMES = ("start_date", "end_date", "mode", "slug")
_DAY = timedelta(days=1)
_PROMISED_FROM = date(2025, 1, 1)


class BreachError(Exception):
    """An exchange breaks a rule."""


@dataclass(frozen=True)
class Expected:
    """What may come: the statuses, the parameters that a 422 must name, and whether more than that is open."""

    statuses: frozenset[int]
    named: frozenset[str]
    is_open: bool = False


@dataclass(frozen=True)
class Rows:
    """A right answer with its rows by integration, those without traffic left out."""

    start: date
    end: date
    slug: str | None
    mode: str | None
    by_key: dict[str, dict[str, Any]]

    @property
    def filters(self) -> tuple[str | None, str | None]:
        """The two filters."""
        return self.slug, self.mode


def breaches(exchanges: Sequence[Exchange], today: date, *, data_promised: bool = False) -> list[str]:
    """Find what the exchanges break, alone and together, in words.

    Arguments:
        exchanges: what was said, in order, with one deployment.
        today: the last day with traffic.
        data_promised: whether known filters must have rows on each day since 2025.

    """
    found: list[str] = []
    right: list[Rows] = []
    for exchange in exchanges:
        try:
            rows = _judge(exchange, today)
            if rows is None:
                continue
            right.append(rows)
            if data_promised and not rows.by_key and _promised(rows, today):
                raise BreachError("no rows where there is data")
        except BreachError as breach:
            found.append(f"{breach}: {exchange.sent}")
    past = [rows for rows in right if rows.end < today]
    return [*found, *_unequal(past), *_not_adding_up(past), *_above_the_whole(past)]


def expected(sent: Sent) -> Expected:
    """Tell what may answer a GET for the operation."""
    dates = {name: sent.value(name) for name in ("start_date", "end_date")}
    wrong = frozenset(name for name, text in dates.items() if not _taken(text))
    is_open = (
        any(text is not None and name not in wrong and _full_date(text) is None for name, text in dates.items())
        or any(ord(letter) < 32 or ord(letter) == 127 for _, value in sent.query for letter in value)
        or any(name not in _NAMES for name, _ in sent.query)
        or len(dict(sent.query)) < len(sent.query)
        or sum(len(value) for _, value in sent.query) > 7_000
    )
    statuses = set()
    if sent.key != KEY:
        statuses.add(401)
    if wrong:
        statuses.add(422)
    elif not is_open and (_full_date(dates["start_date"]) or date.min) > (_full_date(dates["end_date"]) or date.max):
        statuses.add(400)
    if is_open:
        statuses |= {400, 414, 422, 431} | ({200} if sent.key == KEY and not wrong else set())
    return Expected(frozenset(statuses or {200}), wrong, is_open)


def _judge(exchange: Exchange, today: date) -> Rows | None:
    """Judge one exchange; gives its rows where it has some to compare."""
    sent, answer = exchange.sent, exchange.answer
    if sent.method != "GET" or sent.path != PATH:
        _judge_other(sent, answer)
        return None
    right = expected(sent)
    if answer.status == 304 and any(name == "if-none-match" for name, _ in sent.headers):
        return None
    if answer.status not in right.statuses:
        raise BreachError(f"{answer.status} in place of {sorted(right.statuses)}")
    if answer.status in {414, 431} or (right.is_open and answer.status == 400):
        return None
    data = _json(answer)
    if answer.status in {400, 401}:
        _judge_error(data)
    elif answer.status == 422:
        _judge_detail(data, frozenset() if right.is_open else right.named)
    else:
        _judge_rows(data)
        return None if right.is_open else _known_rows(sent, data, today)
    return None


def _judge_other(sent: Sent, answer: Answer) -> None:
    if answer.status >= 500:
        raise BreachError(f"{sent.method} gives {answer.status}")
    if answer.status < 300 and (sent.path != PATH or sent.method not in {"OPTIONS", "HEAD"}):
        raise BreachError(f"{sent.method} gives {answer.status}")
    if answer.status < 300 and sent.method == "HEAD" and sent.key != KEY:
        raise BreachError("HEAD is answered without a key")


def _json(answer: Answer) -> Any:
    """Read a body as strict JSON, whole and of the right type."""
    headers = dict(answer.headers)
    if int(headers.get("content-length", len(answer.body))) != len(answer.body):
        raise BreachError("the body is cut")
    if headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise BreachError("the content type is not application/json")
    try:
        body = gzip.decompress(answer.body) if headers.get("content-encoding") == "gzip" else answer.body
        return json.loads(body.decode(), parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
    except (ValueError, EOFError, OSError, zlib.error) as error:
        raise BreachError(f"the body is not JSON: {error}") from None


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _judge_error(data: Any) -> None:
    if not isinstance(data, dict) or not all(isinstance(data.get(name), str) for name in ("error", "message")):
        raise BreachError("the body is no ErrorResponse")


def _judge_detail(data: Any, named: frozenset[str]) -> None:
    items = data.get("detail") if isinstance(data, dict) else None
    if not isinstance(items, list) or not items:
        raise BreachError("detail is no list with items")
    for item in items:
        well_formed = (
            isinstance(item, dict)
            and isinstance(item.get("loc"), list)
            and all(isinstance(part, str | int) for part in item["loc"])
            and isinstance(item.get("msg"), str)
            and isinstance(item.get("type"), str)
        )
        if not well_formed:
            raise BreachError("an item of detail is no ValidationError")
    missing = named - {part for item in items for part in item["loc"]}
    if missing:
        raise BreachError(f"detail does not name {sorted(missing)}")


def _judge_rows(data: Any) -> None:
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        raise BreachError("the body is no list of objects")
    for row in data:
        _judge_row(row)
    if len({row["integration_key"] for row in data}) < len(data):
        raise BreachError("an integration stands twice")


def _judge_row(row: dict[str, Any]) -> None:
    if not isinstance(row.get("integration_key"), str):
        raise BreachError("integration_key is no text")
    for name in (*COUNTS, "success_rate_pct", "p95_latency_ms"):
        value = row.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise BreachError(f"{name} is {value!r}")
    if any(row[name] != int(row[name]) for name in COUNTS):
        raise BreachError("a count is no whole number")
    invocations = row["invocations"]
    if row["successful"] + row["vendor_errors"] + row["exceptions"] != invocations:
        raise BreachError("the outcomes do not account for the invocations")
    rate = 100 * row["successful"] / invocations if invocations else row["success_rate_pct"]
    if abs(row["success_rate_pct"] - rate) >= 1 or not 0 <= row["success_rate_pct"] <= 100:
        raise BreachError(f"the rate is {row['success_rate_pct']} in place of {rate}")


def _known_rows(sent: Sent, data: list[dict[str, Any]], today: date) -> Rows:
    start, end = (_full_date(sent.value(name)) for name in ("start_date", "end_date"))
    assert start is not None
    assert end is not None
    by_key = {row["integration_key"]: row for row in data if row["invocations"]}
    rows = Rows(start, end, sent.value("slug"), sent.value("mode"), by_key)
    if by_key and not _is_known(rows):
        raise BreachError("rows for a filter that nothing has")
    if by_key and start > today:
        raise BreachError("rows for days to come")
    return rows


def _is_known(rows: Rows) -> bool:
    return rows.slug in {None, *SLUGS} and rows.mode in {None, *MODES}


def _promised(rows: Rows, today: date) -> bool:
    return _is_known(rows) and rows.start <= today and rows.end >= _PROMISED_FROM


def _unequal(answers: Sequence[Rows]) -> Iterator[str]:
    """Find equal requests about past days with unequal answers."""
    first: dict[tuple[Any, ...], Rows] = {}
    for rows in answers:
        earlier = first.setdefault((rows.start, rows.end, *rows.filters), rows)
        if _figures(earlier) != _figures(rows):
            yield f"unequal answers for {rows.start}..{rows.end} {rows.filters}"


def _figures(rows: Rows) -> dict[str, tuple[float, ...]]:
    names = (*COUNTS, "success_rate_pct", "p95_latency_ms")
    return {key: tuple(row[name] for name in names) for key, row in rows.by_key.items()}


def _not_adding_up(answers: Sequence[Rows]) -> Iterator[str]:
    """Find adjoining ranges that do not add up to the whole, or whose p95 do not enclose the whole's."""
    by_range = {(rows.start, rows.end, rows.filters): rows for rows in answers}
    for one, other in permutations(by_range.values(), 2):
        whole = by_range.get((one.start, other.end, one.filters))
        adjoining = one.filters == other.filters and one.end < date.max and one.end + _DAY == other.start
        if whole is None or not adjoining:
            continue
        for key in {*one.by_key, *other.by_key, *whole.by_key}:
            parts = [rows.by_key[key] for rows in (one, other) if key in rows.by_key]
            row = whole.by_key.get(key, dict.fromkeys(COUNTS, 0))
            if any(row[name] != sum(part[name] for part in parts) for name in COUNTS):
                yield f"{key} does not add up over {whole.start}..{one.end}..{whole.end} {whole.filters}"
            elif key in whole.by_key:
                p95 = [part["p95_latency_ms"] for part in parts]
                if not min(p95) - 0.1 <= row["p95_latency_ms"] <= max(p95) + 0.1:
                    yield f"the p95 of {key} lies outside its parts over {whole.start}..{whole.end}"


def _above_the_whole(answers: Sequence[Rows]) -> Iterator[str]:
    """Find counts under a filter that are above those without it."""
    for one, other in combinations(answers, 2):
        if (one.start, one.end) != (other.start, other.end) or one.filters == other.filters:
            continue
        for narrow, wide in ((one, other), (other, one)):
            if any(has not in {None, of} for of, has in zip(narrow.filters, wide.filters, strict=True)):
                continue
            for key, row in narrow.by_key.items():
                whole = wide.by_key.get(key, dict.fromkeys(COUNTS, 0))
                if any(row[name] > whole[name] for name in COUNTS):
                    yield f"{key} has more under {narrow.filters} than under {wide.filters}"


def _full_date(text: str | None) -> date | None:
    if text is None or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _taken(text: str | None) -> bool:
    try:
        _LENIENT.validate_python(text)
    except ValidationError:
        return False
    return True
