"""Content codings: whether a client takes gzip, and gzip itself (RFC 9110, section 12.5.3)."""

import asyncio
import re
import zlib
from functools import lru_cache
from typing import Final

LARGE: Final = 4096
"""Bytes from which compression saves more than it costs: below, an answer takes two or three packets anyway."""

_LEVEL: Final = 1  # as nginx has it: rows shrink to a fifth, and the last tenth would take as long again
_GZIP: Final = 31  # zlib's word for gzip with a window of 32 KiB; it writes no time, so equal bodies stay equal
_BESIDE: Final = 65_536  # bytes from which the event loop must not wait for it
_WEIGHT: Final = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.IGNORECASE)
_COMPRESSIBLE: Final = re.compile(rb"text/|application/(?:.*\+)?(?:json|yaml|xml)|image/svg\+xml", re.IGNORECASE)


def compressible(media_type: bytes) -> bool:
    """Tell whether content of this type gets smaller."""
    return _COMPRESSIBLE.match(media_type) is not None and not media_type.startswith(b"text/event-stream")


@lru_cache(256)
def takes_gzip(accepted: bytes) -> bool:
    """Tell whether a client with this `Accept-Encoding` would rather have gzip than plain bytes."""
    weights: dict[str, float] = {}
    for element in accepted.decode("latin-1").lower().split(","):
        name, _, parameter = element.partition(";")
        weights[name.strip()] = _weight(parameter.strip())
    gzip = max(weights.get(name, -1.0) for name in ("gzip", "x-gzip"))
    if gzip < 0:
        gzip = weights.get("*", 0.0)
    # Plain bytes that are not named are taken, but were not asked for.
    return gzip > 0 and gzip >= weights.get("identity", 0.0)


def _weight(parameter: str) -> float:
    if not parameter:
        return 1.0
    found = _WEIGHT.fullmatch(parameter.replace(" ", ""))
    return float(found[1]) if found else 0.0


async def gzipped(body: bytes) -> bytes:
    """Compress a body; a large one on another thread."""
    return await asyncio.to_thread(_gzip, body) if len(body) >= _BESIDE else _gzip(body)


def _gzip(body: bytes) -> bytes:
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    return compressor.compress(body) + compressor.flush()
