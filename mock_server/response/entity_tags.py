"""Entity tags: what tells one version of an answer from another (RFC 9110, sections 8.8.3 and 13.1.2)."""

import re
from typing import Final

# Nobody gains by two answers of one tag, which a cryptographic hash would guard against in ten times the time; by
# chance, 128 bits meet once in 10^19 answers.
from xxhash import xxh3_128_hexdigest

_TAG: Final = re.compile(rb'(?:W/)?("[^"]*")')


def entity_tag(body: bytes, coding: bytes = b"") -> bytes:
    """Make the strong tag of a body that is sent in a coding: other bytes on the wire have another tag."""
    digest = xxh3_128_hexdigest(body).encode()
    return b'"%b-%b"' % (digest, coding) if coding else b'"%b"' % digest


def matches(condition: bytes, tag: bytes) -> bool:
    """Tell whether an `If-None-Match` names this tag, by the weak comparison, or any at all."""
    return condition.strip() == b"*" or tag in _TAG.findall(condition)
