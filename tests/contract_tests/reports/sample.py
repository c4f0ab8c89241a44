"""Reports to render: a run that passed, one that failed in every way, one that came to nothing."""

import json
import math
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from contract_tests.catalogue import all_promises
from contract_tests.exchange import Exchange, Request, Secret
from contract_tests.operation import load_operation
from contract_tests.promise import Finding, Outcome, Promise, Status
from contract_tests.report import Report
from contract_tests.settings import Settings, Window
from feather_kit.files import DOCUMENT
from tests.contract_tests import making
from tests.contract_tests.making import KEY, PATH

WINDOW = Window(date(2026, 10, 25), date(2026, 11, 21))
QUERY = (("start_date", "2026-10-25"), ("end_date", "2026-11-21"))
VALID = Request("GET", PATH, QUERY, (("x-api-key", Secret(KEY, "$FEATHER_API_KEY")),))
PREFIX = Request("GET", PATH, QUERY, (("x-api-key", Secret(KEY[:-1], "${FEATHER_API_KEY%?}")),))
IN_QUERY = Request("GET", PATH, (*QUERY, ("api_key", Secret(KEY, "$FEATHER_API_KEY"))))

MARKUP = "</code></pre><script>alert('markup')</script><img src=x onerror=alert(1)>"
"""What a deployment may answer to get into a page."""

TERMINAL = "\x1b[2J\x1b]0;title\x07\u202eright to left"
"""What it may answer to get at a terminal."""


@cache
def promises() -> tuple[Promise, ...]:
    """Give the check's own promises."""
    return all_promises(load_operation(DOCUMENT, check=False))


def exchanges(count: int = 120) -> tuple[Exchange, ...]:
    """Make answers of every documented status, in latencies that scatter as real ones do."""
    made = []
    for number in range(1, count + 1):
        status = (200, 200, 200, 401, 422, 400)[number % 6]
        seconds = 0.004 * math.exp(math.sin(number * 12.9898) * 1.1) + (0.2 if number == 77 else 0)
        value: Any = [] if status == 200 else {"error": "unauthorized", "message": "no"}
        made.append(
            making.exchange(value, status, VALID, number=number, seconds=seconds, started=number * 0.02 + seconds)
        )
    return tuple(made)


def kept(promise: Promise, requests: int = 5) -> Outcome:
    """Make the outcome of a promise that was kept."""
    return Outcome(promise, Status.KEPT, requests, tried=tuple(range(1, requests + 1)))


def passing(**more: Any) -> Report:
    """Make the report of a run in which everything was kept."""
    outcomes = tuple(kept(promise) for promise in promises())
    return report(outcomes, **{"settings": Settings(target="http://127.0.0.1:8000", api_key=KEY, seed=7), **more})


def failing(**more: Any) -> Report:
    """Make the report of a run with an outcome of each kind, and answers that mean harm."""
    rows = [{"integration_key": MARKUP, "invocations": 10, "successful": 9}] * 40
    odd = (("Content-Type", "application/json"), ("X-Odd", MARKUP), ("X-Key", f"it is {KEY}"))
    wide = making.exchange(rows, 200, VALID, number=4, headers=odd, seconds=0.012, started=0.1)
    refused = making.exchange(
        f"{TERMINAL} {MARKUP} {KEY}".encode(), 500, PREFIX, number=5, headers=odd, seconds=0.9, started=0.3
    )
    silent = making.exchange(
        b"", 0, IN_QUERY, number=6, headers=(), failure="the connection was closed without an answer", started=0.4
    )
    all_exchanges = (*exchanges()[:3], wide, refused, silent, *exchanges()[6:])
    changes = {
        "401-part-of-key": {
            "status": Status.BROKEN,
            "findings": (Finding(f"500 without a valid key: {MARKUP} {TERMINAL} {KEY}", (refused,)),),
            "more": 2,
        },
        "ranges-add-up": {
            "status": Status.BROKEN,
            "findings": (Finding("hubspot: invocations 41 against 40, 1 more", (wide, wide)),),
        },
        "every-request-answered": {
            "status": Status.BROKEN,
            "findings": (Finding("the connection was closed without an answer (1 of 120 answers)", (silent,)),),
        },
        "key-not-echoed": {
            "status": Status.ADVISED,
            "findings": (Finding("1 of 120 answers hold the key", (wide,)),),
        },
        "rows-rate": {
            "status": Status.ACCEPTED,
            "findings": (Finding("success_rate_pct is 250, and 1 of 3 is 33.3333 %", (wide,)),),
            "why": "known as FEA-12 (until 2026-12-31)",
        },
        "filters-narrow": {
            "status": Status.NOT_EXERCISED,
            "requests": 0,
            "why": "needs a --slug or a --mode that holds data",
        },
    }
    outcomes = tuple(replace(kept(promise), **changes.get(promise.id, {})) for promise in promises())
    notes = ("the document has 400, and none came", "the target answered 429: waited as Retry-After says")
    return report(outcomes, **{"exchanges": all_exchanges, "notes": notes, **more})


def unreached() -> Report:
    """Make the report of a run that never got an answer."""
    problem = "http://127.0.0.1:8000 cannot be reached: Connection refused. Start the deployment, or mend the URL."
    return report((), exchanges=(), window=None, sent=0, no_verdict=problem)


def report(outcomes: tuple[Outcome, ...], **more: Any) -> Report:
    """Make a report of these outcomes."""
    return making.report(*outcomes, **{"window": WINDOW, "sent": 120, "seconds": 3.2, "exchanges": exchanges(), **more})


def without_key(text: str) -> bool:
    """Tell whether a text holds neither the key nor its longest part that was sent."""
    return KEY not in text and KEY[:-1] not in text and json.dumps(KEY)[1:-1] not in text
