"""Requests that Schemathesis makes from the document: what its schemas let pass, and what they do not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from contract_tests.exchange import Request
from contract_tests.promise import Attempt, Promise, Source
from contract_tests.promises.judging import judge_request
from contract_tests.properties import for_all
from contract_tests.run import Run

ANYWHERE = "http://localhost"


def promises() -> tuple[Promise, ...]:
    """Give the promises that Schemathesis' cases try."""
    document = Source.DOCUMENT
    return (
        Promise("generated-valid", "Whatever the schemas let pass is answered as ruled", document, None, _valid),
        Promise("generated-invalid", "Whatever the schemas refuse is refused as ruled", document, None, _invalid),
    )


def _valid(attempt: Attempt) -> None:
    _try_generated(attempt, GenerationMode.POSITIVE, 3)


def _invalid(attempt: Attempt) -> None:
    _try_generated(attempt, GenerationMode.NEGATIVE, 3)


def _try_generated(attempt: Attempt, mode: GenerationMode, draws: int) -> None:
    run = attempt.run
    if run.settings.profile.draws == 0:
        attempt.not_exercised("the quick profile draws no cases")
    # Dates drawn from the whole calendar hardly ever meet data: most are drawn about the day that has some.
    near = st.integers(-400, 30).map(lambda days: (run.samples.day + timedelta(days)).isoformat())
    schemathesis.openapi.format("date", st.one_of(near, near, st.dates().map(lambda day: day.isoformat())))
    cases = run.operation.api.as_strategy(generation_mode=mode)
    for_all(
        attempt,
        lambda request: judge_request(attempt, request),
        drawn=cases.map(lambda case: as_request(case, run)),
        draws=draws,
    )


def as_request(case: Case[Any], run: Run) -> Request:
    """Take over a case of Schemathesis: its query as it stands, the valid key wherever it has one."""
    params = case.as_transport_kwargs(base_url=ANYWHERE)["params"]
    prepared = requests.Request(case.method, ANYWHERE, params=params).prepare()
    query = tuple(parse_qsl(urlsplit(prepared.url or "").query, keep_blank_values=True))
    request = run.request(*query)
    if case.headers.get(run.operation.key_header) is None:
        return request.with_headers()
    return request
