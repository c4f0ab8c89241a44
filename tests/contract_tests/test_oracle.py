"""The oracle says which status must come, by the rules of the operation, or that servers may differ."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.exchange import Request
from contract_tests.oracle import Oracle, Reading, read_date
from tests.contract_tests.making import KEY, exchange, get

START, END = ("start_date", "2026-01-01"), ("end_date", "2026-01-31")
OPEN_DATES = ("2026-01-01T00:00:00", "0", "86400", "0000-01-01", "2026-01-01T00:00:00Z")


def statuses(oracle: Oracle, request: Request) -> set[int]:
    return set(oracle.expect(request).statuses)


@pytest.mark.parametrize(
    "query",
    [
        (START, END),
        (END, START),
        (START, END, ("slug", "harbor"), ("mode", "live")),
        (START, END, ("slug", ""), ("mode", "")),
        (START, END, ("slug", "x" * 2000)),
        (START, END, ("mode", "日本語 🦜")),
        (("start_date", "2026-01-31"), END),
        (("start_date", "0001-01-01"), ("end_date", "9999-12-31")),
        (("start_date", "2024-02-29"), ("end_date", "2024-02-29")),
    ],
)
def test_a_request_that_keeps_every_rule_is_due_200(oracle: Oracle, query: tuple[tuple[str, str], ...]) -> None:
    assert statuses(oracle, get(*query)) == {200}


KEYS = ["", " ", KEY.upper(), KEY.lower(), KEY[:-1], KEY[1:], f"{KEY}x", f"Bearer {KEY}", "unknown", None]


@pytest.mark.parametrize("key", KEYS)
def test_without_the_very_key_401_is_due(oracle: Oracle, key: str | None) -> None:
    assert statuses(oracle, get(START, END, key=key)) == {401}


def test_the_key_counts_in_its_header_alone_in_any_case_of_its_name(oracle: Oracle) -> None:
    plain = get(START, END, key=None)
    assert statuses(oracle, plain.with_headers(("X-API-Key", KEY))) == {200}
    assert statuses(oracle, plain.with_headers(("Authorization", f"Bearer {KEY}"))) == {401}
    assert statuses(oracle, plain.with_query(START, END, ("x-api-key", KEY))) == {400, 401, 422}


def test_two_keys_are_no_valid_key(oracle: Oracle) -> None:
    twice = get(START, END).with_headers(("x-api-key", KEY), ("x-api-key", KEY))
    assert not oracle.has_valid_key(twice)


MISSING_OR_BAD = {
    (START,): ("end_date",),
    (END,): ("start_date",),
    (): ("start_date", "end_date"),
    (("start_date", ""), END): ("start_date",),
    (START, ("end_date", "soon")): ("end_date",),
    (("start_date", "2026-02-30"), END): ("start_date",),
    (("start_date", "2026-02-30"), ("end_date", "")): ("start_date", "end_date"),
    (("end_date", "2026-13-01"),): ("start_date", "end_date"),
    (("start_date", "20260101"),): ("start_date", "end_date"),
}


@pytest.mark.parametrize(("query", "offending"), MISSING_OR_BAD.items())
def test_wrong_parameters_are_due_422_and_each_is_named(
    oracle: Oracle, query: tuple[tuple[str, str], ...], offending: tuple[str, ...]
) -> None:
    expected = oracle.expect(get(*query))
    assert expected.statuses == {422}
    assert set(expected.offending) == set(offending)


@pytest.mark.parametrize(("start", "end"), [("2026-01-02", "2026-01-01"), ("9999-12-31", "0001-01-01")])
def test_an_inverted_range_is_due_400(oracle: Oracle, start: str, end: str) -> None:
    assert statuses(oracle, get(("start_date", start), ("end_date", end))) == {400}


INVERTED = (("start_date", "2026-01-31"), ("end_date", "2026-01-01"))


@pytest.mark.parametrize("query", [(START, ("end_date", "soon")), (START,), ()])
def test_a_wrong_key_comes_before_wrong_parameters_and_either_may_be_told(
    oracle: Oracle, query: tuple[tuple[str, str], ...]
) -> None:
    expected = oracle.expect(get(*query, key="wrong"))
    assert expected.statuses == {401, 422}
    assert expected.preferred == 401


def test_a_wrong_key_comes_before_an_inverted_range_and_either_may_be_told(oracle: Oracle) -> None:
    expected = oracle.expect(get(*INVERTED, key="wrong"))
    assert expected.statuses == {400, 401}
    assert expected.preferred == 401


@pytest.mark.parametrize("text", OPEN_DATES)
def test_what_the_vendors_framework_takes_for_a_date_may_be_read_or_refused(oracle: Oracle, text: str) -> None:
    assert statuses(oracle, get(("start_date", text), END)) == {200, 400, 422}
    assert statuses(oracle, get(START, ("end_date", text))) == {200, 400, 422}


@pytest.mark.parametrize("text", OPEN_DATES)
def test_no_odd_date_is_a_way_around_the_key(oracle: Oracle, text: str) -> None:
    assert 200 not in statuses(oracle, get(("start_date", text), END, key="wrong"))


def test_a_missing_date_beside_an_odd_one_is_still_missing(oracle: Oracle) -> None:
    expected = oracle.expect(get(("start_date", "0")))
    assert expected.statuses == {422}
    assert expected.offending == ("end_date",)


@pytest.mark.parametrize("character", ["\x00", "\n", "\x1f", "\x7f", "\x85"])
@pytest.mark.parametrize("name", ["slug", "mode"])
def test_a_control_character_may_be_refused(oracle: Oracle, name: str, character: str) -> None:
    expected = oracle.expect(get(START, END, (name, f"a{character}b")))
    assert {200, 400, 403, 422} <= expected.statuses <= {200, *range(400, 500)}
    assert expected.preferred == 200


@pytest.mark.parametrize(("length", "also"), [(7000, set()), (8300, {400, 414, 431})])
def test_a_request_line_over_8_kib_may_be_too_long(oracle: Oracle, length: int, also: set[int]) -> None:
    assert statuses(oracle, get(START, END, ("slug", "x" * length))) == {200} | also


def test_the_length_of_a_request_line_is_counted_as_it_is_sent(oracle: Oracle) -> None:
    """Each of these letters is six characters on the line."""
    assert 414 in statuses(oracle, get(START, END, ("slug", "é" * 1500)))


def test_a_long_request_line_excuses_no_other_refusal(oracle: Oracle) -> None:
    assert 200 not in statuses(oracle, get(*INVERTED, ("slug", "x" * 8300)))
    assert 200 not in statuses(oracle, get(START, END, ("slug", "x" * 8300), key="wrong"))


@pytest.mark.parametrize("pair", [START, END, ("slug", "harbor")])
def test_a_repeated_parameter_may_be_read_or_refused(oracle: Oracle, pair: tuple[str, str]) -> None:
    query = (START, END) if pair in (START, END) else (START, END, pair)
    assert statuses(oracle, get(*query, pair)) == {200, 400, 422}


def test_a_parameter_that_the_document_lacks_may_be_refused(oracle: Oracle) -> None:
    expected = oracle.expect(get(START, END, ("page", "2")))
    assert expected.statuses == {200, 400, 422}
    assert expected.preferred == 200


TEXTS = st.text(max_size=20) | st.sampled_from(OPEN_DATES) | st.dates().map(date.isoformat)
PAIRS = st.tuples(st.sampled_from(["start_date", "end_date", "slug", "mode", "page"]), TEXTS)


@given(st.lists(PAIRS, max_size=6), st.sampled_from([KEY, "", "wrong", None]))
def test_no_request_excuses_a_server_error_nor_a_way_around_the_key(
    oracle: Oracle, query: list[tuple[str, str]], key: str | None
) -> None:
    expected = oracle.expect(get(*query, key=key))
    assert expected.preferred in expected.statuses
    assert max(expected.statuses) < 500
    assert 401 in expected.statuses or key == KEY
    assert key == KEY or 200 not in expected.statuses
    assert not expected.offending or 200 not in expected.statuses
    assert not expected.allows(exchange(status=500))
    assert not expected.allows(exchange(status=0))


@given(st.dates())
def test_each_day_is_a_date(day: date) -> None:
    assert read_date(day.isoformat()) is Reading.VALID


@given(st.integers(1, 9999).filter(lambda year: not _is_leap(year)))
def test_a_leap_day_of_a_common_year_is_none(year: int) -> None:
    assert read_date(f"{year:04}-02-29") is Reading.INVALID


def _is_leap(year: int) -> bool:
    return (date(year, 2, 28) + timedelta(days=1)).month == 2


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("2026-1-1", Reading.INVALID),
        ("20260101", Reading.INVALID),
        ("2026-W01-1", Reading.INVALID),
        ("2026-01-01 ", Reading.INVALID),
        ("2026-01-01\n", Reading.INVALID),
        ("2026-01-0\N{ARABIC-INDIC DIGIT ONE}", Reading.INVALID),
        ("+2026-01-01", Reading.INVALID),
        ("10000-01-01", Reading.INVALID),
        ("2026-01-01T00:00:00", Reading.OPEN),
        ("2026-01-01T12:00:00", Reading.INVALID),
        ("1767225600", Reading.OPEN),
        ("1767225601", Reading.INVALID),
        ("0000-02-29", Reading.OPEN),
        ("0000-13-01", Reading.INVALID),
        ("0000-soon", Reading.INVALID),
        ("", Reading.INVALID),
        ("null", Reading.INVALID),
    ],
)
def test_a_text_is_read_as_the_rfc_has_it_and_as_the_vendors_framework_does(text: str, reading: Reading) -> None:
    assert read_date(text) is reading
