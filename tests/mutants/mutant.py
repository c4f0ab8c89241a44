"""A mutant: the twin with one thing changed, and the few ways in which a mutant can change it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from fastapi import Request

from tests.twin.application import (
    FindRows,
    Handler,
    InvocationsByIntegrationRow,
    Query,
    Twin,
    find_rows,
    make_row,
)
from tests.twin.ledger import KEYS, Counts, Ledger, Outcome, p95_ms
from tests.twin.serving import ASGIApp

Row = InvocationsByIntegrationRow
Change = Callable[[Twin], Twin]
Wrap = Callable[[ASGIApp], ASGIApp]
_Any = TypeVar("_Any")


def unchanged(value: _Any) -> _Any:
    """Change nothing."""
    return value


@dataclass(frozen=True)
class Mutant:
    """A deployment that differs from the twin in one thing.

    Attributes:
        id: its name, a slug.
        about: one sentence, as a developer who found the cause would put it.
        area: what it touches: 200, 400, 401, 422, rows, relations or protocol.
        change: changes the twin's parts; called once a deployment, so that what it remembers is its own.
        wrap: puts something in front of the application, likewise.
        expected: the ids of the promises that break on it, as far as they are known.

    """

    id: str
    about: str
    area: str
    change: Change = unchanged
    wrap: Wrap = unchanged
    expected: tuple[str, ...] = ()


def finding(find: FindRows) -> Change:
    """Answer queries with `find`."""
    return lambda twin: replace(twin, find_rows=find)


def asking(ask: Callable[[Query], Query]) -> Change:
    """Change the query before it is answered."""
    return finding(lambda ledger, query, today: find_rows(ledger, ask(query), today))


def telling(tell: Callable[[Query, list[Row]], list[Row]]) -> Change:
    """Change the rows before they leave."""
    return finding(lambda ledger, query, today: tell(query, find_rows(ledger, query, today)))


def reading(read_query: Callable[..., Query]) -> Change:
    """Take the parameters by another FastAPI dependency."""
    return lambda twin: replace(twin, read_query=read_query)


def admitting(admits: Callable[[Request, str], bool]) -> Change:
    """Check keys by another rule."""
    return lambda twin: replace(twin, admits=admits)


def handling(handlers: Mapping[type[Exception], Handler]) -> Change:
    """Answer some exceptions otherwise."""
    return lambda twin: replace(twin, handlers={**twin.handlers, **handlers})


def each_row(**changes: Callable[[Row], Any]) -> Callable[[Query, list[Row]], list[Row]]:
    """Make a `telling` function that sets the named fields of every row."""

    def tell(_query: Query, rows: list[Row]) -> list[Row]:
        return [row.model_copy(update={name: of(row) for name, of in changes.items()}) for row in rows]

    return tell


def counting(count: Callable[[Ledger, Query], Counts]) -> Change:
    """Make the rows of `count(ledger, query)`; the query begins in the past and ends today at the latest."""
    return counting_on(lambda ledger, query, _today: count(ledger, query))


def counting_on(count: Callable[[Ledger, Query, date], Counts]) -> Change:
    """Make the rows of a count that asks for the day, too."""

    def find(ledger: Ledger, query: Query, today: date) -> list[Row]:
        if query.start > today:
            return []
        counts = count(ledger, replace(query, end=min(query.end, today)), today)
        rows = zip(KEYS, counts[:, : len(Outcome)].tolist(), p95_ms(counts).tolist(), strict=True)
        return [make_row(key, total, vendor, own, p95) for key, (total, vendor, own), p95 in rows if total]

    return finding(find)


def between(ledger: Ledger, query: Query) -> Counts:
    """Count what a query asks for."""
    return ledger.between(query.start, query.end, query.slug, query.mode)
