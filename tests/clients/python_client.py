"""Calls the mock by the client that `openapi-python-client` made of its document: `python_client.py URL KEY`."""

import json
import sys
from datetime import date
from typing import assert_type

from made.api.analytics import get_integration_usage_by_integration as operation
from made.client import AuthenticatedClient
from made.models import ErrorResponse, HTTPValidationError, InvocationsByIntegrationRow
from made.types import Response

Answer = ErrorResponse | HTTPValidationError | list[InvocationsByIntegrationRow]


class Malformed(date):
    """A day that is written wrong: the client has no other way to send one."""

    def isoformat(self) -> str:
        return "2026-06-31"


def ask(key: str, start: date, end: date) -> tuple[int, Answer | None]:
    with AuthenticatedClient(sys.argv[1], key, prefix="", auth_header_name="x-api-key") as client:
        answer = operation.sync_detailed(client=client, start_date=start, end_date=end)
    assert_type(answer, Response[Answer])
    return answer.status_code.value, answer.parsed


first, last = date(2026, 6, 1), date(2026, 6, 7)
status, rows = ask(sys.argv[2], first, last)
assert isinstance(rows, list)
assert_type(rows, list[InvocationsByIntegrationRow])
told: dict[str, list[int | str]] = {"rows": [status, len(rows), rows[0].invocations]}
for name, key, start, end in (
    ("inverted", sys.argv[2], last, first),
    ("unknown", "another", first, last),
    ("malformed", sys.argv[2], first, Malformed(2026, 6, 30)),
):
    status, refusal = ask(key, start, end)
    told[name] = [status, type(refusal).__name__, str(refusal)]
sys.stdout.write(json.dumps(told))
