"""The deployment under test: the one at a URL, or the kit's own mock, started for the run."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import IO
from urllib.parse import urlsplit

import requests

from contract_tests.call import NoVerdictError
from contract_tests.exchange import KEY_VARIABLE
from contract_tests.run import Known
from contract_tests.settings import Settings
from feather_kit.errors import InputError
from feather_kit.files import FIXTURES
from feather_kit.yaml_source import read_yaml

LOCAL_KEY = "local-dev-key"
"""The mock's own key where it was given none: tried on a loopback address alone."""

EMBEDDED_KEY = "Embedded-mock-Key-7f3a"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
STARTING = 30.0
"""Seconds that the mock may take to start, on a machine that is busy with other things."""


@dataclass(frozen=True)
class Target:
    """Where, and as whom.

    Attributes:
        base_url: the deployment's address, without a slash at its end.
        key: the valid key.
        known: slugs and modes that hold data.
        is_embedded: whether it is the mock that the run started.

    """

    base_url: str
    key: str = field(repr=False)
    known: Known
    is_embedded: bool = False


@contextmanager
def open_target(settings: Settings) -> Iterator[Target]:
    """Give the target that the settings name; without one, start the mock and end it afterwards.

    Raises:
        InputError: the URL is none, or there is no key for it.
        NoVerdictError: the mock does not start.

    """
    known = Known(settings.slugs, settings.modes)
    if settings.target is None:
        with _embedded_mock(settings) as base_url:
            yield Target(base_url, EMBEDDED_KEY, _fixture_values(known), is_embedded=True)
        return
    base_url = read_url(settings.target)
    yield Target(base_url, _key_for(base_url, settings), known)


def read_url(text: str) -> str:
    """Read the address of a deployment; a path in it is the operation's base path.

    Raises:
        InputError: it is no http or https address, or holds a user, a query or a fragment.

    """
    remedy = "Write the deployment's address, as in http://127.0.0.1:8000"
    try:
        parts = urlsplit(text)
        port = parts.port
        # What sends the requests has a say in what an address is: it encodes names outside of ASCII, or cannot.
        requests.Request("GET", text).prepare()
        (parts.hostname or "").encode("idna")
    except ValueError:
        raise InputError(f"{_shown(text)} is no URL", remedy) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or re.search(r"[\s\\]", text):
        raise InputError(f"{_shown(text)} is no URL of a deployment", remedy)
    if "@" in parts.netloc or "?" in text or "#" in text:
        raise InputError("the URL holds more than an address and a path", f"{remedy}; the key goes into --api-key")
    return text.rstrip("/")


def _shown(text: str) -> str:
    """Show a text that is no URL; one that may hold a password or a key is not repeated."""
    return "the target" if re.search("[@?#]", text) else repr(text)


def _key_for(base_url: str, settings: Settings) -> str:
    key = settings.api_key or os.environ.get(KEY_VARIABLE)
    if not key and urlsplit(base_url).hostname in LOOPBACK:
        key = LOCAL_KEY
    if not key:
        raise InputError("there is no key to call the target with", f"Give --api-key KEY, or set {KEY_VARIABLE}")
    if not key.isprintable() or key != key.strip():
        raise InputError(
            "the key has spaces at its ends, or characters that no header can carry",
            "Give the key as it was issued",
        )
    return key


@contextmanager
def _embedded_mock(settings: Settings) -> Iterator[str]:
    # -P: a module of the current folder never takes the place of one that the mock imports.
    command = [sys.executable, "-P", "-m", "mock_server", "--port", "0", "--no-reload", "--log", "none"]
    if settings.document is not None:
        command.insert(4, str(settings.document))
    above = Path(__file__).parents[1]
    path = os.pathsep.join(filter(None, (str(above), os.environ.get("PYTHONPATH"))))
    # A session of its own: Ctrl-C is for the check, which then ends the mock. The key is not on the command line,
    # where every user of the machine could read it.
    process = subprocess.Popen(  # noqa: S603  # the kit's own module, by the interpreter that runs this
        command,
        env={**os.environ, KEY_VARIABLE: EMBEDDED_KEY, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield ready_url(process)
    finally:
        process.terminate()
        process.wait(STARTING)


def ready_url(process: subprocess.Popen[str]) -> str:
    """Wait for the line in which the mock says where it listens; what it says afterwards is read, and forgotten.

    Raises:
        NoVerdictError: it ends without such a line.

    """
    said = ""
    with ExitStack() as reading:
        stream = reading.enter_context(process.stdout or io.StringIO())
        for line in stream:
            match = re.search(r"https?://\S+", line)
            if match:
                # A pipe that nobody reads would fill up, and stop the mock.
                Thread(target=_forget, args=(stream,), daemon=True).start()
                reading.pop_all()
                return match[0].rstrip("/")
            said = line.strip() or said
    raise NoVerdictError(f"The mock did not start: {said or 'it said nothing'}", "Try `feather-mock` by itself")


def _forget(stream: IO[str]) -> None:
    with stream:
        for _ in stream:
            pass


def _fixture_values(known: Known) -> Known:
    """Give what was named, else the slugs and modes that the mock's fixtures hold data for."""
    data = read_yaml(FIXTURES / "catalogue.yaml").data
    return Known(known.slugs or tuple(data["workspaces"]), known.modes or tuple(data["modes"]))
