"""Checks keys, for each kind of security scheme that a document can name; Connexion combines the schemes."""

import base64
import hmac
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qsl

from connexion.security import NO_VALUE

from mock_server.response.problems import UNAUTHORIZED, Refusal
from mock_server.settings import ApiKey

Verifier = Callable[[Any], Any]
"""Takes Connexion's request; gives who it is, or `NO_VALUE` where it brings no key of this kind."""

# The schemes of the IANA registry in which a token follows the scheme's name.
_TOKEN_SCHEMES: Final = (
    "bearer",
    "digest",
    "dpop",
    "gnap",
    "hoba",
    "mutual",
    "negotiate",
    "oauth",
    "privatetoken",
)


class KeyRing:
    """The keys that the mock accepts."""

    def __init__(self, keys: Sequence[ApiKey]) -> None:
        self._keys = tuple((key.value.encode(), {"sub": key.name}) for key in keys)

    def check(self, presented: bytes, place: str, challenge: str) -> dict[str, str]:
        """Give the name of the presented key; the time taken tells nothing of a key's content.

        Raises:
            Refusal: it is none of the ring's.

        """
        found = None
        for value, owner in self._keys:
            if hmac.compare_digest(value, presented):
                found = owner
        if found is None:
            cause = f"The key in {place} is not one that this mock accepts" if presented else f"{place} is empty"
            raise _wrong_key(cause, challenge)
        return found


class _Scheme:
    """What Connexion's security map holds: made without arguments, asked for a verifier for each requirement."""

    def __init__(self, ring: KeyRing, make: Callable[[KeyRing, dict[str, Any]], Verifier]) -> None:
        self._ring = ring
        self._make = make

    def get_fn(self, security_scheme: dict[str, Any], _required_scopes: list[str]) -> Verifier:
        """Give the verifier of one requirement. The mock's keys have every scope."""
        return self._make(self._ring, security_scheme)


def security_map(keys: Sequence[ApiKey]) -> Mapping[str, Callable[[], _Scheme]]:
    """Make the table from which Connexion takes the check of each security scheme."""
    ring = KeyRing(keys)
    tokens = dict.fromkeys(_TOKEN_SCHEMES, _token)
    makers = {"apiKey": _api_key, "basic": _basic, **tokens, "oauth2": _token, "openIdConnect": _token}
    table = {name: partial(_Scheme, ring, maker) for name, maker in makers.items()}
    table["mutualTLS"] = partial(_Scheme, ring, _no_certificate)
    return table


def describe(scheme: dict[str, Any]) -> str:
    """Say in words where a request carries the key of this scheme."""
    if scheme["type"] == "apiKey":
        place = {"header": "header", "query": "query parameter", "cookie": "cookie"}[scheme["in"]]
        return f"the {place} {scheme['name']}"
    return f"the header Authorization: {_challenge(scheme)}"


def _challenge(scheme: dict[str, Any]) -> str:
    """Name the scheme as `WWW-Authenticate` does (RFC 9110, section 11.6.1; FastAPI for keys)."""
    if scheme["type"] == "apiKey":
        return "APIKey"
    return str(scheme.get("scheme", "bearer")).capitalize()


def missing_key(security: Sequence[dict[str, Any]], schemes: dict[str, Any]) -> Refusal:
    """Make the refusal of a request that brings none of the keys that an operation takes."""
    ways = [" and ".join(describe(schemes[name]) for name in requirement) for requirement in security]
    named = [schemes[name] for requirement in security for name in requirement]
    return Refusal(
        UNAUTHORIZED,
        headers={"WWW-Authenticate": ", ".join(dict.fromkeys(map(_challenge, named)))} if named else {},
        cause="No API key came with the request",
        remedy=f"Send it in {', or in '.join(ways)}",
    )


def wrong_key(security: Sequence[dict[str, Any]], schemes: dict[str, Any]) -> Refusal:
    """Make the refusal of a key that is not among those of the mock, for an operation that takes one."""
    named = [schemes[name] for requirement in security for name in requirement]
    if not named:
        return missing_key(security, schemes)
    return _wrong_key(f"The key in {describe(named[0])} is not one that this mock accepts", _challenge(named[0]))


def _wrong_key(cause: str, challenge: str) -> Refusal:
    return Refusal(
        UNAUTHORIZED,
        headers={"WWW-Authenticate": challenge},
        cause=cause[0].upper() + cause[1:],
        remedy="Send a key that the mock was started with",
    )


def _api_key(ring: KeyRing, scheme: dict[str, Any]) -> Verifier:
    name, place, challenge = scheme["name"], describe(scheme), _challenge(scheme)
    if scheme["in"] == "header":
        return _from_header(ring, name, place, challenge)
    read = _query_value if scheme["in"] == "query" else _cookie_value

    def verify(request: Any) -> Any:
        presented = read(request.scope, name)
        return NO_VALUE if presented is None else ring.check(presented, place, challenge)

    return verify


def _from_header(ring: KeyRing, name: str, place: str, challenge: str) -> Verifier:
    wanted = name.lower().encode("latin-1")

    def verify(request: Any) -> Any:
        for header, presented in request.scope["headers"]:
            if header == wanted:
                return ring.check(presented, place, challenge)
        return NO_VALUE

    return verify


def _authorization(scope: dict[str, Any], scheme: str) -> bytes | None:
    """Give what follows the scheme's name in the `Authorization` header."""
    for header, value in scope["headers"]:
        if header == b"authorization":
            word, _, rest = value.partition(b" ")
            return rest.strip() if word.lower() == scheme.encode() else None
    return None


def _token(ring: KeyRing, scheme: dict[str, Any]) -> Verifier:
    name, place = str(scheme.get("scheme", "bearer")).lower(), describe(scheme)

    def verify(request: Any) -> Any:
        presented = _authorization(request.scope, name)
        return NO_VALUE if presented is None else ring.check(presented, place, _challenge(scheme))

    return verify


def _basic(ring: KeyRing, _scheme: dict[str, Any]) -> Verifier:
    """RFC 7617: the key is the password; the user name is free."""

    def verify(request: Any) -> Any:
        credentials = _authorization(request.scope, "basic")
        if credentials is None:
            return NO_VALUE
        try:
            _, _, password = base64.b64decode(credentials, validate=True).partition(b":")
        except ValueError:
            password = b""
        return ring.check(password, "the password of the header Authorization", 'Basic realm="mock"')

    return verify


def _no_certificate(_ring: KeyRing, _scheme: dict[str, Any]) -> Verifier:
    """Take what a certificate would prove as proved: the mock speaks plain HTTP."""
    return lambda _request: {"sub": "mutual-tls"}


def _query_value(scope: dict[str, Any], name: str) -> bytes | None:
    pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return next((value.encode() for key, value in reversed(pairs) if key == name), None)


def _cookie_value(scope: dict[str, Any], name: str) -> bytes | None:
    for header, value in scope["headers"]:
        if header == b"cookie":
            try:
                cookies = SimpleCookie(value.decode("latin-1"))
            except CookieError:
                return None
            return cookies[name].value.encode("latin-1", "replace") if name in cookies else None
    return None
