"""`Prefer` as RFC 7240 has it, and its twins in the query."""

import contextlib
import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.preferences import NAMES, Preferences, read_preferences, without_twins
from mock_server.response.problems import Refusal


def read(*headers: str | bytes, query: bytes = b"") -> Preferences:
    raw = [header if isinstance(header, bytes) else header.encode() for header in headers]
    scope = {"headers": [(b"host", b"x"), *((b"prefer", each) for each in raw)], "query_string": query}
    return read_preferences(scope, ["200", "401"])


def refusal(*headers: str | bytes, query: bytes = b"") -> str:
    with pytest.raises(Refusal) as refused:
        read(*headers, query=query)
    assert refused.value.status == 400
    return refused.value.message


def test_each_preference_is_read_as_what_it_is() -> None:
    wanted = read("code=401, scenario=slow-vendor, seed=7, delay=150, today=2026-03-31, example=dog")
    assert wanted == Preferences(
        code=401,
        scenario="slow-vendor",
        seed=7,
        delay=(150, 150),
        today=date(2026, 3, 31),
        example="dog",
        given=dict(wanted.given),
    )


@pytest.mark.parametrize(
    "headers",
    [
        ["code=401,delay=5"],
        ["code=401", "delay=5"],
        [" code = 401 ,\t delay\t=\t5 "],
        ["CODE=401, Delay=5"],
        ['code="401", delay="5"'],
        ['code="\\4\\0\\1", delay=5'],
        ['code=401; a; b=c; d="e,f", delay=5;;'],
        [",, code=401,, , delay=5,"],
        ["code=401, code=500, delay=5, code=nonsense"],
        ["code=401", "code=500, delay=5"],
        ["respond-async, wait=10, return=minimal, code=401, handling=lenient, delay=5"],
        ['foo="a, code=500", code=401, delay=5'],
        ['foo="\\", code=500", code=401, delay=5'],
        ["foo=(not a word), code=401, delay=5"],
        ["delay=5, code=401, , =5, @, \xff"],
    ],
)
def test_every_way_to_write_it_means_the_same(headers: list[str]) -> None:
    """RFC 7240, section 2: lists, repeated headers, quoted words, parameters, duplicates, and what is unknown."""
    wanted = read(*headers)
    assert (wanted.code, wanted.delay) == (401, (5, 5))


def test_nothing_known_is_nothing_wanted() -> None:
    assert read("respond-async, wait=10") == Preferences()


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("code=999", ["code=999", "from 200 to 599", "200, 401"]),
        ("code=100", ["from 200 to 599"]),
        ("code=199", ["from 200 to 599"]),
        ("code=600", ["from 200 to 599"]),
        ("code=40\u0661", ["code="]),
        ("code", ["code=", "from 200 to 599"]),
        ("code=", ["from 200 to 599"]),
        ('code=""', ["from 200 to 599"]),
        ("code=abc", ["abc"]),
        ("delay=-1", ["delay=-1", "from 0 to 60,000"]),
        ("delay=60001", ["60,000"]),
        ("delay=1.5", ["1.5"]),
        ("delay=9..1", ["9..1", "50..200"]),
        ("seed=x", ["seed=x", "whole number"]),
        ("seed=99999999999999999999", ["whole number"]),
        ("today=2026-02-30", ["2026-02-30", "YYYY-MM-DD"]),
        ("today=20260228", ["YYYY-MM-DD"]),
        ("scenario", ["scenario="]),
        ("example=", ["example="]),
        ("code=(401)", ["RFC 7240", "code=VALUE"]),
        ('code="401', ["RFC 7240"]),
        ("code=401 402", ["RFC 7240"]),
    ],
)
def test_a_value_that_cannot_be_is_a_400_that_says_what_can(header: str, words: list[str]) -> None:
    message = refusal(header.encode())
    for word in words:
        assert word in message


def test_a_refusal_does_not_repeat_a_long_value() -> None:
    assert len(refusal("code=" + "9" * 5000)) < 300


def test_twins_in_the_query_stand_for_the_header() -> None:
    query = (
        b"start_date=2026-01-01&__code=401&__scenario=a+b%20c&__seed=-3&__delay=1..2&__today=2026-01-02&__c%6Fde=500"
    )
    wanted = read(query=query)
    assert (wanted.code, wanted.scenario, wanted.seed) == (401, "a b c", -3)
    assert (wanted.delay, wanted.today) == ((1, 2), date(2026, 1, 2))


def test_twins_are_read_only_where_no_prefer_came() -> None:
    assert read("respond-async", query=b"__code=401") == Preferences()


def test_a_twin_that_cannot_be_is_refused_as_well() -> None:
    assert "from 200 to 599" in refusal(query=b"__code=999")


def test_twins_are_taken_out_of_a_query_and_the_rest_stands_as_it_stood() -> None:
    query = b"a=%41+b&__code=401&&c&__nothing=1&__DELAY=5&%5F%5Fdelay=5&__seed"
    assert without_twins(query) == b"a=%41+b&&c&__nothing=1&__DELAY=5"


def test_what_was_applied_is_written_as_it_could_be_sent() -> None:
    wanted = read('scenario="two words \\"quoted\\"", code=401')
    assert wanted.applied("code", "scenario") == 'scenario="two words \\"quoted\\"", code=401'
    assert wanted.applied("code") == "code=401"
    assert wanted.applied() == ""


def test_nothing_that_ends_a_header_gets_into_one() -> None:
    applied = read(query=b"__scenario=a%0d%0aSet-Cookie:+x").applied("scenario")
    assert applied.isprintable()


def test_bytes_outside_of_utf_8_are_read_as_latin_1() -> None:
    assert read(b'scenario="caf\xe9"').scenario == "caf\xe9"
    assert read('scenario="café"').scenario == "café"


@given(
    st.dictionaries(
        st.sampled_from(["scenario", "example"]),
        st.text(string.printable.replace("\r", "").replace("\n", "") + "ż漢", min_size=1).filter(str.isprintable),
        min_size=1,
    )
)
def test_whatever_is_applied_reads_back_as_itself(names: dict[str, str]) -> None:
    wanted = Preferences(given=names)
    again = read(wanted.applied(*NAMES))
    assert dict(again.given) == names


@given(st.lists(st.text(alphabet='code= ,;"\\45\xffdelay\t', max_size=60), max_size=4))
def test_no_header_is_a_server_error(headers: list[str]) -> None:
    try:
        read(*headers)
    except Refusal as refused:
        assert refused.status == 400


@pytest.mark.parametrize("header", ["code" + " ;" * 30_000 + "(", '"' + "\\" * 60_000, 'a,"' * 20_000, "a" * 60_000])
def test_no_header_takes_for_ever_to_read(header: str) -> None:
    """A pattern that tried all ways to split it would not end."""
    with contextlib.suppress(Refusal):
        read(header)
