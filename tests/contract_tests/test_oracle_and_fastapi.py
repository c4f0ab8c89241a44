"""A deployment in FastAPI, the vendor's framework, answers each request as the oracle says."""

import asyncio
import json
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests.exchange import Request, reveal
from contract_tests.oracle import Oracle
from tests.contract_tests.making import KEY, get
from tests.mutants.exchange import Sent, exchange
from tests.twin.application import create
from tests.twin.serving import ASGIApp

TODAY = date(2026, 11, 20)
NEAR = st.integers(-800, 60).map(lambda days: TODAY + timedelta(days)) | st.dates()
DATES = NEAR.map(date.isoformat)


def mutilated(text: str) -> st.SearchStrategy[str]:
    """Draw a text with one character put in, left out or exchanged."""
    place, letter = st.integers(0, len(text) - 1), st.sampled_from("0123456789-/.:TZWx +٣")
    return st.one_of(
        st.builds(lambda at, by: text[:at] + by + text[at:], place, letter),
        st.builds(lambda at, by: text[:at] + by + text[at + 1 :], place, letter),
        st.builds(lambda at: text[:at] + text[at + 1 :], place),
    )


ODD = st.one_of(
    DATES.flatmap(mutilated),
    st.integers(-(10**13), 10**13).map(str),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.sampled_from(["", "null", "0000-01-01", "2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10", "nan", "1e5"]),
    st.text(max_size=12),
)
VALUES = st.one_of(DATES, DATES, DATES, ODD)
FILTERS = st.one_of(st.none(), st.sampled_from(["harbor", "live", "", "%"]), st.text(max_size=10))
KEYS = st.sampled_from([KEY, KEY, KEY, KEY, None, "", KEY[:-1], KEY.upper(), "wrong"])


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Draw a request: mostly valid ones, one thing wrong with others, several with some."""
    query: list[tuple[str, str]] = []
    for name in ("start_date", "end_date"):
        repeated = draw(st.sampled_from([1, 1, 1, 1, 1, 0, 2]))
        query += [(name, draw(VALUES)) for _ in range(repeated)]
    query += [(name, value) for name in ("slug", "mode") if (value := draw(FILTERS)) is not None]
    if draw(st.integers(0, 9)) == 9:
        query.append((draw(st.sampled_from(["page", "Start_Date", "slug"])), "1"))
    return get(*draw(st.permutations(query)), key=draw(KEYS))


@pytest.fixture(scope="module")
def application() -> ASGIApp:
    return create()


@settings(max_examples=300, deadline=None)
@given(requests())
def test_its_status_is_always_among_the_right_ones(oracle: Oracle, application: ASGIApp, request_: Request) -> None:
    expected = oracle.expect(request_)
    key = request_.header("x-api-key")[0] if request_.headers else None
    query = tuple((name, reveal(value)) for name, value in request_.query)
    (answered,) = asyncio.run(exchange(application, [Sent(query, key)]))
    assert answered.answer.status in expected.statuses
    if answered.answer.status == 422:
        named = {item["loc"][-1] for item in json.loads(answered.answer.body)["detail"]}
        assert set(expected.offending) <= named
