"""The table of refusals: each answer that is not the operation's own is a value from here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
