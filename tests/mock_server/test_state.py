"""The mock's state: what changes it, what does not, and that everyone sees it."""

import pytest

from feather_kit.errors import InputError
from mock_server.settings import Settings
from mock_server.state import KINDS, FixedStateError, State

NAMES = ("normal", "outage", "empty")


def state(**settings: object) -> State:
    return State(Settings(**settings), NAMES)  # type: ignore[arg-type]  # each test knows its settings


def test_it_begins_as_the_command_line_says() -> None:
    begun = state(scenario="outage", delay=(50, 200), fault_rate=0.25, faults=("drop", "500"))
    assert begun.describe() == {
        "scenario": "outage",
        "delay": "50..200",
        "fault_rate": 0.25,
        "faults": ["500", "drop"],
        "revision": 1,
    }


def test_all_kinds_of_faults_are_there_where_none_is_chosen() -> None:
    assert state().faults == frozenset(KINDS)


@pytest.mark.parametrize(
    ("wanted", "name", "value"),
    [
        ({"scenario": "empty"}, "scenario", "empty"),
        ({"delay": "50..200"}, "delay", (50, 200)),
        ({"delay": 70}, "delay", (70, 70)),
        ({"delay": "0"}, "delay", (0, 0)),
        ({"delay": None}, "delay", None),
        ({"fault_rate": 1}, "fault_rate", 1.0),
        ({"faults": ["cut"]}, "faults", frozenset({"cut"})),
    ],
)
def test_a_change_is_seen_and_raises_the_revision(wanted: dict[str, object], name: str, value: object) -> None:
    changed = state()
    before = changed.revision
    changed.change(wanted)
    assert getattr(changed, name) == value
    assert changed.revision > before


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"scenario": "outrage"}, ["outrage", "normal, outage"]),
        ({"scenario": None}, ["None", "normal"]),
        ({"scenario": ["normal"]}, ["normal"]),
        ({"delay": "200..50"}, ["200..50", "50..200"]),
        ({"delay": -1}, ["-1", "milliseconds"]),
        ({"delay": True}, ["True"]),
        ({"delay": 60_001}, ["60001", "60,000"]),
        ({"fault_rate": 1.1}, ["1.1", "from 0 to 1"]),
        ({"fault_rate": float("nan")}, ["nan"]),
        ({"fault_rate": "0.1"}, ["0.1"]),
        ({"fault_rate": True}, ["True"]),
        ({"faults": []}, ["drop, cut"]),
        ({"faults": ["slow"]}, ["slow", "drop, cut"]),
        ({"faults": [["500"]]}, ["500"]),
        ({"faults": "500"}, ["500"]),
        ({"speed": 1}, ["speed", "scenario"]),
    ],
)
def test_what_cannot_be_is_refused_in_words_that_say_what_can(wanted: dict[str, object], words: list[str]) -> None:
    with pytest.raises(InputError) as refused:
        state().change(wanted)
    for word in words:
        assert word in str(refused.value)


def test_a_change_is_made_whole_or_not_at_all() -> None:
    unchanged = state()
    before = unchanged.describe()
    with pytest.raises(InputError):
        unchanged.change({"scenario": "outage", "fault_rate": 2})
    assert unchanged.describe() == before


def test_a_reset_goes_back_to_the_command_line() -> None:
    changed = state(scenario="outage", delay=(1, 2))
    begun = changed.describe()
    changed.change({"scenario": "empty", "delay": None, "fault_rate": 0.5, "faults": ["cut"]})
    changed.reset()
    assert {**changed.describe(), "revision": 0} == {**begun, "revision": 0}
    assert changed.revision > begun["revision"]


def test_an_edit_that_is_broken_is_remembered_until_it_is_mended() -> None:
    edited = state()
    broken = InputError("a rate is above 1", "Write less")
    edited.tell(broken)
    edited.reset()
    assert edited.problem is broken
    before = edited.revision
    edited.tell(None)
    assert edited.problem is None
    assert edited.revision > before


def test_an_edit_may_bring_scenarios_and_not_take_the_one_that_is_served() -> None:
    edited = state()
    edited.adopt((*NAMES, "new"))
    edited.change({"scenario": "new"})
    with pytest.raises(InputError, match="new"):
        edited.adopt(NAMES)
    assert edited.scenarios == ("empty", "new", "normal", "outage")


def test_it_is_disturbed_only_while_answers_wait_or_fail() -> None:
    changed = state()
    assert not changed.disturbed
    changed.change({"delay": 5})
    assert changed.disturbed
    changed.change({"delay": None, "fault_rate": 0.1})
    assert changed.disturbed
    changed.change({"fault_rate": 0})
    assert not changed.disturbed


@pytest.mark.parametrize("action", [lambda several: several.change({"scenario": "empty"}), State.reset])
def test_of_several_processes_none_changes_alone(action: object) -> None:
    several = state(workers=2)
    with pytest.raises(FixedStateError, match="--workers 1"):
        action(several)  # type: ignore[operator]  # one of the two above
    assert several.scenario == "normal"


def test_a_scenario_that_there_is_not_is_no_start() -> None:
    with pytest.raises(InputError, match="Name one of: empty, normal, outage"):
        state(scenario="outrage")
