"""What pytest shows of a broken promise, on its terminal and in JUnit: a text of the kit's own, and no traceback."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Writer(Protocol):
    """The part of pytest's terminal writer that is needed here."""

    def line(self, s: str = "", **markup: bool) -> None:
        """Write a line."""


@dataclass(frozen=True)
class Crash:
    """What stands in pytest's short summary, and in the `message` of a JUnit failure.

    Attributes:
        message: one line.

    """

    message: str


@dataclass(frozen=True)
class Told:
    """A failure, as pytest's own representations of failures are shaped.

    Attributes:
        heading: the failure in a line.
        text: all of it.

    """

    heading: str
    text: str

    @property
    def reprcrash(self) -> Crash:
        """The heading, where pytest looks for it."""
        return Crash(self.heading)

    def toterminal(self, tw: Writer) -> None:
        """Write it on pytest's terminal."""
        for line in self.text.splitlines():
            tw.line(line)

    def __str__(self) -> str:
        return self.text
