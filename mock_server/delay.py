"""How long an answer waits: milliseconds, or a range to draw them from."""

import re
from typing import Final

from feather_kit.errors import InputError

Delay = tuple[int, int]
"""The least and the most milliseconds, both included."""

MOST_MS: Final = 60_000
_RANGE: Final = re.compile(r"(\d{1,5})(?:\.\.(\d{1,5}))?", re.ASCII)


def read_delay(text: str) -> Delay:
    """Read `150`, or a range as `50..200`.

    Raises:
        InputError: it is neither, turned round, or longer than a minute.

    """
    found = _RANGE.fullmatch(text.strip())
    if found:
        low, high = int(found[1]), int(found[2] or found[1])
        if low <= high <= MOST_MS:
            return low, high
    raise InputError(
        f"the delay {text!r} cannot be",
        f"Give milliseconds from 0 to {MOST_MS:,}, as 150, or a range of them, as 50..200",
    )


def write_delay(delay: Delay) -> str:
    """Write a delay as `read_delay` reads it."""
    low, high = delay
    return str(low) if low == high else f"{low}..{high}"
