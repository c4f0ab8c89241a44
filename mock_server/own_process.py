"""Makes a process that is the mock's own start fast and stay small; a program that embeds the mock is left alone."""

import gc
import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from typing import Any, Final

# What the packages below Connexion import, and a server of it never touches: a second HTTP client, by which Connexion
# would fetch remote references, and what httpx paints its own command line with. A sixth of the time to start.
_PUT_OFF: Final = frozenset(
    {
        "requests",
        "pygments.lexers",
        "pygments.util",
        "rich.console",
        "rich.markup",
        "rich.progress",
        "rich.syntax",
        "rich.table",
    }
)
_LARGEST: Final = 8 * 2**20


def begin() -> None:
    """Make ready to import and build the mock: to be called before any of it is imported, and once."""
    # What is made until it serves stays: looking for garbage in between finds none.
    gc.disable()
    # Each thread of a BLAS takes time to start and memory; the mock multiplies no matrices.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # glibc maps each larger block of memory anew, page by page, and gives it back at once, until it has seen a block
    # freed of such a size (mallopt(3), M_MMAP_THRESHOLD): half of the time that the first sums would take.
    bytes(_LARGEST)
    sys.meta_path.insert(0, _Later)


def settle() -> None:
    """Take what stands now to stand until the end: the collector need not look at it again, nor workers copy it."""
    gc.freeze()
    gc.enable()


class _Later:
    """Finds modules that load when they are first used (`importlib.util.LazyLoader`); each is the real one."""

    @staticmethod
    def find_spec(name: str, path: Any = None, _target: Any = None) -> ModuleSpec | None:
        """Find one of those that are put off, and no other."""
        spec = PathFinder.find_spec(name, path) if name in _PUT_OFF else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec
