"""The benchmark measures what it says that it measures."""

import shutil
import signal
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from benchmarks import catalogues, ours
from benchmarks.check import Tried, summary
from benchmarks.contestant import Contestant, NotServedError, serving
from benchmarks.deeds import Deeds, find_deeds
from benchmarks.field import Field
from benchmarks.load import Requests, find_wrk, load
from benchmarks.machine import pause, process
from benchmarks.peers import LeftOut, find_peers
from benchmarks.plot import draw
from benchmarks.rounds import Spread, in_rounds
from feather_kit.errors import InputError
from mock_server.data.fixtures import load_fixtures
from tests.twin.serving import serving as serving_asgi

needs_wrk = pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed")


class Recorder:
    """Answers anything, and remembers what it was asked."""

    def __init__(self, status: int = 200) -> None:
        self.queries: list[str] = []
        self._status = status

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.queries.append(scope["query_string"].decode())
            headers = [(b"content-length", b"2")]
            await send({"type": "http.response.start", "status": self._status, "headers": headers})
            await send({"type": "http.response.body", "body": b"[]"})


@needs_wrk
def test_no_request_comes_twice_and_some_have_a_filter() -> None:
    recorder = Recorder()
    with serving_asgi(recorder) as url:
        first = load(url, Requests(), 1, ())
        load(url, Requests(start=len(recorder.queries)), 1, ())
    assert first.requests > 0
    assert (first.refused, first.failed) == (0, 0)
    assert len(set(recorder.queries)) == len(recorder.queries)
    assert any("&slug=" in query for query in recorder.queries)
    assert any("&mode=" in query for query in recorder.queries)
    starts_and_ends = [query.split("&")[:2] for query in recorder.queries]
    assert all(start[len("start_date=") :] <= end[len("end_date=") :] for start, end in starts_and_ends)


def test_a_process_that_stands_still_ends_like_any_other() -> None:
    code = "import time; time.sleep(60)"
    with process([sys.executable, "-c", code]) as started:
        pause(started.pid)
    assert started.returncode == -signal.SIGTERM


@needs_wrk
def test_refused_requests_are_counted() -> None:
    with serving_asgi(Recorder(422)) as url:
        measured = load(url, Requests(end_date="2026-02-30"), 1, ())
    assert measured.refused == measured.requests > 0


def test_a_missing_wrk_is_told_with_how_to_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputError, match="apt-get install wrk"):
        find_wrk()


def test_a_peer_that_cannot_be_installed_is_left_out_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert list(find_peers([], frozenset({"Prism"}))) == [LeftOut("Prism", "npm is not installed")]


def test_what_the_mock_does_is_found_to_be_all_of_the_work() -> None:
    with serving(ours.mock(today=False)) as served:
        assert find_deeds(served.port).all_done


def test_what_a_constant_answer_does_is_found_to_be_nothing(tmp_path: Path) -> None:
    with serving(ours.bare(2_000, tmp_path)) as served:
        deeds = find_deeds(served.port)
    assert deeds == Deeds(200, 200, 200, 200, filters=False, rows="constant", plausible=False)


def test_a_contestant_that_ends_at_once_is_not_measured() -> None:
    with (
        pytest.raises(NotServedError, match="ended with code 3"),
        serving(Contestant("dead", "", lambda _port: ["sh", "-c", "exit 3"])),
    ):
        pass


def test_a_ratio_is_that_of_the_rounds_and_not_of_the_medians() -> None:
    """A machine that is slow for a while is slow for all: each round is compared within itself."""
    mine, theirs = Spread((10.0, 5.0, 40.0)), Spread((20.0, 10.0, 10.0))
    assert mine.ratio(theirs) == 0.5


def test_each_round_begins_with_another_contestant() -> None:
    order: list[str] = []

    def measure(name: str) -> Any:
        return lambda: order.append(name) or 1.0

    in_rounds({name: measure(name) for name in "abc"}, 3)
    assert order == list("abcbcacab")


def test_a_catalogue_of_any_size_is_one_that_the_mock_takes(tmp_path: Path) -> None:
    fixtures = load_fixtures(catalogues.write(tmp_path, 40))
    assert len(fixtures.catalogue.integrations) == 40


def test_the_plot_is_an_image_that_names_each_contestant() -> None:
    rates = {ours.MOCK: Spread((40.0, 44.0)), ours.BARE: Spread((100.0, 90.0)), "Peer <1>": Spread((20.0, 30.0))}
    deeds = Deeds(401, 401, 422, 400, filters=True, rows="computed", plausible=True)
    contestants = tuple(Contestant(name, "", lambda _port: []) for name in rates)
    of_all = dict.fromkeys(rates, deeds)
    field = Field(contestants, frozenset({"Peer <1>"}), rates, {}, {}, of_all, {}, ())
    root = ET.fromstring(draw(field))  # noqa: S314  # the picture that was just drawn
    texts = {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert rates.keys() <= texts


def test_a_standing_false_alarm_is_no_find() -> None:
    def tried(mutant: str, *causes: str, is_fault: bool) -> Tried:
        return Tried(mutant, is_fault, bool(causes), frozenset(causes), 10, 1.0)

    runs = [
        tried("fault-1", "always", is_fault=True),
        tried("fault-2", "always", "this one", is_fault=True),
        tried("harmless", "always", is_fault=False),
    ]
    made = summary(runs)
    assert (made["red"], made["found"], made["missed"], made["false_alarms"]) == (2, 1, ["fault-1"], 1)
