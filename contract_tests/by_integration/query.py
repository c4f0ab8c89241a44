"""The operation's requests and rows as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from contract_tests.exchange import Exchange, Request
from contract_tests.promise import Attempt
from contract_tests.run import QueryText, Run

COUNTS = ("invocations", "successful", "vendor_errors", "exceptions")


@dataclass(frozen=True, order=True)
class Query:
    """What is asked: a range of days, both included, and the filters."""

    start: date
    end: date
    slug: str | None = None
    mode: str | None = None

    @property
    def days(self) -> int:
        """The number of days in the range."""
        return (self.end - self.start).days + 1

    @property
    def text(self) -> QueryText:
        """The query as names and values."""
        filters = (("mode", self.mode), ("slug", self.slug))
        given = tuple((name, value) for name, value in filters if value is not None)
        return (("start_date", self.start.isoformat()), ("end_date", self.end.isoformat()), *given)

    def over(self, start: date, end: date) -> Query:
        """Give the same filters over another range."""
        return replace(self, start=start, end=end)

    def filtered(self, name: str, value: str) -> Query:
        """Give the same range with the filter `name`, slug or mode, set to this value."""
        return replace(self, slug=value) if name == "slug" else replace(self, mode=value)

    def last(self, days: int) -> Query:
        """Give the last days of the range, or as many before its end."""
        return replace(self, start=before(self.end, days - 1))

    def __str__(self) -> str:
        filters = [
            f"{name} {value!r}" for name, value in (("slug", self.slug), ("mode", self.mode)) if value is not None
        ]
        return " with ".join([f"{self.start}..{self.end}", *([" and ".join(filters)] if filters else [])])


@dataclass(frozen=True)
class Row:
    """One integration's figures in one answer; counts are numbers of invocations, latencies are milliseconds."""

    integration_key: str
    invocations: int
    successful: int
    vendor_errors: int
    exceptions: int
    success_rate_pct: float
    p95_latency_ms: float


Rows = Mapping[str, Row]


@dataclass(frozen=True)
class Answer:
    """What came for a query.

    Attributes:
        query: what was asked.
        exchange: the request and its answer.
        rows: the rows by integration; None where no usable 200 came, which other promises report.

    """

    query: Query
    exchange: Exchange
    rows: Rows | None

    @property
    def total(self) -> int:
        """The invocations of all rows."""
        return sum(row.invocations for row in (self.rows or {}).values())


def ask(run: Run, query: Query) -> Answer:
    """Give the first answer to a query, asking it if nothing did before."""
    exchange = run.ask(run.request(*query.text))
    return Answer(query, exchange, read_rows(run, exchange))


def ask_for(attempt: Attempt, query: Query) -> Answer:
    """Ask on behalf of a promise, and count the request as one that tried it."""
    answer = ask(attempt.run, query)
    attempt.count(answer.exchange)
    return answer


def read_rows(run: Run, exchange: Exchange) -> Rows | None:
    """Read the rows of a whole 200 that fits the schema; of twins, the first."""
    listed = list_rows(run, exchange)
    if listed is None:
        return None
    rows: dict[str, Row] = {}
    for row in listed:
        rows.setdefault(row.integration_key, row)
    return rows


def list_rows(run: Run, exchange: Exchange) -> list[Row] | None:
    """Read the rows of a whole 200 that fits the schema, twins included."""
    value = exchange.value
    if exchange.status != 200 or not isinstance(value, list) or run.operation.schema_breaks(exchange):
        return None
    return [Row(**{name: item[name] for name in Row.__dataclass_fields__}) for item in value]


def row_answers(run: Run) -> Iterable[tuple[Exchange, list[Row]]]:
    """Give every exchange of the run whose answer holds rows, with them."""
    for exchange in run.ledger.exchanges:
        if exchange.request.method == run.operation.method:
            rows = list_rows(run, exchange)
            if rows:
                yield exchange, rows


def before(day: date, days: int) -> date:
    """Give the day so many days before, or the calendar's first."""
    return date.fromordinal(max(1, day.toordinal() - days))


def after(day: date, days: int) -> date:
    """Give the day so many days after, or the calendar's last."""
    return date.fromordinal(min(date.max.toordinal(), day.toordinal() + days))


def past(run: Run) -> date:
    """Give the last day whose counts are settled wherever the deployment's clock stands: the day before yesterday."""
    return run.today - timedelta(days=2)


def as_query(request: Request) -> Query | None:
    """Read a request back, if it is one of a single, valid range."""
    try:
        values = {name: request.values(name) for name in ("start_date", "end_date", "slug", "mode")}
        start, end = (date.fromisoformat(values[name][0]) for name in ("start_date", "end_date"))
    except (ValueError, IndexError):
        return None
    filters = {name: values[name][0] for name in ("slug", "mode") if values[name]}
    return Query(start, end, **filters)
