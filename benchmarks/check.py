"""What the check takes, and what it finds beside a plain `st run`: `python -m benchmarks.check`.

All of them are tried on `tests/mutants`: deployments with one fault each, and variations that break no rule.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.table import Table

from benchmarks.bars import Bar
from benchmarks.rounds import in_rounds
from benchmarks.scale import Scale
from feather_kit.files import DOCUMENT

if TYPE_CHECKING:
    from tests.mutants import Mutant

_WHOLE_SECONDS: Final = 5.0
_IMPORT_SECONDS: Final = 0.7
_CHECK: Final = (sys.executable, "-m", "contract_tests", "--methods", "all")
_IMPORTS: Final = (
    sys.executable,
    "-c",
    "import contract_tests.cli, contract_tests.check, contract_tests.test_promises",
)
_NOTHING: Final = (sys.executable, "-c", "pass")

_ST: Final = (sys.executable, "-m", "schemathesis.cli", "run", str(DOCUMENT), "--no-color", "--seed")
_CHECKERS: Final = {
    "feather-check": None,
    "st run": (),
    "st run, sensible flags": ("--exclude-checks", "positive_data_acceptance", "-n", "300"),
}
_FAILURE: Final = re.compile(r"^  ❌ (.+): \d+$", re.MULTILINE)


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
    met = imports < _IMPORT_SECONDS
    yield Bar("its imports", f"under {_IMPORT_SECONDS} s", f"{imports:.2f} s", met, {"s": imports})


def _time(command: Sequence[str]) -> float:
    began = time.perf_counter()
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # the kit's own commands
    if ended.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} exited with {ended.returncode}: {ended.stdout}{ended.stderr}")
    return time.perf_counter() - began


@dataclass(frozen=True)
class Tried:
    """One checker on one deployment.

    Attributes:
        mutant: the deployment's id.
        is_fault: whether it has a fault.
        red: whether the checker says so.
        causes: what it says is wrong.
        requests: how many it sent.
        seconds: how long its process took.

    """

    mutant: str
    is_fault: bool
    red: bool
    causes: frozenset[str]
    requests: int
    seconds: float


class _Counting:
    """An ASGI application, and how many requests it had."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self.requests = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.requests += scope["type"] == "http"
        await self._application(scope, receive, send)


def attempt(mutant: "Mutant", flags: Sequence[str] | None, seed: int, *, is_fault: bool) -> Tried:
    """Run a checker on a deployment: `st run` with flags, or the kit's own check where these are None."""
    from tests.mutants import KEY, MODE, SLUG, create
    from tests.twin.serving import serving

    counting = _Counting(create(mutant))
    with serving(counting) as url:
        if flags is None:
            command = [*_CHECK, url, "--api-key", KEY, "--slug", SLUG, "--mode", MODE, "--seed", str(seed)]
        else:
            command = [*_ST, str(seed), "--url", url, "--header", f"x-api-key: {KEY}", *flags]
        began = time.perf_counter()
        ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # the two checkers
        seconds = time.perf_counter() - began
    causes = frozenset(_FAILURE.findall(ended.stdout))
    return Tried(mutant.id, is_fault, ended.returncode == 1, causes, counting.requests, seconds)


def summary(tried: Iterable[Tried]) -> dict[str, Any]:
    """Sum up what one checker did."""
    runs = list(tried)
    faults, harmless = [run for run in runs if run.is_fault], [run for run in runs if not run.is_fault]
    # A checker that is red on everything finds nothing: its standing false alarms do not count as a find.
    standing = frozenset[str]().union(*(run.causes for run in harmless if run.red))
    found = [run for run in faults if run.red and (not run.causes or run.causes - standing)]
    return {
        "faults": len(faults),
        "red": sum(run.red for run in faults),
        "found": len(found),
        "missed": [run.mutant for run in faults if run not in found],
        "harmless": len(harmless),
        "false_alarms": sum(run.red for run in harmless),
        "requests": median(run.requests for run in runs),
        "seconds": median(run.seconds for run in runs),
    }


@click.command("benchmarks.check")
@click.option("--every", default=1, show_default=True, metavar="N", help="Take each Nth deployment alone.")
@click.option("--seed", default=0, show_default=True, help="The seed of all checkers.")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write all figures there.")
def main(every: int, seed: int, file: Path | None) -> None:
    """Try the check and `st run` on faulty and harmless deployments."""
    from tests.mutants import FAULTS, HARMLESS

    mutants = [(mutant, True) for mutant in FAULTS[::every]] + [(mutant, False) for mutant in HARMLESS[::every]]
    tried: dict[str, list[Tried]] = {name: [] for name in _CHECKERS}
    for mutant, is_fault in mutants:
        for name, flags in _CHECKERS.items():
            tried[name].append(attempt(mutant, flags, seed, is_fault=is_fault))
    summaries = {name: summary(runs) for name, runs in tried.items()}
    Console(highlight=False).print(_table(summaries))
    if file is not None:
        file.write_text(json.dumps(summaries, indent=2) + "\n", encoding="utf-8")


def _table(summaries: dict[str, dict[str, Any]]) -> Table:
    table = Table("checker", "faults found", "red on faults", "false alarms", "requests", "seconds each")
    for name, each in summaries.items():
        of_faults, of_harmless = f"of {each['faults']}", f"of {each['harmless']}"
        table.add_row(
            name,
            f"{each['found']} {of_faults}",
            f"{each['red']} {of_faults}",
            f"{each['false_alarms']} {of_harmless}",
            f"{each['requests']:.0f}",
            f"{each['seconds']:.1f}",
        )
    return table


if __name__ == "__main__":
    main()
