"""Edits show at once: of the document, of fixtures, broken ones, and the odd ways in which editors write files."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

import mock_server
from feather_kit.files import DOCUMENT
from tests.mock_server.processes import Served, served
from tests.mock_server.small import write

PATH = "/v1/analytics/integrations/by-integration"
RANGE = {"start_date": "2025-04-01", "end_date": "2025-04-30"}
KEY = {"x-api-key": "local-dev-key"}
PATIENCE = 20.0
ONLY_ALPHA = "about: Alpha alone.\nkeep: [alpha]\n"
ONLY_BETA = "about: Beta alone.\nkeep: [beta]\n"


@contextmanager
def edited(folder: Path, *arguments: str) -> Iterator[Served]:
    """Serve a document and fixtures of the test's own."""
    shutil.copy(DOCUMENT, folder / "api.yaml")
    (folder / "data").mkdir()
    write(folder / "data", mine=ONLY_ALPHA)
    today = ("--today", "2025-04-30", "--scenario", "mine", "--log", "none")
    with served(folder / "api.yaml", "--fixtures", folder / "data", *today, *arguments) as mock:
        yield mock


def keys(mock: Served) -> list[str]:
    answer = httpx.get(f"{mock.url}{PATH}", params=RANGE, headers=KEY)
    assert answer.status_code == 200, answer.text
    return [row["integration_key"] for row in answer.json()]


def health(mock: Served) -> dict[str, Any]:
    state: dict[str, Any] = httpx.get(f"{mock.url}/__mock/health").json()
    return state


def title(mock: Served) -> str:
    return str(httpx.get(f"{mock.url}/openapi.json").json()["info"]["title"])


def becomes(read: Callable[[], Any], wanted: Any) -> None:
    """Wait until something is read as wanted."""
    end = monotonic() + PATIENCE
    while (found := read()) != wanted:
        assert monotonic() < end, f"still {found!r}, not {wanted!r}"


def retitle(folder: Path, name: str) -> str:
    return (folder / "api.yaml").read_text().replace("title: Feather API", f"title: {name}", 1)


def test_an_edit_of_a_scenario_is_served(tmp_path: Path) -> None:
    with edited(tmp_path) as mock:
        assert keys(mock) == ["alpha"]
        (tmp_path / "data/scenarios/mine.yaml").write_text(ONLY_BETA)
        becomes(lambda: keys(mock), ["beta"])


def test_an_edit_of_the_catalogue_is_served(tmp_path: Path) -> None:
    with edited(tmp_path) as mock:
        catalogue = tmp_path / "data/catalogue.yaml"
        catalogue.write_text(catalogue.read_text().replace("alpha:", "omega:"))
        (tmp_path / "data/scenarios/mine.yaml").write_text("about: Omega alone.\nkeep: [omega]\n")
        becomes(lambda: keys(mock), ["omega"])


def test_an_edit_of_the_document_is_served_and_the_revision_rises(tmp_path: Path) -> None:
    with edited(tmp_path) as mock:
        before = health(mock)["revision"]
        (tmp_path / "api.yaml").write_text(retitle(tmp_path, "Another"))
        becomes(lambda: title(mock), "Another")
        becomes(lambda: health(mock)["document"]["title"], "Another")
        assert health(mock)["revision"] > before


def test_a_new_scenario_can_be_chosen(tmp_path: Path) -> None:
    with edited(tmp_path) as mock:
        (tmp_path / "data/scenarios/second.yaml").write_text(ONLY_BETA)
        becomes(lambda: "second" in [each["name"] for each in health(mock)["scenarios"]], True)
        assert httpx.put(f"{mock.url}/__mock/scenario", json={"scenario": "second"}).status_code == 200
        assert keys(mock) == ["beta"]


def test_a_file_that_an_editor_replaces_is_still_watched(tmp_path: Path) -> None:
    """Many editors write a file of another name, and rename it to the one that was edited."""
    with edited(tmp_path) as mock:
        for name in ("Second", "Third"):
            (tmp_path / ".api.yaml.swp").write_text(retitle(tmp_path, name).replace("title: Second", f"title: {name}"))
            (tmp_path / ".api.yaml.swp").replace(tmp_path / "api.yaml")
            becomes(lambda: title(mock), name)


def test_a_broken_edit_keeps_what_was_served_and_says_where_it_is_broken(tmp_path: Path) -> None:
    with edited(tmp_path) as mock:
        file = tmp_path / "data/scenarios/mine.yaml"
        file.write_text("about: Broken.\nkeeep: [beta]\n")
        becomes(lambda: (health(mock)["problem"] or {}).get("line"), 2)
        problem = health(mock)["problem"]
        assert "keeep" in problem["message"]
        assert problem["file"] == str(file)
        assert keys(mock) == ["alpha"]
        file.write_text(ONLY_BETA)
        becomes(lambda: health(mock)["problem"], None)
        assert keys(mock) == ["beta"]
        mock.end()
        said = mock.process.communicate()[1].splitlines()
        assert f"{file}:2: " in said[0]
        assert said[1] == "feather-mock: mine.yaml is served as edited"


