"""The table of refusals: each answer that is not the operation's own is a value from here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True)
class Problem:
    """A kind of refusal.

    Attributes:
        status: the HTTP status.
        error: the short name that stands as `error` in the body.
        message: what happened and what to do, with `{places}` for the particulars.
        parameter: the parameter that it is always about, if there is one.

    """

    status: int
    error: str
    message: str
    parameter: str = ""


UNAUTHORIZED = Problem(401, "unauthorized", "{cause}. {remedy}.")
FORBIDDEN = Problem(403, "forbidden", "{cause}.")
CONFLICT = Problem(409, "conflict", "{cause}. {remedy}.")
UNFIT = Problem(400, "bad_request", "{cause}. {remedy}.")
INVALID_REQUEST = Problem(422, "validation_error", "{cause}.")
BAD_REQUEST = Problem(400, "bad_request", "{cause}.")
BAD_PREFERENCE = Problem(400, "bad_preference", "{shown} {cause}. {remedy}.")
INVERTED_RANGE = Problem(
    400,
    "invalid_date_range",
    "start_date {start} is after end_date {end}. Send the earlier date as start_date.",
    parameter="start_date",
)
NOT_FOUND = Problem(404, "not_found", "The document has no path {path}. It has: {paths}.")
OPTIONS = Problem(204, "options", "")
METHOD_NOT_ALLOWED = Problem(405, "method_not_allowed", "{path} does not take {method}. It takes: {allow}.")
UNSUPPORTED_MEDIA_TYPE = Problem(415, "unsupported_media_type", "{cause}.")
INTERNAL = Problem(500, "internal_error", "The mock failed while it made this answer: {cause}. Its log tells more.")
RESPONSE_MISMATCH = Problem(
    500,
    "response_mismatch",
    "The mock's own answer does not fit the document: {cause}.",
)
NOT_IMPLEMENTED = Problem(
    501,
    "not_implemented",
    "The document has {method} {path}, but the mock has no data for it, and the document gives no example.",
)


# What a server would say with a status, where it was asked for and has no cause.
_SIMULATED: Mapping[int, tuple[str, str]] = {
    400: ("bad_request", "The request cannot be understood."),
    401: ("unauthorized", "A valid key is needed."),
    402: ("payment_required", "The account has to be paid for."),
    403: ("forbidden", "This key may not do that."),
    404: ("not_found", "There is no such thing."),
    406: ("not_acceptable", "There is nothing of a type that the request accepts."),
    408: ("request_timeout", "The request took too long to arrive."),
    409: ("conflict", "The request does not go with the present state of things."),
    410: ("gone", "What was here is gone for good."),
    412: ("precondition_failed", "A condition of the request does not hold."),
    413: ("content_too_large", "The request is larger than the server takes."),
    415: ("unsupported_media_type", "The server does not take content of this type."),
    422: ("validation_error", "The request holds a value that cannot be."),
    429: ("too_many_requests", "Too many requests came with this key. Wait as long as Retry-After says."),
    500: ("internal_error", "Something went wrong on the server."),
    502: ("bad_gateway", "The server behind this one gave no proper answer."),
    503: ("service_unavailable", "The service is down for the moment. Wait as long as Retry-After says."),
    504: ("gateway_timeout", "The server behind this one did not answer in time."),
}


def simulated(status: int) -> Problem:
    """Give what stands for a status that nothing but a wish has caused."""
    error, message = _SIMULATED.get(status, ("", ""))
    phrase = phrase_of(status)
    return Problem(status, error or phrase.lower().replace(" ", "_").replace("'", ""), message or f"{phrase}.")


def phrase_of(status: int) -> str:
    """Give a status in words, also one that no standard has."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


class Refusal(Exception):  # noqa: N818  # it is an answer, and no fault of anyone's
    """Raised anywhere between routing and handler; rendered in one place.

    Attributes:
        problem: which one.
        detail: the items of a validation error, each of the form `{type, loc, msg, input, ctx}`.
        headers: headers that belong to the refusal (`Allow`, `WWW-Authenticate`).

    """

    def __init__(
        self,
        problem: Problem,
        detail: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
        **particulars: object,
    ) -> None:
        super().__init__(problem.error)
        self.problem = problem
        self.detail = detail
        self.headers = headers or {}
        self._particulars = particulars

    @property
    def message(self) -> str:
        """The table's text with the particulars filled in."""
        particulars = self._particulars
        if self.detail:
            causes = (f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in self.detail)
            particulars = {**particulars, "cause": "; ".join(dict.fromkeys(causes))}
        return self.problem.message.format(**particulars)

    @property
    def status(self) -> int:
        """The HTTP status, under the name by which Connexion ranks refusals of alternative keys."""
        return self.problem.status
