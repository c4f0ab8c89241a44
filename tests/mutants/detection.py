"""Runs the check on mutants, and renders what it found as Markdown."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from contract_tests.call import NoVerdictError
from contract_tests.check import Check
from contract_tests.promise import Status
from contract_tests.report import Report, Verdict
from contract_tests.settings import Settings
from tests.mutants import FAULTS, HARMLESS, KEY, MODE, SLUG, Mutant, create
from tests.twin.serving import serving


@dataclass(frozen=True)
class Run:
    """What the check said of one mutant.

    Attributes:
        mutant: the mutant's id.
        is_fault: whether it has a fault.
        seed: the check's seed.
        verdict: what the check said.
        broken: the promises that it found broken, in its order.
        what: the first finding's sentence.
        first: the number of the request with which that finding was complete.
        requests: how many requests it sent.
        seconds: how long it took.
        why: why there was no verdict, if there was none.

    """

    mutant: str
    is_fault: bool
    seed: int
    verdict: str
    broken: tuple[str, ...]
    what: str
    first: int
    requests: int
    seconds: float
    why: str

    @property
    def is_right(self) -> bool:
        """Whether the verdict is right."""
        return self.verdict == (Verdict.VIOLATES if self.is_fault else Verdict.CONFORMS).value


def check_deployment(settings: Settings) -> Report:
    """Run a check from its beginning to its end, without pytest around it."""
    check = Check(settings)
    try:
        check.open()
        for promise in check.promises:
            check.attempt(promise)
    except NoVerdictError as error:
        check.abandon(str(error))
    finally:
        check.close()
    return check.report()


def run_check(mutant_id: str, seed: int) -> Run:
    """Serve a mutant, and check it by the standard profile with all methods."""
    is_fault = any(mutant.id == mutant_id for mutant in FAULTS)
    mutant = next(mutant for mutant in (*FAULTS, *HARMLESS) if mutant.id == mutant_id)
    with serving(create(mutant)) as url:
        settings = Settings(target=url, api_key=KEY, slugs=(SLUG,), modes=(MODE,), seed=seed, methods="all")
        report = check_deployment(settings)
    broken = [outcome for outcome in report.outcomes if outcome.status is Status.BROKEN]
    findings = [finding for outcome in broken for finding in outcome.findings]
    first = min((max(e.number for e in finding.exchanges) for finding in findings if finding.exchanges), default=0)
    return Run(
        mutant=mutant_id,
        is_fault=is_fault,
        seed=seed,
        verdict=report.verdict.value,
        broken=tuple(outcome.promise.id for outcome in broken),
        what=findings[0].what if findings else "",
        first=first,
        requests=report.sent,
        seconds=report.seconds,
        why=report.why_none or "",
    )


def run_all(mutants: Iterable[Mutant], seeds: Sequence[int], jobs: int) -> Iterator[Run]:
    """Run the check on each mutant with each seed, in so many processes; gives the runs in their order."""
    pairs = [(mutant.id, seed) for mutant in mutants for seed in seeds]
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(run_check, *zip(*pairs, strict=True))


def render(runs: Sequence[Run]) -> str:
    """Write the tables of detection."""
    seeds = sorted({run.seed for run in runs})
    faults = {mutant.id: [run for run in runs if run.mutant == mutant.id] for mutant in FAULTS}
    harmless = {mutant.id: [run for run in runs if run.mutant == mutant.id] for mutant in HARMLESS}
    found = sum(all(run.is_right for run in of) for of in faults.values())
    quiet = sum(all(run.is_right for run in of) for of in harmless.values())
    lines = [
        "# What the check finds",
        "",
        f"Written by `python -m tests.mutants --seeds {seeds[0]}-{seeds[-1]} --write docs/detection.md`: the check, "
        "with its standard profile and `--methods all`, on deployments with one fault each (`tests/mutants/`), and on "
        "variations that break no rule.",
        "",
        f"- **{found} of {len(faults)}** faults found on each of {len(seeds)} seeds.",
        f"- **{len(harmless) - quiet} of {len(harmless)}** harmless variations raised an alarm on any.",
        f"- At most **{max(run.requests for run in runs)}** requests a run.",
        "",
        "## Faults",
        "",
        "| fault | what it does | found by | requests until then | seeds |",
        "| --- | --- | --- | --- | --- |",
    ]
    for mutant in FAULTS:
        of = faults[mutant.id]
        if of:
            lines.append(
                f"| {mutant.id} | {_cell(mutant.about)} | {_promises(of)} | {_span(run.first for run in of)} | "
                f"{sum(run.is_right for run in of)} of {len(of)} |"
            )
    lines += [
        "",
        "## Harmless variations",
        "",
        "| variation | what it does | false alarms | requests |",
        "| --- | --- | --- | --- |",
    ]
    for mutant in HARMLESS:
        of = harmless[mutant.id]
        if of:
            alarms = sum(not run.is_right for run in of)
            lines.append(
                f"| {mutant.id} | {_cell(mutant.about)} | {alarms} of {len(of)} | {_span(run.requests for run in of)} |"
            )
    return "\n".join(lines) + "\n"


def _promises(runs: list[Run]) -> str:
    """Name the promises that broke on every seed; else the one that did most often."""
    counts = Counter(name for run in runs for name in run.broken)
    always = [name for name, count in counts.items() if count == len(runs)]
    return ", ".join(f"`{name}`" for name in (always or [name for name, _ in counts.most_common(1)])[:3])


def _span(numbers: Iterable[int]) -> str:
    listed = sorted(numbers)
    return str(listed[0]) if listed[0] == listed[-1] else f"{listed[0]} to {listed[-1]}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
