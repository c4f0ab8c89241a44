"""`python -m benchmarks`: the mock beside its peers, on this machine."""

import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from benchmarks import bars, ours
from benchmarks.bars import Bar
from benchmarks.check import check_bars
from benchmarks.contestant import Contestant, NotServedError
from benchmarks.field import Field, measure_field
from benchmarks.load import find_wrk
from benchmarks.machine import split_cores
from benchmarks.plot import draw
from benchmarks.report import Report
from benchmarks.scale import SMALLEST, Scale
from feather_kit.errors import InputError

_console = Console(highlight=False, width=max(Console().width, 110))


@click.command("benchmarks")
@click.option(
    "--smallest", is_flag=True, help="The least that shows that all of it runs: no peers from npm, one round."
)
@click.option("--seconds", type=int, help="How long each load lasts.")
@click.option("--rounds", type=int, help="How often each figure is taken.")
@click.option(
    "--only", "names", multiple=True, metavar="NAME", help="This contestant beside the mock; can be repeated."
)
@click.option("--peers/--no-peers", default=True, help="Install and measure the peers from npm.")
@click.option("--bars/--no-bars", default=True, help="Measure what the mock must reach as well.")
@click.option("--json", type=click.Path(path_type=Path), help="Write all figures there.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw the speeds there, as SVG.")
def main(*, smallest: bool, peers: bool, **given: Any) -> None:
    """Measure the mock and its peers in turns, on loopback. wrk makes the load."""
    scale = SMALLEST if smallest else Scale()
    scale = replace(scale, **{name: given[name] for name in ("seconds", "rounds") if given[name] is not None})
    names, with_bars = frozenset(given["names"]), given["bars"]
    try:
        find_wrk()
        with tempfile.TemporaryDirectory(prefix="feather-benchmarks-") as folder:
            report = _measure(scale, Path(folder), names, peers=peers and not smallest, with_bars=with_bars)
    except (InputError, NotServedError) as error:
        _console.print(f"benchmarks: {error}", style="red")
        sys.exit(2)
    report.print(_console)
    if given["json"] is not None:
        given["json"].write_text(json.dumps(report.as_json(), indent=2) + "\n", encoding="utf-8")
    if given["plot"] is not None and report.field is not None:
        given["plot"].write_text(draw(report.field), encoding="utf-8")


def _measure(scale: Scale, folder: Path, names: frozenset[str], *, peers: bool, with_bars: bool) -> Report:
    if not split_cores().apart:
        _console.print("Servers and load share their cores: all figures are lower than they could be.")
    field = measure_field(scale, folder, names, peers=peers, say=_console.print)
    if not with_bars:
        return Report(field, {}, ())
    _console.print("starts")
    times, found = bars.starts(scale, _starters(field))
    judged: list[Bar] = [*bars.from_field(field)]
    for measure in (bars.refusals, bars.lengths):
        _console.print(measure.__name__)
        judged += measure(scale)
    _console.print("sizes")
    judged += bars.sizes(scale, folder)
    _console.print("memory")
    judged += bars.memory(scale)
    judged += found
    for measure in (bars.workers, bars.latency, check_bars):
        _console.print(measure.__name__)
        judged += measure(scale)
    return Report(field, times, judged)


def _starters(field: Field) -> Iterator[Contestant]:
    """Give those whose start is timed: the mock as a user starts it, and all others."""
    yield ours.mock(today=False)
    yield from (each for each in field.contestants if each.name not in {ours.MOCK, ours.VALIDATED})


if __name__ == "__main__":
    main()
