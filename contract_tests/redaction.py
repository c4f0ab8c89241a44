"""Keeps the key out of everything that a run writes."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

SHORTEST = 4
"""A text shorter than this stands in answers by chance; it is not looked for outside of the request's own headers."""

MARK = "[key]"


class Redactor:
    """Replaces the key, and what was made of it, in whatever form it comes back."""

    def __init__(self, key: str) -> None:
        self._forms: tuple[str, ...] = ()
        self.hide(key)

    def hide(self, secret: str) -> None:
        """Hide this text too, from now on, and each encoding of it that a server may echo."""
        if len(secret) < SHORTEST:
            return
        known = {*self._forms, *_encodings(secret)}
        # The longest first: a key's extension must not leave its tail behind.
        self._forms = tuple(sorted((form for form in known if len(form) >= SHORTEST), key=len, reverse=True))

    def text(self, text: str) -> str:
        """Give the text without the key."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MARK)
        return text

    def value(self, value: Any) -> Any:
        """Give a JSON value without the key in any of its strings, names included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(name)): self.value(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(inner) for inner in value]
        return value


def _encodings(secret: str) -> Iterable[str]:
    for spelled in {secret, secret.lower(), secret.upper(), secret.swapcase()}:
        yield spelled
        yield quote(spelled, safe="")
        yield quote(spelled, safe="").replace("%", "%25")
        yield quote_plus(spelled)
        yield "".join(f"%{byte:02X}" for byte in spelled.encode())
        yield "".join(f"%{byte:02x}" for byte in spelled.encode())
        yield json.dumps(spelled)[1:-1]
        yield html.escape(spelled)
        yield spelled.encode().hex()
        yield repr(spelled)[1:-1]
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(secret.encode()).decode().rstrip("=")