def test_a_file_that_vanishes_is_a_broken_edit(tmp_path: Path) -> None:
    with edited(tmp_path) as mock:
        (tmp_path / "api.yaml").rename(tmp_path / "elsewhere.yaml")
        becomes(lambda: (health(mock)["problem"] or {}).get("file"), str(tmp_path / "api.yaml"))
        assert keys(mock) == ["alpha"]
        (tmp_path / "elsewhere.yaml").rename(tmp_path / "api.yaml")
        becomes(lambda: health(mock)["problem"], None)


def test_a_folder_that_vanishes_and_comes_back_is_still_watched(tmp_path: Path) -> None:
    with edited(tmp_path) as mock:
        (tmp_path / "data").rename(tmp_path / "gone")
        becomes(lambda: health(mock)["problem"] is None, False)
        (tmp_path / "gone").rename(tmp_path / "data")
        becomes(lambda: health(mock)["problem"], None)
        (tmp_path / "data/scenarios/mine.yaml").write_text(ONLY_BETA)
        becomes(lambda: keys(mock), ["beta"])


def test_the_scenario_that_is_served_cannot_be_taken_away(tmp_path: Path) -> None:
    with edited(tmp_path) as mock:
        (tmp_path / "data/scenarios/mine.yaml").unlink()
        becomes(lambda: "mine" in (health(mock)["problem"] or {"message": ""})["message"], True)
        assert keys(mock) == ["alpha"]


def test_what_was_changed_and_asked_stays_through_an_edit(tmp_path: Path) -> None:
    with edited(tmp_path) as mock:
        httpx.put(f"{mock.url}/__mock/scenario", json={"delay": "1"})
        keys(mock)
        (tmp_path / "api.yaml").write_text(retitle(tmp_path, "Another"))
        becomes(lambda: title(mock), "Another")
        assert health(mock)["delay"] == "1"
        assert len(httpx.get(f"{mock.url}/__mock/requests").json()["requests"]) == 1


def test_no_request_is_dropped_while_edits_are_taken(tmp_path: Path) -> None:
    """Each connection asks without a pause; what comes is a whole answer of the old data or of the new."""
    with edited(tmp_path) as mock:
        done = threading.Event()
        seen: list[tuple[int, str]] = []

        def ask() -> None:
            with httpx.Client(base_url=mock.url, headers=KEY) as client:
                while not done.is_set():
                    answer = client.get(PATH, params=RANGE)
                    seen.append((answer.status_code, ",".join(row["integration_key"] for row in answer.json())))

        askers = [threading.Thread(target=ask) for _ in range(3)]
        for asker in askers:
            asker.start()
        try:
            for text, key in ((ONLY_BETA, "beta"), (ONLY_ALPHA, "alpha"), (ONLY_BETA, "beta")):
                (tmp_path / "data/scenarios/mine.yaml").write_text(text)
                becomes(lambda: keys(mock), [key])
        finally:
            done.set()
            for asker in askers:
                asker.join()
        assert set(seen) == {(200, "alpha"), (200, "beta")}


def test_every_worker_takes_an_edit_and_one_tells_of_it(tmp_path: Path) -> None:
    with edited(tmp_path, "--workers", "2") as mock:
        (tmp_path / "data/scenarios/mine.yaml").write_text(ONLY_BETA)
        # A new connection each: the system chooses the worker.
        becomes(lambda: {tuple(keys(mock)) for _ in range(12)}, {("beta",)})
        mock.end()
        assert mock.process.communicate()[1].count("is served as edited") == 1


def test_no_file_is_watched_without_reload() -> None:
    for reload in (True, False):
        with mock_server.running(reload=reload):
            watched = "feather-mock files" in [thread.name for thread in threading.enumerate()]
            assert watched is reload


def test_an_edit_is_taken_in_a_program_that_wants_it(tmp_path: Path) -> None:
    shutil.copy(DOCUMENT, tmp_path / "api.yaml")
    before = threading.active_count()
    with mock_server.running(document=tmp_path / "api.yaml", reload=True) as mock:
        (tmp_path / "api.yaml").write_text(retitle(tmp_path, "Another"))
        becomes(lambda: httpx.get(f"{mock.url}/openapi.json").json()["info"]["title"], "Another")
    assert threading.active_count() == before
