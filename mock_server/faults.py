"""Faults that come now and then: seeded, so that a run of the same requests meets the same ones again."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from starlette.types import Receive, Scope

from mock_server.data.noise import fraction
from mock_server.delay import Delay
from mock_server.protocol import LINE
from mock_server.state import KINDS, State


class Chance(NamedTuple):
    """What chance has in store for one request.

    Attributes:
        wait: how many milliseconds its answer waits.
        fault: the kind of its fault, or None.

    """

    wait: float
    fault: str | None


class Faults:
    """Draws what happens to each request, by its number since the start of the mock or the last change of its state.

    Attributes:
        state: the state of the mock, which says how many there are.

    """

    def __init__(self, state: State, seed: int) -> None:
        self.state = state
        self._seed = str(seed)
        self._number = 0
        self._revision = -1

    def draw(self, delay: Delay | None = None) -> Chance:
        """Draw for the next request.

        Args:
            delay: how long this one waits; None: as long as the state of the mock says.

        """
        state = self.state
        delay = delay or state.delay
        if state.revision != self._revision:
            self._revision, self._number = state.revision, 0
        self._number += 1
        wait, fault = 0.0, None
        if delay is not None:
            low, high = delay
            wait = low + (high - low) * self._fraction("delay")
        if self._fraction("fault") < state.fault_rate:
            kinds = [kind for kind in KINDS if kind in state.faults]
            fault = kinds[int(self._fraction("kind") * len(kinds))]
        return Chance(wait, fault)

    def _fraction(self, name: str) -> float:
        return fraction(self._seed, name, str(self._number))


async def drop(scope: Scope, receive: Receive) -> None:
    """End the connection without an answer; a server other than the mock's own sees that nothing is answered."""
    line = scope.get("state", {}).get(LINE)
    if line is not None:
        line.abort()
        while (await receive())["type"] != "http.disconnect":
            await asyncio.sleep(0)


def cut(scope: Scope) -> None:
    """End the connection in the middle of the answer's body, whatever layers make of it on its way."""
    line = scope.get("state", {}).get(LINE)
    if line is not None:
        line.cut()
