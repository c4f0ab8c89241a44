"""Keeps a key out of everything that a tool writes."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from typing import Any

MARK = "[key]"

SHORTEST = 4
"""A secret shorter than this stands in other words by chance: it is hidden only where it stands by itself."""

REMEMBERED = 1000
"""Texts whose redaction is kept at hand: most headers and refusals come again and again."""

LONGEST_REMEMBERED = 4000

ROUNDS = 4
"""How often a text may have been escaped, one way or another, before it came back."""

_ESCAPE = re.compile(
    r"""%[0-9a-f]{2}                    # RFC 3986, section 2.1
    | \\u[0-9a-f]{4} | \\x[0-9a-f]{2}   # RFC 8259, section 7, and what programming languages have
    | \\[^ux\s]
    | &\#[0-9]{1,7}; | &\#x[0-9a-f]{1,6}; | &[a-z]{2,6};""",
    re.IGNORECASE | re.VERBOSE,
)
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=")

Span = tuple[int, int]


class Redactor:
    """Replaces the key, and what was made of it, in whatever form it comes back.

    A text is read as it stands and with its escapes undone, those of URLs, of JSON and programming languages and of
    HTML in any mixture, as often as they may have been nested; in any case, backwards, as hexadecimal digits, and
    within base64. Where the key is found, the characters that spell it are replaced.
    """

    def __init__(self, key: str) -> None:
        self._secrets: set[str] = set()
        self._plain: tuple[str, ...] = ()
        self._coded: tuple[str, ...] = ()
        self._words: re.Pattern[str] | None = None
        self._margin = 0
        self._known: dict[str, str] = {}
        self.hide(key)

    def hide(self, secret: str) -> None:
        """Hide this text too, from now on; a single character is no secret."""
        if len(secret) < 2 or secret in self._secrets:
            return
        self._secrets.add(secret)
        self._known.clear()
        long = [known for known in self._secrets if len(known) >= SHORTEST]
        short = _longest_first({form for s in self._secrets if len(s) < SHORTEST for form in (s, s[::-1])})
        self._plain = _longest_first({form for known in long for form in _spellings(known)})
        self._coded = _longest_first({form for known in long for form in _base64_cores(known.encode())})
        words = "|".join(re.escape(known) for known in short)
        self._words = re.compile(rf"(?<![^\W_])(?:{words})(?![^\W_])") if words else None
        self._margin = 32 * max(len(known.encode()) for known in self._secrets)

    def text(self, text: str) -> str:
        """Give the text without the key."""
        known = self._known.get(text)
        if known is None:
            known = self._replaced(text)
            if len(self._known) < REMEMBERED and len(text) <= LONGEST_REMEMBERED:
                self._known[text] = known
        return known

    def _replaced(self, text: str) -> str:
        spans = self._find(text)
        if not spans:
            return text
        parts, end = [], 0
        for first, last in _joined(spans):
            parts += [text[end:first], MARK]
            end = last
        return "".join((*parts, text[end:]))

    def reach(self, most: int) -> int:
        """Give how many characters `beginning` reads of a text."""
        return most + self._margin

    def beginning(self, text: str, most: int) -> str:
        """Give the first `most` characters of a text without the key, however long the text is.

        A key that is cut in two at the end of what was read is left out with it.
        """
        reach = self.reach(most)
        read = self.text(text[:reach])
        return read[:most] if len(text) <= reach else read[: max(0, min(most, len(read) - self._margin))]

    def value(self, value: Any) -> Any:
        """Give a JSON value without the key in any of its strings, names included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(name)): self.value(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(inner) for inner in value]
        return value

    def _find(self, text: str) -> list[Span]:
        """Find what spells the key, as places in the text."""
        if not self._secrets:
            return []
        spans: list[Span] = []
        # Where each character of the text as read so far came from; None while that is the text itself.
        origins: list[Span] | None = None
        for _ in range(ROUNDS + 1):
            for first, last in self._find_once(text):
                spans.append((first, last) if origins is None else (origins[first][0], origins[last - 1][1]))
            if not (_may_be_escaped(text) and _ESCAPE.search(text)):
                break
            text, origins = _unescaped(text, origins)
        return spans

    def _find_once(self, text: str) -> Iterator[Span]:
        lower = _lower(text)
        for form in self._plain:
            yield from _places(lower, form)
        for core in self._coded:
            for first, last in _places(text, core):
                yield _widened(text, first, last)
        if self._words:
            yield from (match.span() for match in self._words.finditer(text))


def _may_be_escaped(text: str) -> bool:
    """Tell at a glance whether there may be an escape: hardly any text has one."""
    return "%" in text or "\\" in text or (";" in text and "&" in text)


def _longest_first(forms: set[str]) -> tuple[str, ...]:
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))


def _lower(text: str) -> str:
    """Give the text in lower case, character by character, so that places in it stay what they are."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _spellings(secret: str) -> Iterator[str]:
    """Give what to look for in lower-case text: the secret with as many of its own escapes undone as it has."""
    for cased in (secret, secret.upper()):
        spelled = cased
        for _ in range(ROUNDS + 1):
            # A header is read as Latin-1, and the key was sent as UTF-8.
            for read in (spelled, spelled.encode().decode("latin-1"), spelled.replace(" ", "+")):
                if len(read) >= SHORTEST:
                    yield _lower(read)
                    yield _lower(read)[::-1]
            if not _ESCAPE.search(spelled):
                break
            spelled = _unescaped(spelled, None)[0]
    for cased in (secret, secret.lower(), secret.upper()):
        yield cased.encode().hex()


