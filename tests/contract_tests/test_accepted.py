"""Known breaks: a file of them is read with care, holds until its day, and is brought up to date."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml

from contract_tests.accepted import Accepted, load_accepted, settle_accepted, write_accepted
from contract_tests.promise import Outcome, Status
from contract_tests.run import utc_today
from contract_tests.settings import Settings
from feather_kit.errors import InputError
from tests.contract_tests.making import outcome

TODAY = date(2026, 11, 20)
IDS = ("one", "two", "three")


def accept(name: str, until: date = TODAY) -> Accepted:
    return Accepted(name, f"the reason of {name}", until)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "accepted.yaml"


ENTRY = "- promise: one\n  reason: a vendor's bug\n  until: 2026-12-31\n"


def test_an_entry_is_read_its_date_quoted_or_not(file: Path) -> None:
    file.write_text(f"{ENTRY}- {{promise: two, reason: known, until: '2026-12-31'}}\n")
    assert load_accepted(file, IDS) == (
        Accepted("one", "a vendor's bug", date(2026, 12, 31)),
        Accepted("two", "known", date(2026, 12, 31)),
    )


def test_an_empty_list_accepts_nothing(file: Path) -> None:
    file.write_text("[]\n")
    assert load_accepted(file, IDS) == ()


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "no list"),
        ("promise: one\n", 1, "no list"),
        (f"{ENTRY}- one\n", 4, "promise, reason and until"),
        (f"{ENTRY}- promise: two\n  reason: known\n", 4, "promise, reason and until"),
        (f"{ENTRY}- promise: two\n  reason: known\n  until: 2026-12-31\n  by: me\n", 4, "promise, reason and until"),
        (f"{ENTRY}- promise: four\n  reason: known\n  until: 2026-12-31\n", 4, "'four'"),
        (f"{ENTRY}- promise: two\n  reason: ' '\n  until: 2026-12-31\n", 5, "reason is empty"),
        (f"{ENTRY}- promise: two\n  reason:\n  until: 2026-12-31\n", 5, "reason is empty"),
        (f"{ENTRY}- promise: two\n  reason: [known]\n  until: 2026-12-31\n", 5, "is no text"),
        (f"{ENTRY}- promise: two\n  reason: known\n  until: 31.12.2026\n", 6, "'31.12.2026' is no date"),
        (f"{ENTRY}- promise: two\n  reason: known\n  until: 2026-02-30\n", 6, "'2026-02-30' is no date"),
        (f"{ENTRY}{ENTRY}", 4, "'one' stands twice"),
        (f"{ENTRY}- promise: two\n  promise: one\n", 5, "stands twice"),
        (f"{ENTRY}- {{\n", 5, "not YAML"),
    ],
)
def test_a_wrong_file_is_refused_at_its_line(file: Path, text: str, line: int, problem: str) -> None:
    file.write_text(text)
    with pytest.raises(InputError) as caught:
        load_accepted(file, IDS)
    assert problem in caught.value.problem
    assert (caught.value.file, caught.value.line) == (file, line)


def test_an_unknown_promise_is_answered_with_those_that_exist(file: Path) -> None:
    file.write_text("- promise: four\n  reason: known\n  until: 2026-12-31\n")
    with pytest.raises(InputError, match="Name one of: one, two, three"):
        load_accepted(file, IDS)


def test_only_a_run_that_will_write_the_file_may_lack_it(file: Path) -> None:
    assert load_accepted(file, IDS, updating=True) == ()
    with pytest.raises(InputError, match=r"accepted\.yaml"):
        load_accepted(file, IDS)


@pytest.mark.parametrize(("days", "status"), [(1, Status.ACCEPTED), (0, Status.ACCEPTED), (-1, Status.BROKEN)])
def test_a_break_is_accepted_until_its_day_and_on_it(days: int, status: Status) -> None:
    entry = accept("one", TODAY + timedelta(days))
    settled = settle_accepted(outcome(Status.BROKEN, "one"), (entry,), TODAY)
    assert settled.status is status
    assert ("the reason of one" in settled.why) is (status is Status.ACCEPTED)
    assert settled.findings


@pytest.mark.parametrize("status", [Status.KEPT, Status.ADVISED, Status.NOT_EXERCISED])
def test_what_is_not_broken_needs_no_acceptance(status: Status) -> None:
    before = outcome(status, "one")
    assert settle_accepted(before, (accept("one"),), TODAY) is before


def test_an_acceptance_is_for_its_own_promise() -> None:
    before = outcome(Status.BROKEN, "two")
    assert settle_accepted(before, (accept("one"),), TODAY) is before


def written(file: Path, accepted: tuple[Accepted, ...], *outcomes: Outcome) -> dict[str, Accepted]:
    write_accepted(file, accepted, outcomes, TODAY)
    return {entry.promise: entry for entry in load_accepted(file, IDS)}


def test_a_new_break_is_written_for_a_while(file: Path) -> None:
    entries = written(file, (), outcome(Status.BROKEN, "one"), outcome(Status.KEPT, "two"))
    assert list(entries) == ["one"]
    assert entries["one"].until > TODAY
    assert "say why" in entries["one"].reason


def test_an_entry_that_holds_keeps_its_reason_and_its_day(file: Path) -> None:
    entries = written(file, (accept("one"),), outcome(Status.ACCEPTED, "one"))
    assert entries == {"one": accept("one")}


def test_an_entry_out_of_date_keeps_its_reason_and_gets_another_day(file: Path) -> None:
    old = accept("one", TODAY - timedelta(days=1))
    entries = written(file, (old,), outcome(Status.BROKEN, "one"))
    assert entries["one"].reason == old.reason
    assert entries["one"].until > TODAY


def test_an_entry_that_no_longer_breaks_is_left_out(file: Path) -> None:
    assert written(file, (accept("one"),), outcome(Status.KEPT, "one")) == {}


@pytest.mark.parametrize(
    "outcomes", [(), (outcome(Status.NOT_EXERCISED, "one"),)], ids=["not selected", "not exercised"]
)
def test_an_entry_that_was_not_tried_is_left_in(file: Path, outcomes: tuple[Outcome, ...]) -> None:
    assert written(file, (accept("one"),), *outcomes) == {"one": accept("one")}


def test_a_written_file_can_be_read_by_people(file: Path) -> None:
    write_accepted(file, (Accepted("one", "ein Müßiggang", TODAY),), (outcome(Status.ACCEPTED, "one"),), TODAY)
    assert "ein Müßiggang" in file.read_text("utf-8")
    assert yaml.safe_load(file.read_text("utf-8"))


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_accepted(tmp_path, (), (), TODAY)


def test_the_update_needs_a_file() -> None:
    with pytest.raises(InputError, match="--accept FILE"):
        Settings(accept_update=True)


def test_today_is_a_day_in_utc() -> None:
    assert abs(utc_today() - date.today()) <= timedelta(days=1)  # the local one is what differs
