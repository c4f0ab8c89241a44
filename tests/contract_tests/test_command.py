"""`feather-check` as a process: what it says, where, with which exit code, and what it leaves behind."""

import json
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from urllib.parse import urlencode

import pytest
import trustme

from contract_tests import cli
from tests.contract_tests.commands import check, run, start
from tests.contract_tests.loopback import Loopback, Seen, Write, answering, reply
from tests.contract_tests.making import KEY, PATH
from tests.contract_tests.test_tls import serving_as
from tests.twin.application import create
from tests.twin.serving import serving

DATES = ("--window", "2026-01-01..2026-01-31")


@pytest.fixture(scope="module")
def twin() -> Iterator[str]:
    with serving(create()) as url:
        yield url


Inside = Callable[..., CompletedProcess[str]]


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Inside:
    """Give the command in this process, in a folder of the test's own: a second sooner than as one of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FEATHER_API_KEY", KEY)
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    def run(*words: str | Path) -> CompletedProcess[str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.command.main([str(word) for word in words])
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return CompletedProcess(words, ended.value.code, out, err)

    return run


def read(path: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return report


# what is wrong before anything is sent


WRONG = pytest.mark.parametrize(
    ("words", "said"),
    [
        (["http://h", "--window", "2026-03-31..2026-01-01"], "Turn it round: --window 2026-01-01..2026-03-31"),
        (
            ["http://h", "--skip", "401-nothing"],
            "there is no promise '401-nothing' to skip. Name one of: 401-missing-key",
        ),
        (["http://h", "--accept", "known.yaml"], "known.yaml:1: there is no promise '401-nothing'. Name one of: 401-"),
        (["http://h", "--document", "old.yaml"], "old.yaml:1: this is no OpenAPI 3.1 document. Write `openapi: 3.1.0`"),
        (["http://h", "--document", "none.yaml"], "none.yaml: cannot be read"),
        (["http://h", "-k", "nothing-is-so"], "no promise matches -k 'nothing-is-so'. Select some of: 401-missing-key"),
        (["http://h", "-k", "401 and"], "-k '401 and' is no expression. Write ids or parts of them"),
    ],
    ids=["window", "skip", "accept", "document", "no document", "-k", "expression"],
)


@WRONG
def test_wrong_input_is_told_in_one_line_with_what_to_do(
    words: list[str], said: str, tmp_path: Path, inside: Inside
) -> None:
    (tmp_path / "old.yaml").write_text("openapi: 3.0.3\n")
    (tmp_path / "known.yaml").write_text("- {promise: 401-nothing, reason: r, until: 2099-12-31}\n")
    ended = inside(*words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert_one_line(ended.stderr, said)


def test_there_is_no_key(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FEATHER_API_KEY")
    ended = inside("https://h.invalid")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert_one_line(ended.stderr, "no key to call the target with. Give --api-key KEY, or set FEATHER_API_KEY")


def test_a_real_process_tells_it_so_too(tmp_path: Path) -> None:
    ended = run("nonsense", folder=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert_one_line(ended.stderr, "'nonsense' is no URL. Write the deployment's address, as in http://127.0.0.1:8000")


def assert_one_line(text: str, said: str) -> None:
    assert text.startswith("feather-check: ")
    assert said in text
    assert text.count("\n") == 1


# what can say nothing of the target


REPORTS = ("--json", "out/check.json", "--junit", "out/check.xml")


def assert_no_verdict(ended: CompletedProcess[str], said: str) -> None:
    """Hold that a run said this on stderr in a line, and that the reports are there."""
    folder = Path.cwd()
    assert ended.returncode == 3
    assert said in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert KEY not in ended.stdout + ended.stderr
    report = read(folder / "out" / "check.json")
    assert report["verdict"] == "none"
    assert said in report["why"]
    assert (folder / "out" / "check.xml").exists()


def test_a_host_that_does_not_answer(inside: Inside) -> None:
    with answering(reply()) as server:
        url = server.url
    assert_no_verdict(
        inside(url, *REPORTS), "cannot be reached: Connection refused. Start the deployment, or mend the URL"
    )


def test_a_certificate_that_nobody_vouches_for(inside: Inside) -> None:
    with answering(reply(), serving_as(trustme.CA(), "127.0.0.1")) as server:
        assert_no_verdict(inside(server.url, *REPORTS), "Name the certificates to trust with --ca-bundle FILE")


def test_a_key_that_is_refused(inside: Inside) -> None:
    with answering(reply(401, b'{"error":"e","message":"m"}')) as server:
        assert_no_verdict(
            inside(server.url, *REPORTS), "The target answers 401 to the key. Give a valid one with --api-key"
        )


def test_a_deployment_of_something_else(inside: Inside) -> None:
    with answering(reply(404, b'{"error":"e","message":"m"}')) as server:
        said = f"does not serve GET {PATH}: it answers 404. Mend the URL, its base path included, or name"
        assert_no_verdict(inside(server.url, *REPORTS), said)


def test_a_port_that_answers_nothing(inside: Inside) -> None:
    with answering(b"") as server:
        assert_no_verdict(inside(server.url, *REPORTS), "gives no answer")


def test_requests_that_do_not_suffice_to_begin(inside: Inside, twin: str) -> None:
    assert_no_verdict(inside(twin, "--max-requests", "1", *REPORTS), "Raise --max-requests")


def test_a_run_whose_requests_are_used_up_says_what_it_found_until_then(
    tmp_path: Path, inside: Inside, twin: str
) -> None:
    ended = inside(twin, "--max-requests", "30", "--json", "check.json")
    report = read(tmp_path / "check.json")
    assert ended.returncode == 3
    assert report["requests"] == 30
    assert "--max-requests" in report["why"]
    assert "--max-requests" in ended.stdout
    assert "report this as a bug" not in ended.stdout + ended.stderr
    assert {promise["status"] for promise in report["promises"]} == {"kept", "not_exercised"}


# how a run ends


def refusing_everybody_but(key: str) -> Any:
    def answer(seen: Seen) -> bytes:
        if seen.header("x-api-key") != key:
            return reply(401, b'{"error":"e","message":"m"}')
        return reply()

    return answer


def test_a_broken_promise_ends_with_1_and_all_that_repeats_it(tmp_path: Path) -> None:
    with answering(refusing_everybody_but(KEY)) as server:
        words = (server.url, "-k", "400-inverted-range or 401-missing-key", "--json", "check.json", *DATES)
        ended = check(*words, folder=tmp_path)
    assert ended.returncode == 1
    assert "VIOLATES: 1 broken" in ended.stdout.replace("1 kept, ", "").replace(", 1 kept", "")
    assert f"curl -sS -i '{server.url}{PATH}?start_date=" in ended.stdout
    assert '-H "x-api-key: $FEATHER_API_KEY"' in ended.stdout
    assert "-k '400-inverted-range or 401-missing-key'" in ended.stdout
    promises = {promise["id"]: promise for promise in read(tmp_path / "check.json")["promises"]}
    assert {name: promise["status"] for name, promise in promises.items()} == {
        "401-missing-key": "kept",
        "400-inverted-range": "broken",
    }


def test_an_accepted_break_ends_with_0_and_a_file_can_be_made_of_breaks(tmp_path: Path, inside: Inside) -> None:
    with answering(refusing_everybody_but(KEY)) as server:
        words = (server.url, "-k", "400-inverted-range", "--accept", "known.yaml", *DATES)
        first = inside(*words, "--accept-update")
        assert first.returncode == 1
        assert "400-inverted-range" in (tmp_path / "known.yaml").read_text()
        second = inside(*words, "--json", "check.json")
    assert second.returncode == 0
    assert read(tmp_path / "check.json")["promises"][0]["status"] == "accepted"


def test_a_report_that_cannot_be_written_ends_with_2_after_the_others(
    tmp_path: Path, inside: Inside, twin: str
) -> None:
    (tmp_path / "file").write_text("")
    words = (twin, "-k", "401-missing-key", "--json", "file/check.json", "--har", "check.har", *DATES)
    ended = inside(*words)
    assert ended.returncode == 2
    assert "file/check.json: cannot be written" in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert "CONFORMS: 1 kept" in ended.stdout
    assert (tmp_path / "check.har").exists()


def test_a_junit_file_that_cannot_be_written_ends_with_2(tmp_path: Path, inside: Inside, twin: str) -> None:
    (tmp_path / "file").write_text("")
    ended = inside(twin, "-k", "401-missing-key", "--junit", "file/check.xml", *DATES)
    assert ended.returncode == 2
    assert "cannot be written" in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "cancelled job"])
def test_an_interrupted_run_ends_at_once_with_the_reports_of_what_was_done(tmp_path: Path, number: int) -> None:
    """The server leaves a request hanging: the signal comes while the check waits for its answer."""
    hanging, over = threading.Event(), threading.Event()

    def hang(_write: Write) -> None:
        hanging.set()
        over.wait(60)

    def answer(seen: Seen) -> Any:
        asked = dict(seen.query)
        if seen.header("x-api-key") == KEY and "start_date" not in asked:
            return hang
        return refusing_everybody_but(KEY)(seen)

    with answering(answer) as server:
        words = (server.url, "--timeout", "600", "--json", "check.json", "--junit", "check.xml", *DATES)
        process = start(*words, folder=tmp_path, variables={"FEATHER_API_KEY": KEY})
        try:
            assert hanging.wait(60)
            process.send_signal(number)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
            over.set()
    assert process.returncode == 3
    assert "The run was interrupted" in out
    assert "Traceback" not in out + err
    report = read(tmp_path / "check.json")
    assert report["verdict"] == "none"
    assert "401-missing-key" in {promise["id"] for promise in report["promises"] if promise["status"] == "kept"}
    assert (tmp_path / "check.xml").exists()


# the same again, whatever stands about


DRAWN = ("-k", "generated or malformed or unknown or elsewhere or inverted-range or longer or again or methods")


def recorded(folder: Path, *words: str) -> list[tuple[str, str, tuple[tuple[str, str], ...]]]:
    """Run the check against a server that knows nothing but its key, and give what it was asked."""
    with answering(refusing_everybody_but(KEY)) as server:
        check(server.url, *DATES, *DRAWN, *words, folder=folder)
        return [(seen.method, seen.target, _essence(seen, server)) for seen in server.seen]


def _essence(seen: Seen, server: Loopback) -> tuple[tuple[str, str], ...]:
    host = server.url.removeprefix("http://")
    return tuple((name, value.replace(host, "host")) for name, value in seen.headers)


SLUG = ("--slug", "harbor", "--mode", "live", "--methods", "all")


def test_the_same_seed_sends_the_same_requests_in_the_same_order_whatever_stands_about(tmp_path: Path) -> None:
    """A user's own configuration, of pytest, of Schemathesis, of Hypothesis, has no say in it."""
    plain, odd = tmp_path / "plain", tmp_path / "odd"
    plain.mkdir()
    odd.mkdir()
    (odd / "pytest.ini").write_text("[pytest]\naddopts = --nothing-knows-this -x\npython_files = never.py\n")
    (odd / "conftest.py").write_text("raise SystemExit('a conftest of the user')\n")
    (odd / "schemathesis.toml").write_text("nonsense = [\n")
    (odd / "test_promises.py").write_text("def test_own():\n    raise SystemExit('a test of the user')\n")
    (odd / ".hypothesis").write_text("in the way of a folder\n")
    first = recorded(plain, "--seed", "7", *SLUG)
    assert len(first) > 50
    assert recorded(odd, "--seed", "7", *SLUG) == first
    other = recorded(plain, "--seed", "8", *SLUG)
    assert other != first
    assert list(plain.iterdir()) == []


def test_a_users_pytest_options_in_the_environment_have_no_say(tmp_path: Path, twin: str) -> None:
    variables = {"PYTEST_ADDOPTS": "--nothing-knows-this", "PYTEST_PLUGINS": "no_such_plugin"}
    ended = check(twin, "-k", "401-missing-key", *DATES, folder=tmp_path, variables=variables)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_help_names_each_option_and_each_exit_code(tmp_path: Path) -> None:
    ended = run("--help", folder=tmp_path)
    assert ended.returncode == 0
    assert "0 it conforms, 1 it violates, 2 wrong usage or bad input, 3 no verdict" in " ".join(ended.stdout.split())
    assert urlencode({"x": KEY}) not in ended.stdout
