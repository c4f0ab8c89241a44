"""The connections that requests go over: urllib3's, with the manners that a run of many short exchanges needs."""

from __future__ import annotations

import http.client
import socket
from contextlib import suppress
from typing import Any, Final

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_QUICK: Final = getattr(socket, "TCP_QUICKACK", None)


class _Response(http.client.HTTPResponse):
    """The final response to a request, whatever came before it.

    http.client passes over `100 Continue` alone, and takes any other interim response, as `103 Early Hints` is, for the
    final one; a client has to be able to read past all of them (RFC 9110, section 15.2).
    """

    def begin(self) -> None:
        """Read status and headers."""
        super().begin()
        while self.status < 200 and self.status != http.client.SWITCHING_PROTOCOLS:
            self.headers: Any = None  # it reads on where it has none
            super().begin()


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


class Adapter(HTTPAdapter):
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
