"""The connections that requests go over: how they are made, what comes on them, and how they fail."""

from __future__ import annotations

import http.client
import io
import math
import re
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import DecodeError, ProtocolError, ReadTimeoutError, SSLError

USER_AGENT: Final = "feather-check"
LARGEST_BODY: Final = 64 * 1024 * 1024

SURPLUS_SECONDS: Final = 0.02
"""How long a body that may not come is waited for: a server that writes one does so at once."""

_NOISE = re.compile(r"\[Errno -?[0-9]+\] |\(_ssl\.c:[0-9]+\)['\")]*|\[?[A-Z_ ]+\] ")
"""What an operating system's or OpenSSL's message has for its own programmers."""

_QUICK: Final = getattr(socket, "TCP_QUICKACK", None)


class _Timely(io.RawIOBase):
    """Reads from a socket until the time is over that its time-out gives to a single read.

    The time-out of a socket starts anew with each byte: a server that lets its answer drip would never be late.
    """

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._raw: Any = sock.makefile("rb", buffering=0)
        self.until = time.monotonic() + (sock.gettimeout() or math.inf)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what has come.

        Raises:
            TimeoutError: the time is over.

        """
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        if left < math.inf:
            self._socket.settimeout(left)
        read: int | None = self._raw.readinto(buffer)
        return read

    def close(self) -> None:
        """Let go of the socket."""
        self._raw.close()
        super().close()


class SurplusError(http.client.HTTPException):
    """More came than the answer may have."""

    def __str__(self) -> str:
        return "the answer to HEAD has a body"


class _Response(http.client.HTTPResponse):
    """The final response to a request, whatever came before it, and nothing behind its head where it is one to HEAD.

    http.client passes over `100 Continue` alone, and takes any other interim response, as `103 Early Hints` is, for the
    final one; a client has to be able to read past all of them (RFC 9110, section 15.2). Of a body behind an answer to
    HEAD, which may have none (section 9.3.2), it never hears: most clients would take it for the next answer.
    """

    def __init__(self, sock: socket.socket, debuglevel: int = 0, method: str | None = None, url: str | None = None):
        super().__init__(sock, debuglevel, method, url)
        self.fp.close()  # http.client's own way of reading
        self._timely = _Timely(sock)
        self.fp: Any = io.BufferedReader(self._timely)
        self._is_head = method == "HEAD"

    def begin(self) -> None:
        """Read status and headers.

        Raises:
            SurplusError: a body follows where none may.

        """
        super().begin()
        while self.status < 200 and self.status != http.client.SWITCHING_PROTOCOLS:
            self.headers: Any = None  # it reads on where it has none
            super().begin()
        if self._is_head and self._follows():
            raise SurplusError

    def _follows(self) -> bool:
        """Tell whether more comes, or has come with the head; nothing is read from the connection afterwards."""
        self._timely.until = time.monotonic() + SURPLUS_SECONDS
        try:
            return bool(self.fp.peek(1))
        except OSError:
            return False


def _acknowledge_at_once(connection: socket.socket | None) -> None:
    """Acknowledge what comes for the request that was just sent.

    A server that writes head and body one after the other, with Nagle's algorithm on, holds the body back until the
    head is acknowledged (RFC 896), and a system that has nothing to send waits with that for some 40 ms (RFC 9293,
    section 3.8.6.3): ten seconds in a run.
    """
    if _QUICK is not None and connection is not None:
        with suppress(OSError, AttributeError):  # TLS within TLS has no such option
            connection.setsockopt(socket.IPPROTO_TCP, _QUICK, 1)


class _Plain(HTTPConnection):
    response_class = _Response

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 has it
        """Read the answer."""
        _acknowledge_at_once(self.sock)
        return super().getresponse()


class _Encrypted(HTTPSConnection):
    response_class = _Response

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 has it
        """Read the answer."""
        _acknowledge_at_once(self.sock)
        return super().getresponse()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(HTTPSConnectionPool):
    ConnectionCls = _Encrypted


_POOLS: Final = {"http": _PlainPool, "https": _EncryptedPool}


class _Adapter(HTTPAdapter):
    """Lends each request a connection; one that is not in use stays open for the next."""

    def __init__(self) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make what keeps the connections to servers."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        """Make what keeps the connections by way of a proxy."""
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager


def session_for(base_url: str, ca_bundle: Path | None) -> requests.Session:
    """Make what keeps a connection to a deployment, by the proxies that the environment names."""
    session = requests.Session()
    # Read from the environment once; a .netrc never, for it would add a credential of its own.
    merged = session.merge_environment_settings(base_url, {}, None, None, None)
    session.trust_env = False
    session.proxies = dict(merged["proxies"])
    session.verify = str(ca_bundle) if ca_bundle else merged["verify"]
    session.headers["User-Agent"] = USER_AGENT
    adapter = _Adapter()
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def read_body(response: requests.Response, timeout: float) -> tuple[bytes, str | None]:
    """Read the body, and say what broke on the way; `timeout` is the seconds that the answer has in all."""
    body = bytearray()
    try:
        while piece := response.raw.read1(64 * 1024, decode_content=True):
            body += piece
            if len(body) > LARGEST_BODY:
                return bytes(body), f"the body is larger than {LARGEST_BODY >> 20} MiB"
    except DecodeError:
        return bytes(body), "the body is not in the content coding that its header names"
    except ProtocolError:
        return bytes(body), "the body was cut before its end"
    except ReadTimeoutError:
        return bytes(body), f"the body did not end within {timeout:g} s"
    except SSLError:
        return bytes(body), "the body stopped coming before its end"
    return bytes(body), None


def never_connected(error: requests.RequestException) -> bool:
    """Tell whether a request failed before there was a connection to send it on."""
    if isinstance(error, requests.exceptions.SSLError | requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    # urllib3 tells a refused connection and an unknown host apart from one that was closed: by its reason.
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return type(cause).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}


def has_surplus(error: requests.RequestException) -> bool:
    """Tell whether a request failed because more came than its answer may have."""
    return bool(error.args) and any(isinstance(cause, SurplusError) for cause in getattr(error.args[0], "args", ()))


def reason_of(error: requests.RequestException) -> str:
    """Say in a few words why a request failed."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if has_surplus(error):
        return str(SurplusError())
    cause = getattr(error.args[0], "reason", error.args[0]) if error.args else error
    text = _NOISE.sub("", str(cause).rsplit(": ", 1)[-1]).rstrip(" .")
    if "without response" in str(error) or "aborted" in str(error) or "reset" in str(error).lower():
        return "the connection was closed without an answer"
    return text or type(error).__name__
