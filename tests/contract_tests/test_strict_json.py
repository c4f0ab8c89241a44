"""A body is JSON as RFC 8259 has it, or the reason why it is not is told."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.strict_json import JsonBreak, parse_json

SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    SCALARS | st.text(), lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)


@given(VALUES, st.booleans())
def test_what_a_writer_of_json_writes_is_read(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert parse_json(text.encode("utf-8", "surrogatepass")) == value


@given(st.lists(VALUES, min_size=1) | st.dictionaries(st.text(), VALUES, min_size=1), st.data())
def test_a_body_that_is_cut_anywhere_is_none(value: object, data: st.DataObject) -> None:
    body = json.dumps(value).encode()
    cut = data.draw(st.integers(0, len(body) - 1))
    assert isinstance(parse_json(body[:cut]), JsonBreak)


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """No byte string makes the reader raise."""
    parse_json(body)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"\xef\xbb\xbf[]", "byte order mark"),
        (b'["\xff"]', "byte 2 is not UTF-8"),
        ('["ü"]'.encode("latin-1"), "not UTF-8"),
        (b'["\xed\xa0\x80"]', "not UTF-8"),
        ("[]".encode("utf-16"), "not UTF-8"),
        (b"[NaN]", "NaN is no JSON number"),
        (b"[Infinity]", "Infinity is no JSON number"),
        (b"[-Infinity]", "-Infinity is no JSON number"),
        (b'{"a":1,"a":1}', "'a' stands twice"),
        (b'[{"x":{"a":1,"\\u0061":2}}]', "'a' stands twice"),
        (b"[1,]", "character 3"),
        (b'{"a":1,}', "character"),
        (b"['a']", "character 1"),
        (b"[01]", "character 2"),
        (b"[+1]", "character 1"),
        (b"[.5]", "character 1"),
        (b"[1.]", "character 2"),
        (b"[0x1]", "character 2"),
        (b"[1] []", "Extra data"),
        (b"[1]\x00", "Extra data"),
        (b"[\x0b1]", "character 1"),
        ("[\u00a01]".encode(), "character 1"),
        (b'["a\tb"]', "control character"),
        (b'["\\x41"]', "escape"),
        (b'["\\u12"]', "escape"),
        (b"[1] // done", "Extra data"),
        (b"undefined", "character 0"),
        (b"True", "character 0"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" + b"9" * 5000 + b"]", "more digits"),
    ],
)
def test_what_parsers_forgive_is_refused_with_its_reason(body: bytes, reason: str) -> None:
    answer = parse_json(body)
    assert isinstance(answer, JsonBreak)
    assert reason.lower() in answer.reason.lower()


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"null", None),
        (b" \t\r\n[ 1 ,\n2 ] ", [1, 2]),
        (b'"\\u00fc\\/"', "ü/"),
        (b"-0.0e+2", -0.0),
        (b'{"":{}}', {"": {}}),
        (b'[{"a":1},{"a":2}]', [{"a": 1}, {"a": 2}]),
        (b'["\\ud83e\\udd9c", "\x7f"]', ["🦜", "\x7f"]),
    ],
)
def test_what_the_grammar_allows_is_read(body: bytes, value: object) -> None:
    assert parse_json(body) == value