def _base64_cores(secret: bytes) -> Iterator[str]:
    """Give what base64 makes of the secret wherever it starts in the encoded text (RFC 4648, section 4 and 5)."""
    for before in range(3):
        whole = base64.b64encode(bytes(before) + secret).decode().rstrip("=")
        # Only the characters whose six bits are all the secret's.
        core = whole[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6]
        if len(core) >= SHORTEST:
            yield core
            yield core.replace("+", "-").replace("/", "_")


def _unescaped(text: str, origins: list[Span] | None) -> tuple[str, list[Span]]:
    """Undo each escape of a text once, and tell where each character came from."""
    known = origins or [(place, place + 1) for place in range(len(text))]
    characters: list[str] = []
    spans: list[Span] = []
    end = 0
    for match in _ESCAPE.finditer(text):
        first, last = match.span()
        characters += text[end:first]
        spans += known[end:first]
        for character in _meant(match[0]):
            characters.append(character)
            spans.append((known[first][0], known[last - 1][1]))
        end = last
    characters += text[end:]
    spans += known[end:]
    return "".join(characters), spans


def _meant(escape: str) -> str:
    """Give what an escape stands for; bytes above ASCII are read as Latin-1, as those of a header are."""
    if escape[0] == "%":
        return chr(int(escape[1:], 16))
    if escape[0] == "&":
        return html.unescape(escape)
    return chr(int(escape[2:], 16)) if escape[1] in "uUxX" and len(escape) > 2 else escape[1:]


def _places(text: str, form: str) -> Iterator[Span]:
    first = text.find(form)
    while first >= 0:
        yield first, first + len(form)
        first = text.find(form, first + len(form))


def _widened(text: str, first: int, last: int) -> Span:
    """Take in the rest of a run of base64: its neighbours hold the secret's first and last bits."""
    while first > 0 and text[first - 1] in _BASE64:
        first -= 1
    while last < len(text) and text[last] in _BASE64:
        last += 1
    return first, last


def _joined(spans: list[Span]) -> Iterator[Span]:
    """Join spans that overlap or touch, in their order."""
    first, last = (ordered := sorted(spans))[0]
    for next_first, next_last in ordered[1:]:
        if next_first > last:
            yield first, last
            first = next_first
        last = max(last, next_last)
    yield first, last
