"""The bars: what the mock must reach, each measured and judged in the run at hand."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from benchmarks import catalogues, ours
from benchmarks.contestant import Contestant, Served, serving
from benchmarks.field import Field
from benchmarks.load import RANGES, Requests, load
from benchmarks.machine import resident_mib, split_cores
from benchmarks.rounds import Measure, Spread, in_rounds
from benchmarks.scale import Scale

_WRONG: Final = {
    "200": Requests(),
    "422": Requests(end_date="2026-02-30"),
    "401": Requests(key="a-key-that-nobody-has"),
}
_MIB_ALLOWED: Final = 120
_MS_ALLOWED: Final = 3.0
_GROWTH_ALLOWED: Final = 1.25  # a megabyte does not fit into the cache of a core, nor into a socket's buffer


@dataclass(frozen=True)
class Bar:
    """A bar, and what the run has to say of it.

    Attributes:
        what: what was measured.
        bar: what is asked.
        measured: what came of it.
        met: whether it is enough; None where that can't be said here.
        figures: the numbers behind it.

    """

    what: str
    bar: str
    measured: str
    met: bool | None
    figures: Mapping[str, float]


def from_field(field: Field) -> Iterator[Bar]:
    """Judge the rows and the validated rows by the figures of all contestants."""
    mine, bare = field.rates[ours.MOCK], field.rates[ours.BARE]
    ratio = mine.ratio(bare)
    peers = {name: mine.ratio(rate) for name, rate in field.rates.items() if name in field.peers}
    if peers:
        nearest = min(peers, key=lambda name: peers[name])
        yield Bar(
            "rows of ranges never asked before",
            "at least the fastest peer",
            f"{peers[nearest]:.2f} of {nearest}, the fastest",
            peers[nearest] >= 1,
            peers,
        )
    figures = {"ratio": ratio, "rate": mine.median, "bare": bare.median}
    yield Bar("the same", "0.38 of bare ASGI", f"{ratio:.2f}", ratio >= 0.38, figures)
    validated = field.rates[ours.VALIDATED].ratio(mine)
    yield Bar(
        "every response validated", "0.6 of the above", f"{validated:.2f}", validated >= 0.6, {"ratio": validated}
    )


def refusals(scale: Scale) -> Iterator[Bar]:
    """Compare refusals with rows."""
    with serving(ours.mock(), split_cores().server) as served:
        rates = in_rounds({status: _rate(served, requests, scale) for status, requests in _WRONG.items()}, scale.rounds)
    for status in ("422", "401"):
        ratio = rates[status].ratio(rates["200"])
        figures = {"ratio": ratio, "rate": rates[status].median}
        yield Bar(f"a {status}", "at least the rate of the 200", f"{ratio:.2f} of it", ratio >= 1, figures)


def lengths(scale: Scale) -> Iterator[Bar]:
    """Compare ranges of one day with those of three years, both with the same filters."""
    spans = {"1 day": Requests(span=1), "3 years": Requests(span=3 * 365)}
    with serving(ours.mock(), split_cores().server) as served:
        rates = in_rounds({name: _rate(served, each, scale) for name, each in spans.items()}, scale.rounds)
    ratio = rates["1 day"].ratio(rates["3 years"])
    yield Bar("a range of 3 years against 1 day", "within 1.1", f"{ratio:.2f}", ratio <= 1.1, {"ratio": ratio})


def sizes(scale: Scale, folder: Path) -> Iterator[Bar]:
    """Compare catalogues of different sizes by the time that a KiB of the answer takes."""
    costs: dict[int, Spread] = {}
    with ExitStack() as stack:
        measures: dict[str, Measure] = {}
        for count in scale.integrations:
            fixtures = catalogues.write(folder / f"fixtures-{count}", count)
            contestant = ours.mock(f"{count:,} integrations", "--fixtures", str(fixtures))
            served = stack.enter_context(serving(contestant, split_cores().server))
            measures[str(count)] = _microseconds_a_kib(served, scale)
        costs = {int(count): spread for count, spread in in_rounds(measures, scale.rounds).items()}
    # A small answer bears the cost of a request as well: what may not grow is the cost of a byte.
    steps = {f"{more:,} against {less:,}": costs[more].ratio(costs[less]) for less, more in pairwise(costs)}
    shown = ", ".join(f"{count:,}: {spread.median:.1f}" for count, spread in costs.items())
    yield Bar(
        f"{', '.join(f'{count:,}' for count in costs)} integrations",
        "time in proportion to the bytes sent",
        f"{shown} µs a KiB",
        max(steps.values()) <= _GROWTH_ALLOWED,
        {**{f"us_a_kib_{count}": spread.median for count, spread in costs.items()}, **steps},
    )


def memory(scale: Scale) -> Iterator[Bar]:
    """Ask distinct requests, and see what the process holds after the first tenth of them, and after all."""
    cores = split_cores()
    sizes_mib: list[float | None] = []
    with serving(ours.mock(), cores.server) as served:
        asked = 0
        for until in (scale.distinct // 10, scale.distinct):
            while asked < until:
                asked += load(served.url, Requests(start=asked), 1, cores.load).requests
            sizes_mib.append(resident_mib(served.pid))
    early, late = sizes_mib
    what = f"memory after {scale.distinct:,} distinct requests"
    wanted = f"under {_MIB_ALLOWED} MiB, no higher than after {scale.distinct // 10:,}"
    if early is None or late is None:
        yield Bar(what, wanted, "this system does not tell", None, {})
        return
    # A page or two more or less is the allocator's, not the requests'.
    met = late < _MIB_ALLOWED and late <= early * 1.01
    yield Bar(what, wanted, f"{late:.1f} MiB, {early:.1f} before", met, {"early_mib": early, "late_mib": late})


def starts(scale: Scale, contestants: Iterator[Contestant]) -> tuple[dict[str, Spread], list[Bar]]:
    """Time the way from each contestant's start to its first answer; judge the mock's."""
    cores = split_cores()

    def measure(contestant: Contestant) -> Measure:
        def once() -> float:
            with serving(contestant, cores.server) as served:
                return served.seconds

        return once

    times = in_rounds({each.name: measure(each) for each in contestants}, scale.starts)
    mine = times[ours.MOCK]
    bars = [Bar("start to first answer", "0.40 s", f"{mine.median:.2f} s", mine.median <= 0.4, {"s": mine.median})]
    if ours.STOCK in times:
        ratio = mine.ratio(times[ours.STOCK])
        bars.append(Bar("the same", "1.15 of stock Connexion's", f"{ratio:.2f} of it", ratio <= 1.15, {"ratio": ratio}))
    return times, bars


def workers(scale: Scale) -> Iterator[Bar]:
    """Compare two workers with one, where they and the load have cores of their own."""
    cores = split_cores(2)
    with (
        serving(ours.mock(), cores.server) as one,
        serving(ours.mock("two workers", "--workers", "2"), cores.server) as two,
    ):
        rates = in_rounds(
            {name: _rate(each, Requests(), scale, cores.load) for name, each in (("1", one), ("2", two))}, scale.rounds
        )
    ratio = rates["2"].ratio(rates["1"])
    met = ratio >= 1.7 if cores.apart else None
    note = "" if cores.apart else f"; the load shares their {os.cpu_count()} cores"
    yield Bar("two workers", "1.7 of one", f"{ratio:.2f}{note}", met, {"ratio": ratio})


def latency(scale: Scale) -> Iterator[Bar]:
    """See what a request waits for while the mock has half of what it can do."""
    cores = split_cores()
    with serving(ours.mock(), cores.server) as served:
        top = load(served.url, Requests(), scale.seconds, cores.load)
        connections = 16
        # Each connection waits so long between its requests that all of them together ask at half the rate.
        pause = max(connections / (top.rate / 2) * 1000 - 2 * top.p50_ms / connections, 0.1)
        half = Requests(start=top.requests, mean_delay_ms=pause)
        measured = []
        for _ in range(scale.rounds):
            measured.append(load(served.url, half, scale.seconds, cores.load))
            half = half.after(measured[-1].requests)
    spread = Spread(tuple(each.p99_ms for each in measured))
    share = Spread(tuple(each.rate for each in measured)).median / top.rate
    yield Bar(
        "p99 latency at half the top rate",
        f"under {_MS_ALLOWED:g} ms",
        f"{spread.median:.2f} ms at {share:.2f} of it",
        spread.median < _MS_ALLOWED,
        {"p99_ms": spread.median, "share": share},
    )


def _rate(served: Served, requests: Requests, scale: Scale, cores: frozenset[int] | None = None) -> Measure:
    """Make the measure of a rate; each of its runs asks what none before it did."""
    return _each(served, requests, scale, cores, lambda measured: measured.rate)


def _microseconds_a_kib(served: Served, scale: Scale) -> Measure:
    return _each(
        served, Requests(filtered=False), scale, None, lambda measured: measured.seconds * 1e6 / (measured.bytes / 1024)
    )


def _each(
    served: Served, requests: Requests, scale: Scale, cores: frozenset[int] | None, figure: Callable[..., float]
) -> Measure:
    asked = 0
    load_cores = split_cores().load if cores is None else cores

    def once() -> float:
        nonlocal asked
        measured = load(served.url, replace(requests, start=asked % RANGES), scale.seconds, load_cores)
        asked += measured.requests
        return figure(measured)

    once()  # what is made at the first use is made now
    return once
