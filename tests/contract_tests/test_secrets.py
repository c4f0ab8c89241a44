"""The key is in nothing that a run writes, however a deployment gives it back, and however the run ends."""

import base64
import html
import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, quote_plus, unquote_to_bytes

import pytest

from tests.twin.serving import ASGIApp, Message, Receive, Send, serving

KEYS = {
    "plain": "Sandbox-Key-9fQ2x7Lm",
    "signs": "k+/=%\"<&'\\Z7`$(x)",
    "short": "q7Z",
}
KINDS = ("report.html", "check.json", "check.xml", "check.har", "summary.md")


def forms(key: str) -> dict[str, str]:
    """Give the key as servers are known to give it back."""
    raw = key.encode()
    spellings = {
        "as it is": key,
        "upper case": key.upper(),
        "lower case": key.lower(),
        "backwards": key[::-1],
        "percent": quote(key, safe=""),
        "percent twice": quote(quote(key, safe=""), safe=""),
        "form": quote_plus(key),
        "each byte": "".join(f"%{byte:02x}" for byte in raw),
        "json": json.dumps(key)[1:-1],
        "json in json": json.dumps(json.dumps(key))[1:-1],
        "json escapes": "".join(f"\\u{ord(character):04x}" for character in key),
        "html": html.escape(key),
        "html numbers": "".join(f"&#{ord(character)};" for character in key),
        "json in html": html.escape(json.dumps(key)),
        "python": repr(key)[1:-1],
    }
    if len(key) > 3:
        spellings |= {
            "base64": base64.b64encode(raw).decode(),
            "base64 of a pair": base64.b64encode(b"user:" + raw + b":").decode(),
            "base64 in the middle": base64.urlsafe_b64encode(b"key=" + raw + b"!").decode(),
            "hex": raw.hex(),
            "HEX": raw.hex().upper(),
        }
    return spellings


def echoing(key: str) -> ASGIApp:
    """Make a deployment that gives the key back in every form, in every place, and is wrong in many ways."""
    told = forms(key)

    async def app(scope: Message, _receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        status, location = 401, None
        if ("x-api-key", key) in headers:
            status = 500 if "mode" in query else 302 if "slug" in query else 200
        rows = [
            {
                "integration_key": f"{name} {form}",
                "invocations": 3,
                "successful": 1,
                "vendor_errors": 0,
                "exceptions": 0,
                "success_rate_pct": 250,
                "p95_latency_ms": -1,
            }
            for name, form in told.items()
        ]
        problem = {
            "error": told["as it is"],
            "message": f"no such key: {told['as it is']}",
            "seen": headers,
            "asked": query,
            "forms": told,
        }
        body = json.dumps(rows).encode() if status == 200 else json.dumps(problem).encode() + key.encode()
        if status == 302:
            location = f"https://elsewhere.example/{told['percent']}?key={told['form']}"
        answer = [
            ("content-type", f"application/json; note={told['percent']}"),
            ("content-length", str(len(body))),
            ("x-echo", key),
            *((f"x-form-{number}", form) for number, form in enumerate(list(told.values())[::2])),
            ("set-cookie", f"session={told['percent']}; Path=/"),
            *([("location", location)] if location else []),
        ]
        await send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [(name.encode(), value.encode("latin-1")) for name, value in answer],
            }
        )
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    return app


