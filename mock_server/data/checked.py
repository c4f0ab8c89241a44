"""Reads checked values out of a YAML file: each refusal names file and line, and says what would be right."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from feather_kit.errors import InputError
from feather_kit.yaml_source import Pointer, YamlSource
from mock_server.data.catalogue import Ago, Day

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)
_FULL_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_AGO = re.compile(r"(\d{1,5}) days? ago", re.ASCII)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _nearest(name: str, known: Iterable[str]) -> str:
    """Say what may have been meant by an unknown `name`."""
    import difflib  # a millisecond, for those who mistype

    known = list(known)
    close = difflib.get_close_matches(name, known, n=1) or [each for each in known if name and name in each][:1]
    return f"Did you mean {close[0]!r}? Known: {_listed(known)}" if close else f"Known: {_listed(known)}"


@dataclass(frozen=True)
class Reader:
    """One value of a YAML file, and where it stands.

    Every method that takes a `key` reads that entry of a mapping; a `default` is what an absent entry means,
    and an entry without a default must be there.
    """

    source: YamlSource
    pointer: Pointer = ()
    value: Any = None

    @classmethod
    def whole(cls, source: YamlSource) -> "Reader":
        """Read from the top of a file."""
        return cls(source, (), source.data)

    def refuse(self, problem: str, remedy: str, *, key: str | int | None = None) -> InputError:
        """Make the error that points at this value, or at its entry `key`."""
        pointer = self.pointer if key is None else (*self.pointer, key)
        return self.source.error(pointer, problem, remedy)

    def __contains__(self, key: str) -> bool:
        return key in self.value

    def mapping(self, known: Iterable[str] | None = None) -> "Reader":
        """Make sure that this is a mapping, with no key but the `known` ones where they are given."""
        if not isinstance(self.value, dict):
            raise self.refuse(f"{self._name()} is {_shown(self.value)}", "Write a mapping of names to values")
        if known is not None:
            allowed = set(known)
            for key in self.value:
                if key not in allowed:
                    raise self.refuse(f"unknown key {key!r}", _nearest(key, allowed), key=key)
        return self

    def entries(self, *, least: int = 0) -> Iterator[tuple[str, "Reader"]]:
        """Go through a mapping of names that has at least `least` of them."""
        self.mapping()
        if len(self.value) < least:
            raise self.refuse(f"{self._name()} is empty", f"Write {least} or more")
        for key in self.value:
            if not key or key != key.strip():
                raise self.refuse(f"the name {key!r} is blank or has blanks around it", "Write a name", key=key)
            yield key, self.child(key)

    def items(self, *, least: int = 0) -> list["Reader"]:
        """Go through a list that has at least `least` items."""
        if not isinstance(self.value, list) or len(self.value) < least:
            wanted = "a list" if least == 0 else f"a list of {least} or more"
            raise self.refuse(f"{self._name()} is {_shown(self.value)}", f"Write {wanted}")
        return [self.child(index) for index in range(len(self.value))]

    def without(self, *keys: str) -> "Reader":
        """Leave out some entries of a mapping."""
        return Reader(self.source, self.pointer, {key: self.value[key] for key in self.value if key not in keys})

    def child(self, key: str | int) -> "Reader":
        """Read the entry `key`, which is there."""
        return Reader(self.source, (*self.pointer, key), self.value[key])

    def need(self, key: str) -> "Reader":
        """Read the entry `key`, which must be there."""
        if key not in self.value:
            raise self.refuse(f"{key!r} is missing in {self._name()}", f"Add {key!r}")
        return self.child(key)

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """Read a number from `low` to `high`."""
        if key not in self.value and default is not None:
            return default
        return self.need(key).as_number(low, high)

    def as_number(self, low: float, high: float) -> float:
        """Take this value for a number from `low` to `high`."""
        value = self.value
        good = isinstance(value, int | float) and not isinstance(value, bool)
        if not good or not low <= value <= high:  # NaN fails the comparison
            wanted = f"Write a number from {low:,.12g} to {high:,.12g}"
            raise self.refuse(f"{self._name()} is {_shown(value)}", wanted)
        return float(value)

    def whole_number(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Read a whole number from `low` to `high`."""
        if key not in self.value and default is not None:
            return default
        return self.need(key).as_whole_number(low, high)

    def as_whole_number(self, low: int, high: int) -> int:
        """Take this value for a whole number from `low` to `high`."""
        value = self.value
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.refuse(f"{self._name()} is {_shown(value)}", f"Write a whole number from {low:,} to {high:,}")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Read a text that is not empty."""
        if key not in self.value and default is not None:
            return default
        return self.need(key).as_text()

    def as_text(self) -> str:
        """Take this value for a text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.refuse(f"{self._name()} is {_shown(self.value)}", "Write a text (quoted, if it is a number)")
        return self.value

    def choice(self, known: Iterable[str]) -> str:
        """Take this value for one of the `known` names."""
        allowed = list(known)
        if self.value not in allowed:
            raise self.refuse(
                f"{self._name()} is {_shown(self.value)}, which is not there", _nearest(str(self.value), allowed)
            )
        return str(self.value)

    def day(self, key: str, *, relative: bool, default: Day | None = None) -> Day:
        """Read a date; `relative` lets it be told from today as well."""
        if key not in self.value and default is not None:
            return default
        return self.need(key).as_day(relative=relative)

    def as_day(self, *, relative: bool) -> Day:
        """Take this value for a date, or, if `relative`, for `today`, `yesterday` or `12 days ago`."""
        text = str(self.value)
        if _FULL_DATE.fullmatch(text):
            try:
                day = date.fromisoformat(text)
            except ValueError:
                raise self.refuse(f"{text} is no day of the calendar", "Write a date that exists") from None
            if not EARLIEST <= day <= LATEST:
                raise self.refuse(f"{text} is out of reach", f"Write a date from {EARLIEST} to {LATEST}")
            return day
        ago = _days_ago(text)
        if ago is not None and relative:
            return ago
        wanted = "Write a date as YYYY-MM-DD"
        if ago is not None:
            wanted += "; days told from today are for scenarios, since a catalogue's past must not move"
        elif relative:
            wanted += ", or 'today', 'yesterday' or '12 days ago'"
        raise self.refuse(f"{self._name()} is {_shown(self.value)}", wanted)

    def numbers(self, count: int, low: float, high: float) -> tuple[float, ...]:
        """Take this value for a list of exactly `count` numbers from `low` to `high`."""
        if not isinstance(self.value, list) or len(self.value) != count:
            raise self.refuse(f"{self._name()} is {_shown(self.value)}", f"Write a list of {count} numbers")
        return tuple(item.as_number(low, high) for item in self.items())

    def _name(self) -> str:
        return _path(self.pointer)


def _path(pointer: Sequence[str | int]) -> str:
    return ".".join(str(part) for part in pointer) or "the file"


def _days_ago(text: str) -> Ago | None:
    if text in ("today", "yesterday"):
        return Ago(0 if text == "today" else 1)
    found = _AGO.fullmatch(text)
    return Ago(int(found[1])) if found else None
