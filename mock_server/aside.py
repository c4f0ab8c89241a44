"""Slow work beside the event loop: on one thread, one piece after another, so that what it touches needs no lock."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
A = TypeVar("A")


class Aside:
    """One thread, which starts when it is first needed: several processes may be made of this one before."""

    def __init__(self) -> None:
        self._thread: ThreadPoolExecutor | None = None

    async def run(self, work: Callable[[A], T], argument: A) -> T:
        """Have the thread do `work`, and answer other requests meanwhile."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, "aside")
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, argument)