def readings(text: str) -> Iterator[str]:
    """Give a text as it stands, and with what the formats of reports escape undone."""
    yield text
    yield html.unescape(text)
    for unescaped in (text, html.unescape(text)):
        yield unquote_to_bytes(unescaped).decode("utf-8", "replace")
        spelled = re.sub(r"\\+u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), unescaped)
        yield from (spelled, spelled.replace("\\", ""))
    if text.lstrip().startswith("{"):
        yield from strings(json.loads(text))


def strings(value: Any) -> Iterator[str]:
    """Give every string of a JSON value, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def leaks(text: str, key: str) -> list[str]:
    """Name the forms of the key that a text holds."""
    found = set()
    for reading in readings(text):
        lower = reading.lower()
        for name, form in forms(key).items():
            if "base64" in name:
                # What stands before and after it decides on the first and the last digits.
                held = form[4:-4] in reading
            elif len(key) < 4:
                held = form in reading.replace("-", " ").split()
            else:
                held = form.lower() in lower
            if held:
                found.add(name)
    return sorted(found)


def written(folder: Path, result: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Give all that a run wrote, by where it wrote it."""
    files = {
        str(path.relative_to(folder)): path.read_text("utf-8", "replace")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {"stdout": result.stdout, "stderr": result.stderr, **files}


def run(folder: Path, *command: str, key: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder of its own, as a step of a GitHub job."""
    environment = {name: value for name, value in os.environ.items() if name != "FEATHER_API_KEY"}
    environment |= {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(folder / "summary.md")}
    if key is not None:
        environment["FEATHER_API_KEY"] = key
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


REPORTS = ("--json", "check.json", "--junit", "check.xml", "--har", "check.har", "--report", ".", "-v")


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_no_report_of_a_failing_run_holds_the_key(tmp_path: Path, key: str) -> None:
    with serving(echoing(key)) as url:
        result = run(
            tmp_path,
            *(
                "-m",
                "contract_tests",
                url,
                "--methods",
                "all",
                "--slug",
                "s",
                "--mode",
                "m",
                "--profile",
                "quick",
                *REPORTS,
            ),
            key=key,
        )
    assert result.returncode == 1, result.stderr
    texts = written(tmp_path, result)
    assert set(KINDS) <= set(texts)
    assert {where: names for where, text in texts.items() if (names := leaks(text, key))} == {}
    # It would be no proof if nothing had been given back: the places where the key stood are marked.
    assert all("[key]" in texts[where] for where in ("stdout", "check.har", "check.json", "report.html"))


def test_a_key_on_the_command_line_is_not_repeated(tmp_path: Path) -> None:
    key = "two words,9%41q"
    with serving(echoing(key)) as url:
        result = run(tmp_path, "-m", "contract_tests", url, f"--api-key={key}", "-k", "rows-account", *REPORTS)
    assert "Repeat with" in result.stdout
    assert {where: names for where, text in written(tmp_path, result).items() if (names := leaks(text, key))} == {}


def test_pytest_itself_shows_no_key_with_every_detail_on(tmp_path: Path) -> None:
    key = KEYS["plain"]
    details = ("-vv", "--showlocals", "--tb=long", "--junitxml=check.xml", "-rA", "-p", "no:cacheprovider")
    with serving(echoing(key)) as url:
        result = run(
            tmp_path,
            "-m",
            "pytest",
            "--pyargs",
            "contract_tests",
            f"--target={url}",
            "-k",
            "401-missing or rows-account",
            *details,
            key=key,
        )
    assert "FAILED" in result.stdout
    assert {where: names for where, text in written(tmp_path, result).items() if (names := leaks(text, key))} == {}


FAILING = """
import sys
import contract_tests.{module} as module

def fail(*arguments, **more):
    said = f"cannot send {{arguments!r}} {{more!r}} with " + {key!r}
    raise RuntimeError(said)

module.{name} = fail
from contract_tests.cli import main
sys.argv = ["feather-check", *{arguments!r}]
main()
"""


@pytest.mark.parametrize(("module", "name"), [("check", "Oracle"), ("promises.authentication", "judge_request")])
def test_a_traceback_of_the_check_itself_shows_no_key(tmp_path: Path, module: str, name: str) -> None:
    key = KEYS["plain"]
    with serving(echoing(key)) as url:
        arguments = [url, "-k", "401-missing-key", *REPORTS]
        result = run(
            tmp_path,
            *("-c", textwrap.dedent(FAILING).format(module=module, name=name, key=key, arguments=arguments)),
            key=key,
        )
    texts = written(tmp_path, result)
    assert result.returncode == 3, result.stderr
    assert "RuntimeError" in texts["check.xml"]
    assert {where: names for where, text in texts.items() if (names := leaks(text, key))} == {}


@pytest.mark.parametrize("form", forms("Sandbox-Key-9fQ2x7Lm"))
def test_the_search_for_leaks_finds_each_form(form: str) -> None:
    key = "Sandbox-Key-9fQ2x7Lm"
    assert leaks(f"<p>{html.escape(forms(key)[form])}</p>", key)
    assert leaks(json.dumps({"body": forms(key)[form]}), key)
