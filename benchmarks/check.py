"""What `feather-check` takes, and what it finds beside a plain `st run`: `python -m benchmarks.check`."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from benchmarks.bars import Bar
from benchmarks.rounds import in_rounds
from benchmarks.scale import Scale

_WHOLE_SECONDS: Final = 5.0
_IMPORT_SECONDS: Final = 0.7
_CHECK: Final = (sys.executable, "-m", "contract_tests", "--methods", "all")
_IMPORTS: Final = (
    sys.executable,
    "-c",
    "import contract_tests.cli, contract_tests.check, contract_tests.test_promises",
)
_NOTHING: Final = (sys.executable, "-c", "pass")


def check_bars(scale: Scale) -> Iterator[Bar]:
    """Time the check on the embedded mock as a whole process, and its imports."""
    commands = {"whole": _CHECK, "imports": _IMPORTS, "nothing": _NOTHING}
    times = in_rounds({name: partial(_time, command) for name, command in commands.items()}, scale.rounds)
    whole, imports = times["whole"].median, times["imports"].median - times["nothing"].median
    yield Bar(
        "feather-check on the embedded mock, whole process",
        f"under {_WHOLE_SECONDS:g} s",
        f"{whole:.1f} s",
        whole < _WHOLE_SECONDS,
        {"s": whole},
    )
    yield Bar(
        "its imports", f"under {_IMPORT_SECONDS} s", f"{imports:.2f} s", imports < _IMPORT_SECONDS, {"s": imports}
    )


def _time(command: Sequence[str]) -> float:
    began = time.perf_counter()
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # the kit's own commands
    if ended.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} exited with {ended.returncode}: {ended.stdout}{ended.stderr}")
    return time.perf_counter() - began
