"""Runs the check on every mutant: `python -m tests.mutants [--seeds 0,1] [--only ID]... [--write FILE]`."""

import argparse
import sys
from pathlib import Path

from tests.mutants import FAULTS, HARMLESS
from tests.mutants.detection import Run, render, run_all


def main() -> None:
    """Run, print what was missed and what was a false alarm, and exit with 1 if there was either."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="The check, tried on known faults.")
    parser.add_argument("--seeds", default="0", help="seeds, as in 0,1,2 or 0-19")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="this mutant alone; may be repeated")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the tables as Markdown")
    parser.add_argument("--verbose", action="store_true", help="a line for each run")
    options = parser.parse_args()
    mutants = [mutant for mutant in (*FAULTS, *HARMLESS) if not options.only or mutant.id in options.only]
    if not mutants:
        parser.error(f"no mutant is called {' or '.join(options.only)}")
    runs = []
    for run in run_all(mutants, _seeds(options.seeds), options.jobs):
        runs.append(run)
        if options.verbose or not run.is_right:
            print(_line(run), flush=True)  # noqa: T201  # the command's output
    if options.write:
        options.write.write_text(render(runs), encoding="utf-8")
    wrong = [run for run in runs if not run.is_right]
    most = max(run.requests for run in runs)
    print(  # noqa: T201  # the command's output
        f"{len(runs)} runs: {len(wrong)} wrong, at most {most} requests and {max(run.seconds for run in runs):.1f} s"
    )
    sys.exit(bool(wrong))


def _seeds(text: str) -> list[int]:
    first, dash, last = text.partition("-")
    return list(range(int(first), int(last) + 1)) if dash else [int(seed) for seed in text.split(",")]


def _line(run: Run) -> str:
    verdict = "right" if run.is_right else ("MISSED" if run.is_fault else "FALSE ALARM")
    why = f" ({run.why})" if run.why else ""
    return (
        f"{verdict:12} {run.mutant:45} seed {run.seed:<3} {run.verdict:9} {run.requests:4} requests "
        f"{run.seconds:5.1f} s  {', '.join(run.broken)}{why}"
    )


if __name__ == "__main__":
    main()
