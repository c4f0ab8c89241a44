"""The run as tables, as JSON, and as a plot."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from benchmarks import ours
from benchmarks.bars import Bar
from benchmarks.field import Field
from benchmarks.machine import describe
from benchmarks.rounds import Spread

_MET: Final = {True: "met", False: "MISSED", None: "not said"}


@dataclass(frozen=True)
class Report:
    """All figures of a run.

    Attributes:
        field: all contestants' speeds and deeds; None where they were not measured.
        starts: seconds to the first answer, by contestant.
        bars: what the mock must reach.

    """

    field: Field | None
    starts: Mapping[str, Spread]
    bars: Sequence[Bar]

    def print(self, console: Console) -> None:
        """Print the tables."""
        if self.field is not None:
            console.print(_speeds(self.field, self.starts))
            console.print(_deeds(self.field))
            for left_out in self.field.left_out:
                console.print(f"left out: {left_out.name}: {left_out.why}")
        if self.bars:
            console.print(_bars(self.bars))

    def as_json(self) -> dict[str, Any]:
        """Give all figures as JSON values."""
        contestants: dict[str, Any] = {}
        if self.field is not None:
            bare = self.field.rates[ours.BARE]
            for each in self.field.contestants:
                contestants[each.name] = {
                    "about": each.about,
                    "requests_a_second": _figures(self.field.rates[each.name]),
                    "ratio_to_bare": self.field.rates[each.name].ratio(bare),
                    "cpu_us_a_request": _figures(self.field.cpu_us[each.name])
                    if each.name in self.field.cpu_us
                    else None,
                    "p99_ms": _figures(self.field.p99_ms[each.name]),
                    "bytes_an_answer": self.field.bytes_each[each.name],
                    "deeds": dataclasses.asdict(self.field.deeds[each.name]),
                }
        return {
            "machine": describe(),
            "contestants": contestants,
            "left_out": [dataclasses.asdict(each) for each in self.field.left_out] if self.field else [],
            "seconds_to_first_answer": {name: _figures(spread) for name, spread in self.starts.items()},
            "bars": [dataclasses.asdict(bar) for bar in self.bars],
        }


def _figures(spread: Spread) -> dict[str, Any]:
    return {"median": spread.median, "low": spread.low, "high": spread.high, "rounds": list(spread.figures)}


def _speeds(field: Field, starts: Mapping[str, Spread]) -> Table:
    table = Table("contestant", title="Speed: no request comes twice", title_justify="left")
    for heading in ("requests/s", "low to high", "of bare", "CPU µs", "p99 ms", "bytes", "start s"):
        table.add_column(heading, justify="right")
    bare = field.rates[ours.BARE]
    for name, rate in sorted(field.rates.items(), key=lambda each: -each[1].median):
        start = starts.get(name)
        table.add_row(
            name,
            f"{rate.median:,.0f}",
            f"{rate.low:,.0f} to {rate.high:,.0f}",
            f"{rate.ratio(bare):.2f}",
            f"{field.cpu_us[name].median:.0f}" if name in field.cpu_us else "",
            f"{field.p99_ms[name].median:.1f}",
            f"{field.bytes_each[name]:,.0f}",
            f"{start.median:.2f}" if start else "",
        )
    return table


def _deeds(field: Field) -> Table:
    table = Table("contestant", title="What each did, found by asking it", title_justify="left")
    for heading in ("no key", "wrong key", "30 February", "inverted", "unknown slug", "rows", "rows add up"):
        table.add_column(heading)
    table.add_row("by the rules", "401", "401", "422", "400", "no rows", "computed", "yes", end_section=True)
    for name in sorted(field.rates, key=lambda each: -field.rates[each].median):
        deeds = field.deeds[name]
        statuses = (deeds.no_key, deeds.wrong_key, deeds.wrong_date, deeds.inverted)
        filters, adds_up = ("no rows" if deeds.filters else "rows"), ("yes" if deeds.plausible else "no")
        table.add_row(name, *map(str, statuses), filters, deeds.rows, adds_up)
    return table


def _bars(bars: Sequence[Bar]) -> Table:
    table = Table("what", "bar", "measured", "", title="The bars", title_justify="left")
    for bar in bars:
        table.add_row(bar.what, bar.bar, bar.measured, _MET[bar.met])
    return table
