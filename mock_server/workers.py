"""Runs several processes that answer on one socket; none outlives its parent."""

import contextlib
import math
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, Final, NoReturn

from feather_kit.errors import InputError

Work = Callable[[Callable[[], None], bool], None]
"""Serves until a signal; calls its first argument when it answers. The second is true of one process alone: it may
tell what happens to all of them alike."""

_SHORTEST_LIFE: Final = 1.0  # seconds; a worker that dies sooner would die again


def run_workers(count: int, work: Work, ready: Callable[[], None]) -> NoReturn:
    """Run `work` in `count` processes until SIGINT or SIGTERM; call `ready` when all of them answer.

    A worker that dies later is replaced; if one dies at its start, all end.

    Raises:
        InputError: this system cannot fork.
        SystemExit: always, in the end.

    """
    if not hasattr(os, "fork"):
        raise InputError("--workers needs a system that can fork processes", "Leave it out")
    sys.stdout.flush()
    parent = _Parent(work)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, parent.end)
    if parent.start(count):
        ready()
        parent.watch()
    sys.exit(parent.finish())


class _Parent:
    def __init__(self, work: Work) -> None:
        self._work = work
        self._children: dict[int, float] = {}
        self._speaker = 0
        self._ending = False
        # Nothing is ever written here. Only the parent holds the other end, so a worker that reads the end of
        # the pipe knows that its parent is gone, however that came about.
        self._life, self._held = os.pipe()

    def end(self, *_: Any) -> None:
        """Ask all workers to end."""
        self._ending = True
        for pid in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def start(self, count: int) -> bool:
        """Start the workers, and wait until each answers or is gone; tell whether all answer."""
        told, tell = os.pipe()
        for _ in range(count):
            self._fork(tell, told)
        os.close(tell)
        answering = 0
        while said := os.read(told, count):
            answering += len(said)
        os.close(told)
        return answering == count and not self._ending

    def watch(self) -> None:
        """Replace each worker that dies, until a signal ends all."""
        while not self._ending:
            pid, _ = os.wait()
            age = time.monotonic() - self._children.pop(pid)
            if self._ending:
                return
            if age < _SHORTEST_LIFE:
                self.end()
                return
            self._fork()

    def finish(self) -> int:
        """End all workers; give the exit code: 0 where a signal was the cause."""
        code = 0 if self._ending else 1
        self.end()
        while self._children:
            pid, _ = os.wait()
            self._children.pop(pid, None)
        return code

    def _fork(self, tell: int | None = None, *inherited: int) -> None:
        speaks = self._speaker not in self._children
        pid = os.fork()
        if pid == 0:
            for descriptor in (self._held, *inherited):
                os.close(descriptor)
            self._be_worker(tell, speaks)
        self._speaker = pid if speaks else self._speaker
        # Those of the start are waited for, so whatever ends one later, it is not that it cannot start.
        self._children[pid] = time.monotonic() if tell is None else -math.inf
        if self._ending:
            self.end()

    def _be_worker(self, tell: int | None, speaks: bool) -> NoReturn:
        code = 1
        try:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            threading.Thread(target=self._end_with_parent, daemon=True).start()
            self._work(lambda: _tell(tell), speaks)
            code = 0
        except BaseException:  # a worker must never return into its parent's code
            traceback.print_exc()
        finally:
            os._exit(code)

    def _end_with_parent(self) -> None:
        os.read(self._life, 1)
        os.kill(os.getpid(), signal.SIGTERM)


def _tell(descriptor: int | None) -> None:
    if descriptor is not None:
        os.write(descriptor, b"!")
        os.close(descriptor)
