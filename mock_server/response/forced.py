"""Refusals and failures that a request asks for: each status with the body that it would have for a cause."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from mock_server.document.specification import Operation
from mock_server.request.authentication import wrong_key
from mock_server.request.complaints import Item, missing
from mock_server.response.answers import Answer
from mock_server.response.documented import documented, has_status
from mock_server.response.problems import Problem, Refusal, simulated

OwnRefusals = Mapping[int, Callable[[], Refusal]]
"""By status, how an operation itself refuses."""

_RETRY_AFTER: Final = {"Retry-After": "1"}
"""In seconds (RFC 9110, section 10.2.3)."""


def forced(operation: Operation, code: int, example: str | None, own: OwnRefusals) -> Answer:
    """Give the answer of a status that is no success.

    Args:
        operation: the operation that is asked.
        code: the status, from 300.
        example: the name of the document's example; None for a body that fits the cause.
        own: how the operation itself refuses.

    Raises:
        Refusal: it is the answer.

    """
    if example is not None:
        return documented(operation, code, example)
    if code >= 400:
        raise own[code]() if code in own else refusal(operation, code)
    if code != 304 and has_status(operation, code):
        return documented(operation, code)
    return Answer(status=code, media_type=b"")


def refusal(operation: Operation, code: int) -> Refusal:
    """Make the refusal that a status stands for, in any operation."""
    invalid: Problem = operation.parameters.problem
    if code == 401 and operation.security:
        return wrong_key(operation.security, operation.security_schemes)
    if code in {422, invalid.status}:
        return Refusal(Problem(code, invalid.error, invalid.message), detail=_lacking(operation))
    headers = _RETRY_AFTER if code in {429, 503} else {}
    return Refusal(simulated(code), headers=headers)


def _lacking(operation: Operation) -> list[Item]:
    """Complain as of a request without any of what the operation needs; else of its first parameter."""
    parameters: list[dict[str, Any]] = list(operation.parameters)
    places = [(each["in"], each["name"]) for each in parameters if each.get("required") and each["in"] != "path"]
    items = [missing((place, name.lower() if place == "header" else name)) for place, name in places]
    if operation.request_body.get("required"):
        items.append(missing(("body",)))
    if not items:
        at = (parameters[0]["in"], parameters[0]["name"]) if parameters else ("body",)
        items = [{"type": "value_error", "loc": at, "msg": "Value error, this value cannot be", "input": None}]
    return items
