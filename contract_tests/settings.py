"""What a run is told: one frozen value, from which the command line and pytest's options are both made."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from feather_kit.errors import InputError

STANDARD_REQUESTS = 300
LONGEST_TIMEOUT = 3600.0


class Profile(StrEnum):
    """How much a run asks."""

    QUICK = "quick"
    STANDARD = "standard"
    DEEP = "deep"

    @property
    def draws(self) -> float:
        """The factor on the number of random cases of each promise."""
        return {Profile.QUICK: 0.0, Profile.STANDARD: 1.0, Profile.DEEP: 8.0}[self]

    @property
    def most_requests(self) -> int:
        """The most requests of a run, where `--max-requests` does not say."""
        return {Profile.QUICK: STANDARD_REQUESTS, Profile.STANDARD: STANDARD_REQUESTS, Profile.DEEP: 2000}[self]


@dataclass(frozen=True, order=True)
class Window:
    """A range of days, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise InputError(
                f"the window {self.start}..{self.end} ends before it starts",
                f"Turn it round: --window {self.end}..{self.start}",
            )

    @property
    def days(self) -> int:
        """The number of days in it."""
        return (self.end - self.start).days + 1

    def __str__(self) -> str:
        return f"{self.start}..{self.end}"

    @classmethod
    def parse(cls, text: str) -> Window:
        """Read `START..END`, two RFC 3339 full-dates.

        Raises:
            InputError: it is no such pair, or it ends before it starts.

        """
        start, dots, end = text.partition("..")
        try:
            if not dots:
                raise ValueError(text)
            return cls(full_date(start), full_date(end))
        except ValueError:
            raise InputError(
                f"{text!r} is no window", "Write two dates, as in --window 2026-01-01..2026-03-31"
            ) from None


def full_date(text: str) -> date:
    """Read an RFC 3339 full-date; `date.fromisoformat` alone takes `20260101` and `2026-W01-1` as well.

    Raises:
        ValueError: the text is no full-date, or names a day that the calendar does not have.

    """
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


@dataclass(frozen=True)
class Rate:
    """At most so many requests in a second."""

    per_second: float

    @classmethod
    def parse(cls, text: str) -> Rate:
        """Read `5/s`, `0.5/s`, `100/m` or a bare number of requests a second.

        Raises:
            InputError: it is no rate, or not above zero.

        """
        match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(?:/(s|m))?", text)
        per_second = float(match[1]) / (60 if match[2] == "m" else 1) if match else 0.0
        if per_second <= 0:
            raise InputError(f"{text!r} is no rate", "Write requests a second, as in --rate-limit 5/s")
        return cls(per_second)


def option(flags: str, text: str, **more: Any) -> dict[str, Any]:
    """Describe a setting's option: its flags, its help, and how click reads it."""
    return {"flags": tuple(flags.split()), "help": text, **more}


def _setting(default: Any, flags: str, text: str, **more: Any) -> Any:
    shown = more.pop("shown", True)
    return dataclasses.field(default=default, repr=shown, metadata=option(flags, text, **more))


@dataclass(frozen=True)
class Settings:
    """Everything that a run is told. Each field but `target` bears its own option."""

    target: str | None = None
    api_key: str | None = _setting(
        None, "--api-key", "The key to call with; else the environment's FEATHER_API_KEY.", shown=False
    )
    document: Path | None = _setting(
        None, "--document", "The OpenAPI document; else the one that the kit brings.", type=Path
    )
    window: Window | None = _setting(
        None,
        "--window",
        "Past days that hold data, START..END; else they are found by asking.",
        parse=Window.parse,
    )
    slugs: tuple[str, ...] = _setting((), "--slug", "A slug that holds data; may be repeated.", multiple=True)
    modes: tuple[str, ...] = _setting((), "--mode", "A mode that holds data; may be repeated.", multiple=True)
    seed: int = _setting(0, "--seed", "The same seed sends the same requests in the same order.", type=int)
    profile: Profile = _setting(
        Profile.STANDARD, "--profile", "How much to ask.", choices=tuple(Profile), parse=Profile
    )
    methods: str = _setting(
        "safe",
        "--methods",
        "`all` tries the methods that the document lacks too (POST, ...); `safe` sends GET, HEAD and OPTIONS alone.",
        choices=("safe", "all"),
    )
    strict: bool = _setting(
        False,
        "--strict",
        "Advice counts as a violation, and a promise not exercised leaves no verdict.",
        flag=True,
    )
    require_data: bool = _setting(False, "--require-data", "No verdict (exit 3) where no row ever came.", flag=True)
    skip: tuple[str, ...] = _setting((), "--skip", "Leave out the promise of this id; may be repeated.", multiple=True)
    accept: Path | None = _setting(
        None, "--accept", "Known breaks: a YAML list of promise, reason and until.", type=Path
    )
    accept_update: bool = _setting(
        False, "--accept-update", "Write the promises that broke into the --accept file.", flag=True
    )
    rate_limit: Rate | None = _setting(
        None, "--rate-limit", "At most N requests a second, as in 5/s.", parse=Rate.parse
    )
    max_requests: int | None = _setting(
        None, "--max-requests", "The most requests of the run; 300 in the standard profile.", type=int
    )
    timeout: float = _setting(10.0, "--timeout", "Seconds that a request may take.", type=float)
    ca_bundle: Path | None = _setting(None, "--ca-bundle", "The certificates to trust, as a PEM file.", type=Path)
    json: Path | None = _setting(None, "--json", "Write the result as JSON.", type=Path)
    junit: Path | None = _setting(None, "--junit", "Write a JUnit file, a test case a promise.", type=Path)
    har: Path | None = _setting(None, "--har", "Write every exchange as a HAR file.", type=Path)
    report: Path | None = _setting(None, "--report", "Write a page, report.html, into this folder.", type=Path)
    verbose: bool = _setting(False, "-v --verbose", "Show every promise's evidence, kept ones too.", flag=True)

    def __post_init__(self) -> None:
        if self.max_requests is not None and self.max_requests < 1:
            raise InputError(f"--max-requests {self.max_requests} asks nothing", "Give a number above zero")
        if not 0 < self.timeout <= LONGEST_TIMEOUT:
            raise InputError(
                f"--timeout {self.timeout:g} is no time", f"Give seconds above zero, and at most {LONGEST_TIMEOUT:g}"
            )
        if self.ca_bundle is not None and not self.ca_bundle.is_file():
            raise InputError("--ca-bundle names no file", "Name a PEM file of certificates", self.ca_bundle)
        if self.accept_update and self.accept is None:
            raise InputError("--accept-update has no file to write", "Name one with --accept FILE")

    @property
    def most_requests(self) -> int:
        """The most requests that the run may send."""
        return self.max_requests or self.profile.most_requests

    @classmethod
    def options(cls) -> tuple[dataclasses.Field[Any], ...]:
        """Give the fields that bear an option, in their order."""
        return tuple(field for field in dataclasses.fields(cls) if "flags" in field.metadata)

    @classmethod
    def parse(cls, target: str | None, given: dict[str, Any]) -> Settings:
        """Make the settings of options as they were given, by field name; `None` is the default.

        Raises:
            InputError: a value cannot be read.

        """
        values: dict[str, Any] = {}
        for field in cls.options():
            value = given.get(field.name)
            if value is None or value == ():
                continue
            values[field.name] = field.metadata["parse"](value) if "parse" in field.metadata else value
        return cls(target=target, **values)
