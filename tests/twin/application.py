"""The twin: `GET /v1/analytics/integrations/by-integration` in FastAPI, authentication before validation."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from secrets import compare_digest
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyHeader
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from tests.twin.ledger import KEYS, Ledger, Outcome, ledger_until, p95_ms

PATH = "/v1/analytics/integrations/by-integration"
API_KEY = "twin-7f3Kq9"  # letters of both cases: a check for keys that differ in case needs one that can

_WORDS = {400: "bad_request", 401: "unauthorized", 404: "not_found", 405: "method_not_allowed"}


class InvocationsByIntegrationRow(BaseModel):
    """What one integration did in the range."""

    integration_key: str
    invocations: int
    successful: int
    vendor_errors: int
    exceptions: int
    success_rate_pct: float
    p95_latency_ms: float


class ErrorResponse(BaseModel):
    """Standard error response returned by all API error handlers."""

    error: str
    message: str


@dataclass(frozen=True)
class Query:
    """What was asked: the days, both included, and the filters, None for all."""

    start: date
    end: date
    slug: str | None = None
    mode: str | None = None

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1


class InvertedRangeError(Exception):
    """The range ends before it starts."""


Handler = Callable[[Request, Any], Awaitable[Response]]
FindRows = Callable[[Ledger, Query, date], list[InvocationsByIntegrationRow]]


def admits(request: Request, api_key: str) -> bool:
    """Tell whether the request bears the key; compared as bytes, as header values can hold any."""
    presented = request.headers.get("x-api-key", "")
    return compare_digest(presented.encode("latin-1"), api_key.encode())


def read_query(start_date: date, end_date: date, mode: str | None = None, slug: str | None = None) -> Query:
    """Take the parameters, as FastAPI has read and validated them.

    Raises:
        InvertedRangeError: `start_date` is after `end_date`.

    """
    if start_date > end_date:
        raise InvertedRangeError
    return Query(start_date, end_date, slug, mode)


def find_rows(ledger: Ledger, query: Query, today: date) -> list[InvocationsByIntegrationRow]:
    """Make a row for each integration with at least one invocation; there is none after `today`."""
    if query.start > today:
        return []
    counts = ledger.between(query.start, min(query.end, today), query.slug, query.mode)
    outcomes = counts[:, : len(Outcome)].tolist()
    return [
        make_row(key, invocations, vendor_errors, exceptions, p95)
        for key, (invocations, vendor_errors, exceptions), p95 in zip(
            KEYS, outcomes, p95_ms(counts).tolist(), strict=True
        )
        if invocations
    ]


def make_row(
    key: str, invocations: int, vendor_errors: int, exceptions: int, p95: float
) -> InvocationsByIntegrationRow:
    """Make a row of the counts that an integration has; at least one invocation."""
    successful = invocations - vendor_errors - exceptions
    return InvocationsByIntegrationRow(
        integration_key=key,
        invocations=invocations,
        successful=successful,
        vendor_errors=vendor_errors,
        exceptions=exceptions,
        success_rate_pct=round(100 * successful / invocations, 2),
        p95_latency_ms=round(p95, 1),
    )


async def refuse_inverted(_request: Request, _error: InvertedRangeError) -> Response:
    """Answer an inverted range."""
    return problem(400, "start_date must not be after end_date")


async def refuse(_request: Request, error: HTTPException) -> Response:
    """Answer what the framework or the key check refused."""
    return problem(error.status_code, error.detail, error.headers)


async def apologize(_request: Request, _error: Exception) -> Response:
    """Answer an error that nobody expected."""
    return problem(500, "Internal error")


HANDLERS: Mapping[type[Exception], Handler] = {
    InvertedRangeError: refuse_inverted,
    HTTPException: refuse,
    Exception: apologize,
}


def problem(status: int, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Make an `ErrorResponse`."""
    body = ErrorResponse(error=_WORDS.get(status, "error"), message=message)
    return JSONResponse(body.model_dump(), status, headers)


@dataclass(frozen=True)
class Twin:
    """How the twin is to be.

    Attributes:
        api_key: the one key that it knows.
        today: the last day with traffic; None for the current day in UTC, whenever it is asked.
        admits: tells whether a request bears the key.
        read_query: the parameters, as a FastAPI dependency.
        find_rows: answers a query, given the last day with traffic.
        handlers: answers for the exceptions.

    """

    api_key: str = API_KEY
    today: date | None = None
    admits: Callable[[Request, str], bool] = admits
    read_query: Callable[..., Query] = read_query
    find_rows: FindRows = find_rows
    handlers: Mapping[type[Exception], Handler] = field(default_factory=lambda: HANDLERS)

    def current_day(self) -> date:
        """Give the last day with traffic."""
        return self.today or datetime.now(UTC).date()


def create(twin: Twin | None = None) -> FastAPI:
    """Make the application."""
    twin = twin or Twin()
    application = FastAPI(title="Feather API", version="1.21.0")
    for error, handler in twin.handlers.items():
        application.add_exception_handler(error, handler)
    application.include_router(_router(twin))
    return application


def _router(twin: Twin) -> APIRouter:
    ledger = ledger_until(date(twin.current_day().year + 1, 12, 31))
    header = APIKeyHeader(name="x-api-key", scheme_name="APIKeyHeader", auto_error=False)

    async def authenticate(request: Request, _key: Annotated[str | None, Depends(header)]) -> None:
        if not twin.admits(request, twin.api_key):
            raise HTTPException(401, "A valid API key is required in x-api-key")

    # A router's dependencies are solved, and may refuse, before the route's own parameters are reported.
    router = APIRouter(
        prefix="/v1/analytics",
        tags=["analytics"],
        dependencies=[Depends(authenticate)],
        responses={
            400: {"model": ErrorResponse, "description": "Bad request"},
            401: {"model": ErrorResponse, "description": "Authentication required"},
        },
    )

    @router.get(
        "/integrations/by-integration",
        summary="Volume + reliability + p95 latency grouped by integration_key",
        operation_id="getIntegrationUsageByIntegration",
    )
    async def by_integration(
        query: Annotated[Query, Depends(twin.read_query)],
    ) -> list[InvocationsByIntegrationRow]:
        return twin.find_rows(ledger, query, twin.current_day())

    return router
