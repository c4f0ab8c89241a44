"""The key is in no text that went through the redactor, however it came there."""

import base64
import html
import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contract_tests.exchange import Secret
from feather_kit.redaction import Redactor

PRINTABLE = st.characters(
    min_codepoint=33,
    max_codepoint=0x24F,
    exclude_characters="\x7f\u0130",  # the latter is two characters in lower case
    exclude_categories=["C", "Z"],
)
KEYS = st.text(PRINTABLE, min_size=4, max_size=40)
AROUND = st.text(max_size=8)

ENCODINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "upper case": str.upper,
    "lower case": str.lower,
    "other case": str.swapcase,
    "backwards": lambda key: key[::-1],
    "in a URL": lambda key: quote(key, safe=""),
    "in a form": quote_plus,
    "twice in a URL": lambda key: quote(quote(key, safe=""), safe=""),
    "every byte in a URL": lambda key: "".join(f"%{byte:02x}" for byte in key.encode()),
    "JSON": lambda key: json.dumps(key)[1:-1],
    "JSON beyond ASCII": lambda key: json.dumps(key, ensure_ascii=False)[1:-1],
    "JSON in JSON": lambda key: json.dumps(json.dumps(key))[3:-3],
    "HTML": html.escape,
    "numbers in HTML": lambda key: "".join(f"&#{ord(character)};" for character in key),
    "Python": lambda key: repr(key)[1:-1],
    "hexadecimal": lambda key: key.encode().hex(),
    "UTF-8 read as Latin-1": lambda key: key.encode().decode("latin-1"),
}


@pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)
def test_a_key_is_hidden_in_each_encoding(encode: Callable[[str], str]) -> None:
    @given(KEYS, AROUND, AROUND)
    def holds(key: str, before: str, after: str) -> None:
        encoded = encode(key)
        assume(key not in before + after)
        shown = Redactor(key).text(f"{before}{encoded}{after}")
        # It may be left to stand by the letters about it, never by those that were hidden.
        assert encoded not in shown or encoded in before or encoded in after or "[key]" in encoded
        assert "[key]" in shown

    holds()


@given(KEYS, st.text(max_size=5), st.text(max_size=5))
def test_a_key_is_hidden_within_base64(key: str, before: str, after: str) -> None:
    """As in Basic credentials, wherever it begins there."""
    assume(len(key.encode()) >= 6)
    text = base64.b64encode(f"{before}:{key}:{after}".encode()).decode()
    assert text not in Redactor(key).text(f"Basic {text}")


@given(st.lists(KEYS, min_size=1, max_size=4), AROUND)
def test_what_was_made_of_the_key_is_hidden_too(secrets: list[str], around: str) -> None:
    redactor = Redactor(secrets[0])
    for secret in secrets[1:]:
        redactor.hide(Secret(secret, "$X").value)
    shown = redactor.text(around.join(secrets))
    assert not any(secret in shown for secret in secrets if not ({*secret} & {*"[key]", *around}))


@given(KEYS)
def test_an_extension_of_the_key_leaves_no_tail(key: str) -> None:
    redactor = Redactor(key)
    redactor.hide(f"{key}tail-7f3")
    assert "tail-7f3" not in redactor.text(f"<{key}tail-7f3>")


@given(
    KEYS, st.recursive(AROUND, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(AROUND, inner, max_size=2))
)
def test_a_value_keeps_its_shape_and_no_string_the_key(key: str, value: object) -> None:
    whole = {"a": value, f"<{key}>": [f"<{key}>", 1, None, True, 2.5]}
    shown = Redactor(key).value(whole)
    assert [type(item) for item in shown.popitem()[1]] == [str, int, type(None), bool, float]
    assert f"<{key}>" not in json.dumps(shown, ensure_ascii=False)


@given(st.text(max_size=100))
def test_a_text_without_the_key_stays_as_it_is(text: str) -> None:
    assert Redactor("Quite-another-7f3Kq9").text(text) == text
    assert Redactor("").text(text) == text
