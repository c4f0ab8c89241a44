"""What can change while the mock runs: which data it serves to everyone, how slowly, and how often it fails."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from feather_kit.errors import InputError
from mock_server.delay import Delay, read_delay, write_delay

if TYPE_CHECKING:
    from mock_server.settings import Settings

KINDS: Final = ("500", "503", "429", "drop", "cut")
"""The kinds of fault: an answer with that status, a connection that ends without an answer, a body cut in two."""


class FixedStateError(InputError):
    """A change that would reach one of several processes only: HTTP's 409."""


class State:
    """The one mutable thing of a running mock.

    Attributes:
        scenario: the scenario that everyone gets who asks for no other.
        delay: how long each answer waits, or None.
        fault_rate: the share of requests that end in a fault, from 0 to 1.
        faults: the kinds of fault that there can be.
        problem: what is wrong with an edit of a file that is served; the last good state goes on.
        revision: goes up with each change.
        disturbed: answers wait or fail.

    """

    def __init__(self, settings: Settings, scenarios: Collection[str]) -> None:
        """Begin as the command line says.

        Args:
            settings: the command line.
            scenarios: the names that a scenario may have.

        Raises:
            InputError: the command line names no scenario that there is.

        """
        self._settings = settings
        self._scenarios = scenarios
        self.problem: InputError | None = None
        self.revision = 0
        self._begin()

    def _begin(self) -> None:
        self.scenario = self._known(self._settings.scenario)
        self.delay: Delay | None = self._settings.delay
        self.fault_rate = self._settings.fault_rate
        self.faults = frozenset(self._settings.faults or KINDS)
        self._changed()

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The names of all scenarios, in order."""
        return tuple(sorted(self._scenarios))

    def change(self, wanted: Mapping[str, Any]) -> None:
        """Change some of `scenario`, `delay`, `fault_rate` and `faults`: all that are named, or none.

        Args:
            wanted: as JSON has it: a name; milliseconds, a text as `50..200`, or None; a number; a list of kinds.

        Raises:
            InputError: a name is none of these, or a value cannot be.
            FixedStateError: several processes answer, and each has a state of its own.

        """
        self._may_change()
        readers = {
            "scenario": self._known,
            "delay": _delay,
            "fault_rate": _rate,
            "faults": _kinds,
        }
        for name in wanted:
            if name not in readers:
                raise InputError(f"{name!r} is nothing that can be changed", f"Change one of: {', '.join(readers)}")
        for name, value in {name: readers[name](value) for name, value in wanted.items()}.items():
            setattr(self, name, value)
        self._changed()

    def reset(self) -> None:
        """Go back to what the command line says.

        Raises:
            FixedStateError: several processes answer, and each has a state of its own.

        """
        self._may_change()
        self._begin()

    def adopt(self, scenarios: Collection[str]) -> None:
        """Take other scenarios, after an edit.

        Raises:
            InputError: the scenario that is served now, or that of the command line, is none of them.

        """
        for name in (self.scenario, self._settings.scenario):
            if name not in scenarios:
                raise _unknown(name, scenarios)
        self._scenarios = scenarios
        self._changed()

    def tell(self, problem: InputError | None) -> None:
        """Remember what is wrong with an edit; None: nothing is any more."""
        self.problem = problem
        self._changed()

    def describe(self) -> dict[str, Any]:
        """Give it as JSON, in the words of `change`."""
        return {
            "scenario": self.scenario,
            "delay": None if self.delay is None else write_delay(self.delay),
            "fault_rate": self.fault_rate,
            "faults": [kind for kind in KINDS if kind in self.faults],
            "revision": self.revision,
        }

    def _changed(self) -> None:
        self.disturbed = self.delay is not None or self.fault_rate > 0
        self.revision += 1

    def _may_change(self) -> None:
        if self._settings.workers > 1:
            raise FixedStateError(
                f"{self._settings.workers} processes answer, and a change would reach one of them only",
                "Start the mock with --workers 1, or ask for it in each request with Prefer",
            )

    def _known(self, name: Any) -> str:
        if not isinstance(name, str) or name not in self._scenarios:
            raise _unknown(name, self._scenarios)
        return name


def _unknown(name: object, scenarios: Collection[str]) -> InputError:
    return InputError(f"there is no scenario {name!r}", f"Name one of: {', '.join(sorted(scenarios))}")


def _delay(value: Any) -> Delay | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InputError(f"the delay {value!r} cannot be", "Give milliseconds, a text as '50..200', or null")
    return read_delay(str(value))


def _rate(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InputError(f"the fault rate {value!r} cannot be", "Give a share from 0 to 1, as 0.05")
    return float(value)


def _kinds(value: Any) -> frozenset[str]:
    if not isinstance(value, list | tuple) or not value or not all(kind in KINDS for kind in value):
        raise InputError(f"the faults {value!r} cannot be", f"List one or more of: {', '.join(KINDS)}")
    return frozenset(value)
