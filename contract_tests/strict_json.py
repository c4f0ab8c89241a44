"""JSON as RFC 8259 has it, and not as parsers forgive it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class JsonBreak:
    """Why a body is no JSON."""

    reason: str


class _StrictError(ValueError):
    """Raised inside the parser, at what RFC 8259 does not have."""


def parse_json(body: bytes) -> Any:
    """Read a body as strict JSON.

    Returns:
        Its value, or a `JsonBreak`: it is empty or cut, is not UTF-8 (RFC 8259, section 8.1), starts with a byte
        order mark, holds NaN or Infinity (section 6), or has a name twice in one object (section 4).

    """
    if not body.strip():
        return JsonBreak("the body is empty")
    if body.startswith(b"\xef\xbb\xbf"):
        return JsonBreak("the body starts with a byte order mark")
    try:
        text = body.decode("utf-8")
        return json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_twin)
    except UnicodeDecodeError as error:
        return JsonBreak(f"byte {error.start} is not UTF-8")
    except _StrictError as error:
        return JsonBreak(str(error))
    except json.JSONDecodeError as error:
        return JsonBreak(f"{error.msg} at character {error.pos} of {len(text)}")
    except RecursionError:
        return JsonBreak("the body is nested too deeply")
    except ValueError:
        return JsonBreak("a number has more digits than can be read")


def _no_constant(name: str) -> Any:
    raise _StrictError(f"{name} is no JSON number")


def _no_twin(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twin = next(name for name in names if names.count(name) > 1)
        raise _StrictError(f"the name {twin!r} stands twice in one object")
    return value
