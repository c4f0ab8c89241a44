"""The verdict and the exit code follow from what was found, and from how the run ended."""

import shlex
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest

from contract_tests import cli
from contract_tests.promise import Status
from contract_tests.report import Verdict
from contract_tests.settings import Profile, Rate, Settings, Window
from tests.contract_tests.making import KEY, exchange, outcome, report

KEPT, BROKEN, ADVISED = Status.KEPT, Status.BROKEN, Status.ADVISED
UNTRIED, ACCEPTED = Status.NOT_EXERCISED, Status.ACCEPTED
STRICT = Settings(strict=True)
NEEDS_DATA = Settings(require_data=True)
NO_ROWS = (exchange([]), exchange([{"a": 1}], status=401))
ROWS = (exchange([{"a": 1}]),)

TABLE: dict[str, tuple[list[Status], dict[str, Any], int]] = {
    "all kept": ([KEPT, KEPT], {}, 0),
    "one broken": ([KEPT, BROKEN], {}, 1),
    "accepted": ([KEPT, ACCEPTED], {}, 0),
    "accepted and broken": ([ACCEPTED, BROKEN], {}, 1),
    "advised": ([KEPT, ADVISED], {}, 0),
    "advised, strict": ([KEPT, ADVISED], {"settings": STRICT}, 1),
    "some not exercised": ([KEPT, UNTRIED], {}, 0),
    "some not exercised, strict": ([KEPT, UNTRIED], {"settings": STRICT}, 3),
    "some not exercised and one broken, strict": ([UNTRIED, BROKEN], {"settings": STRICT}, 1),
    "none exercised": ([UNTRIED, UNTRIED], {}, 3),
    "none tried": ([], {}, 3),
    "no row, none asked for": ([KEPT], {"exchanges": NO_ROWS}, 0),
    "no row, some asked for": ([KEPT], {"exchanges": NO_ROWS, "settings": NEEDS_DATA}, 3),
    "rows, some asked for": ([KEPT], {"exchanges": ROWS, "settings": NEEDS_DATA}, 0),
    "broken without a row, some asked for": ([BROKEN], {"exchanges": NO_ROWS, "settings": NEEDS_DATA}, 1),
    "requests used up": ([KEPT, UNTRIED], {"budget_spent": True}, 3),
    "requests used up, one broken": ([BROKEN, UNTRIED], {"budget_spent": True}, 1),
    "just as many requests as there are": ([KEPT, UNTRIED], {"sent": 300, "exchanges": ROWS * 300}, 0),
    "interrupted": ([KEPT], {"interrupted": True}, 3),
    "interrupted, one broken": ([BROKEN], {"interrupted": True}, 1),
    "abandoned": ([KEPT], {"no_verdict": "It is gone. Start it."}, 3),
    "abandoned before the first": ([], {"no_verdict": "It is gone. Start it."}, 3),
    "abandoned, one broken": ([BROKEN], {"no_verdict": "It is gone. Start it."}, 1),
}


@pytest.mark.parametrize(("statuses", "more", "code"), TABLE.values(), ids=TABLE)
def test_the_verdict_and_its_exit_code(statuses: list[Status], more: dict[str, Any], code: int) -> None:
    made = report(*(outcome(status, f"p{place}") for place, status in enumerate(statuses)), **more)
    assert made.verdict.exit_code == code
    assert (made.verdict is Verdict.CONFORMS) == (code == 0)
    assert code != 3 or made.why_none
    assert code != 0 or made.why_none is None


def test_rows_are_counted_in_answers_with_200_alone() -> None:
    assert report(exchanges=(*NO_ROWS, *ROWS, *ROWS)).answers_with_rows == 2


ALL = Settings(
    target="https://h/base",
    api_key=KEY,
    document=Path("a document.yaml"),
    window=Window(date(2026, 1, 1), date(2026, 1, 31)),
    slugs=("it's", "b"),
    modes=("live",),
    seed=9,
    profile=Profile.DEEP,
    methods="all",
    strict=True,
    skip=("key-not-echoed",),
    rate_limit=Rate(0.5),
    timeout=2.5,
    json=Path("never.json"),
    verbose=True,
)


def test_the_command_of_a_report_repeats_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read back by the command, it is the same run, but for the key and for what it wrote."""
    taken: list[tuple[Settings, str | None]] = []

    def check(settings: Settings, select: str | None) -> int:
        taken.append((settings, select))
        return 0

    monkeypatch.setattr(cli, "_check", check)
    line = report(settings=ALL, select="401 and not case").command
    with pytest.raises(SystemExit):
        cli.command.main(shlex.split(line)[1:], standalone_mode=False)
    (settings, select), wanted = taken[0], {"api_key": None, "json": None, "verbose": False}
    assert settings == Settings(**{**vars(ALL), **wanted})
    assert select == "401 and not case"


def test_the_command_of_a_report_holds_no_key() -> None:
    assert KEY not in report(settings=ALL).command


def test_a_wrong_option_shows_no_key() -> None:
    with pytest.raises(click.UsageError) as caught:
        cli.command.main(["--api-key", KEY, "--seed", "x"], standalone_mode=False)
    assert KEY not in caught.value.format_message()
