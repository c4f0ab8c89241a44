"""The field: all contestants, up at once and measured in turns, and what each of them really does."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import ours
from benchmarks.contestant import Contestant, NotServedError, Served, ask, serving
from benchmarks.deeds import Deeds, find_deeds
from benchmarks.load import Measured, Requests, load
from benchmarks.machine import cpu_seconds, go_on, pause, split_cores
from benchmarks.peers import LeftOut, find_peers
from benchmarks.rounds import Measure, Spread, in_rounds
from benchmarks.scale import Scale

Say = Callable[[str], None]


@dataclass(frozen=True)
class Field:
    """What came of all contestants.

    Attributes:
        contestants: those that were measured.
        peers: the names of those that are neither the mock nor the bare application.
        rates: requests a second, by name.
        cpu_us: processor time of a request in microseconds, by name; empty where the system does not tell.
        p99_ms: the 99th percentile of latencies at that rate, by name.
        deeds: what each does, by name.
        bytes_each: bytes of an answer, by name.
        left_out: who could not be measured, and why.

    """

    contestants: tuple[Contestant, ...]
    peers: frozenset[str]
    rates: dict[str, Spread]
    cpu_us: dict[str, Spread]
    p99_ms: dict[str, Spread]
    deeds: dict[str, Deeds]
    bytes_each: dict[str, float]
    left_out: tuple[LeftOut, ...]


def measure_field(scale: Scale, folder: Path, names: frozenset[str], *, peers: bool, say: Say) -> Field:
    """Bring up all contestants, or those of `names` beside the mock and the bare application; measure them."""
    cores = split_cores()
    left_out: list[LeftOut] = []
    with ExitStack() as stack:
        served = {ours.MOCK: stack.enter_context(serving(ours.mock(), cores.server))}
        size = load(served[ours.MOCK].url, Requests(), 1, cores.load).bytes_each
        rows = ask(served[ours.MOCK].port).json
        others: Sequence[Contestant | LeftOut] = [
            ours.validated(),
            ours.bare(round(size), folder),
            *(each for each in ours.others(rows, folder) if not names or each.name in names),
        ]
        of_npm = list(find_peers(rows, names)) if peers else []
        for contestant in (*others, *of_npm):
            if isinstance(contestant, LeftOut):
                left_out.append(contestant)
                continue
            try:
                served[contestant.name] = stack.enter_context(serving(contestant, cores.server))
                say(f"{contestant.name} answers ({contestant.about})")
            except NotServedError as error:
                left_out.append(LeftOut(contestant.name, str(error)))
        deeds = {name: find_deeds(each.port) for name, each in served.items()}
        seen: dict[str, list[tuple[Measured, float | None]]] = {name: [] for name in served}
        say(f"{scale.rounds} rounds of {scale.seconds:g} s for each of {len(served)}, after one that does not count")
        rates = in_rounds({name: _measure(each, scale, seen[name]) for name, each in served.items()}, scale.rounds)
    return Field(
        contestants=tuple(each.contestant for each in served.values()),
        peers=frozenset(served) - {ours.MOCK, ours.VALIDATED, ours.BARE},
        rates=rates,
        cpu_us={name: Spread(figures) for name, of in seen.items() if (figures := _microseconds(of))},
        p99_ms={name: Spread(tuple(each.p99_ms for each, _ in of)) for name, of in seen.items()},
        deeds=deeds,
        bytes_each={name: of[-1][0].bytes_each for name, of in seen.items()},
        left_out=tuple(left_out),
    )


def _microseconds(seen: Sequence[tuple[Measured, float | None]]) -> tuple[float, ...]:
    return tuple(spent * 1e6 / measured.requests for measured, spent in seen if spent is not None)


def _measure(served: Served, scale: Scale, seen: list[tuple[Measured, float | None]]) -> Measure:
    """Make the measure of one contestant, and warm it up; each run asks what none before it did.

    It stands still but for its turns: some are busy for seconds after theirs, at the expense of who comes next.
    """
    cores = split_cores()
    asked = load(served.url, Requests(), scale.seconds, cores.load).requests
    pause(served.pid)

    def once() -> float:
        nonlocal asked
        go_on(served.pid)
        before = cpu_seconds(served.pid)
        measured = load(served.url, Requests(start=asked), scale.seconds, cores.load)
        after = cpu_seconds(served.pid)
        pause(served.pid)
        asked += measured.requests
        if measured.refused or measured.failed:
            raise NotServedError(
                f"{served.contestant.name} refused {measured.refused} and failed {measured.failed} requests"
            )
        seen.append((measured, None if before is None or after is None else after - before))
        return measured.rate

    return once
