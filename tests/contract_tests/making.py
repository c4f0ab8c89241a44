"""Makes the values that the check's tests are about."""

import json
from datetime import UTC, datetime
from random import Random
from typing import Any

from contract_tests.by_integration.query import Row
from contract_tests.exchange import Exchange, Request
from contract_tests.ledger import Ledger
from contract_tests.promise import Attempt, Finding, Outcome, Promise, Source, Status
from contract_tests.report import Report
from contract_tests.run import Known, Run, utc_today, valid_key
from contract_tests.settings import Settings
from feather_kit.redaction import Redactor
from tests.twin.application import API_KEY as KEY
from tests.twin.application import PATH

__all__ = ["KEY", "PATH"]

DATES = (("start_date", "2026-01-01"), ("end_date", "2026-01-31"))


def seeded() -> Random:
    """Make a source of random values that gives the same each time."""
    return Random(0)  # noqa: S311  # repeatable, not secret


def get(*query: tuple[str, str], key: str | None = KEY) -> Request:
    """Make a request for the operation; without a key for None."""
    return Request("GET", PATH, query, () if key is None else (("x-api-key", key),))


def exchange(value: Any = (), status: int = 200, request: Request | None = None, **more: Any) -> Exchange:
    """Make an exchange whose answer is this value in JSON, or these bytes."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    headers = (("Content-Type", "application/json"),)
    return Exchange(**{"number": 1, "headers": headers, "body": body, **more}, request=request or get(), status=status)


def row(name: str = "crm", *, vendor: int = 0, own: int = 0, right: int = 100, p95: float = 200.0) -> Row:
    """Make a row that accounts for itself."""
    total = right + vendor + own
    return Row(name, total, right, vendor, own, 100 * right / total if total else 0.0, p95)


def promise(name: str = "promise", status: int | None = 200) -> Promise:
    """Make a promise that is kept."""
    return Promise(name, f"The title of {name}", Source.KIT, status, lambda attempt: attempt.count(exchange()))


def outcome(status: Status = Status.KEPT, name: str = "promise") -> Outcome:
    """Make the outcome of a promise."""
    findings = (Finding("what was seen", (exchange(),)),) if status in (Status.BROKEN, Status.ADVISED) else ()
    return Outcome(promise(name), status, 1, findings=findings)


def report(*outcomes: Outcome, settings: Settings | None = None, **more: Any) -> Report:
    """Make a report of a run that ended by itself."""
    values: dict[str, Any] = {
        "target": "http://127.0.0.1:8000",
        "is_embedded": False,
        "title": "Feather API",
        "version": "1.21.0",
        "method": "GET",
        "path": PATH,
        "settings": settings or Settings(target="http://127.0.0.1:8000", api_key=KEY),
        "window": None,
        "began": datetime(2026, 11, 20, tzinfo=UTC),
        "seconds": 1.0,
        "sent": 1,
        "exchanges": (exchange(),),
        "outcomes": outcomes,
        "notes": (),
        "no_verdict": None,
        "interrupted": False,
        "redactor": Redactor(KEY),
    }
    return Report(**{**values, **more})


class Answers:
    """A caller that answers by a function, without a server."""

    def __init__(self, answer: Any, ledger: Ledger) -> None:
        self._answer = answer
        self._ledger = ledger

    def call(self, request: Request) -> Exchange:
        self._ledger.sent += 1
        made: Exchange = self._answer(request)
        self._ledger.exchanges.append(made)
        return made


def attempt(answer: Any, operation: Any = None, oracle: Any = None, settings: Settings | None = None) -> Attempt:
    """Make an attempt whose requests are answered by a function."""
    ledger = Ledger()
    caller: Any = Answers(answer, ledger)
    told = settings or Settings(target="http://127.0.0.1:8000", api_key=KEY)
    run = Run(told, operation, oracle, caller, ledger, valid_key(KEY), Known(), utc_today())
    return Attempt(promise(), run)
