"""Everything that can be set, with its default and its help: the command line is made from this table."""

import dataclasses
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from feather_kit.errors import InputError
from feather_kit.files import DOCUMENT, FIXTURES
from mock_server.delay import Delay
from mock_server.state import KINDS

DEFAULT_KEY: Final = "local-dev-key"
KEY_VARIABLE: Final = "FEATHER_API_KEY"
LOGS: Final = ("text", "json", "none")
# As browsers write it (RFC 6454, section 6.1): lower case, and no slash at the end; `null` is a local file's.
_ORIGIN: Final = re.compile(r"null|[a-z][a-z0-9+.-]*://[^/?#@\s*A-Z]+")


@dataclass(frozen=True)
class ApiKey:
    """A key that the mock accepts, and the name by which logs speak of it: its value is never shown there."""

    name: str
    value: str = field(repr=False)

    def __post_init__(self) -> None:
        if not self.value or self.value != self.value.strip() or not self.value.isprintable():
            raise InputError(
                f"the API key named {self.name!r} cannot be sent in a header",
                "Give a key of printable characters, with no space at either end",
            )


@dataclass(frozen=True)
class Option:
    """How a setting is written on the command line.

    Attributes:
        flags: its spellings, as click takes them; a name without dashes is a positional argument.
        help: what `--help` says of it.
        metavar: the word that stands for its value in `--help`.
        multiple: it can be given more than once.

    """

    flags: tuple[str, ...]
    help: str
    metavar: str | None = None
    multiple: bool = False


def _setting(default: Any, *flags: str, **option: Any) -> Any:
    return field(default=default, metadata={"option": Option(flags, **option)})


@dataclass(frozen=True)
class Settings:
    """One server's settings. A field with an `Option` can be set on the command line."""

    document: Path = _setting(
        DOCUMENT,
        "document",
        help="The OpenAPI 3.1 document to serve; the Feather API's own where none is named.",
    )
    port: int = _setting(8000, "-p", "--port", metavar="N", help="The port to listen on; 0 takes a free one.")
    host: str = _setting("127.0.0.1", "-h", "--host", metavar="HOST", help="The address to listen on.")
    api_keys: tuple[ApiKey, ...] = _setting(
        (ApiKey("default", DEFAULT_KEY),),
        "--api-key",
        metavar="KEY",
        multiple=True,
        help=f"A key to accept; can be repeated. [default: ${KEY_VARIABLE}, else {DEFAULT_KEY}]",
    )
    seed: int = _setting(1, "--seed", metavar="N", help="The seed of the generated traffic.")
    today: date | None = _setting(
        None,
        "--today",
        metavar="YYYY-MM-DD",
        help="The last day with traffic. [default: today in UTC, moving on at midnight]",
    )
    fixtures: Path = _setting(
        FIXTURES,
        "--fixtures",
        metavar="DIR",
        help="A folder of fixtures, in place of the shipped catalogue or beside it.",
    )
    reload: bool = _setting(
        True,
        "--reload/--no-reload",
        help="Serve an edit of the document or of a fixture within a second; a broken one changes nothing.",
    )
    cors: bool = _setting(True, "--cors/--no-cors", help="Let pages of other origins call the mock.")
    workers: int = _setting(1, "--workers", metavar="N", help="The number of processes that answer.")
    validate_responses: bool = _setting(
        False,
        "--validate-responses/--no-validate-responses",
        help="Check each answer against the document as it leaves; a break is a 500 that says where.",
    )
    cors_origins: tuple[str, ...] = _setting(
        (),
        "--cors-origin",
        metavar="ORIGIN",
        multiple=True,
        help="Let pages of this origin alone call the mock, with credentials too; can be repeated.",
    )
    admin: bool = _setting(
        True,
        "--admin/--no-admin",
        help="Serve the console at / and the administration under /__mock/, health included.",
    )
    log: str = _setting(
        "text",
        "--log",
        metavar="|".join(LOGS),
        help="How each request is told of on standard output.",
    )
    scenario: str = _setting(
        "normal",
        "--scenario",
        metavar="NAME",
        help="The scenario that everyone gets who asks for no other.",
    )
    delay: Delay | None = _setting(
        None,
        "--delay",
        metavar="MS",
        help="How long each answer waits: milliseconds, or a range as 50..200.",
    )
    fault_rate: float = _setting(
        0.0,
        "--fault-rate",
        metavar="SHARE",
        help="The share of requests that end in a fault, from 0 to 1.",
    )
    faults: tuple[str, ...] = _setting(
        (),
        "--fault",
        metavar="KIND",
        multiple=True,
        help=f"A kind of fault that there can be: {', '.join(KINDS)}; can be repeated. [default: all]",
    )

    def __post_init__(self) -> None:
        if not self.api_keys:
            raise InputError("no API key is set", "Give at least one --api-key")
        names = [key.name for key in self.api_keys]
        if twice := [name for name in names if names.count(name) > 1]:
            raise InputError(f"two API keys are named {twice[0]!r}", "Give each a name of its own")
        if not 0 <= self.port <= 65535:
            raise InputError(f"--port {self.port} is no port", "Give a number from 0 to 65535")
        if self.log not in LOGS:
            raise InputError(f"--log {self.log} is no kind of log", f"Give one of: {', '.join(LOGS)}")
        if self.cors_origins and not self.cors:
            raise InputError("--cors-origin lets a page in, and --no-cors lets none", "Leave one of them out")
        for origin in self.cors_origins:
            if not _ORIGIN.fullmatch(origin):
                raise InputError(f"--cors-origin {origin} is no origin", "Give one as http://localhost:5173")
        if self.workers < 1:
            raise InputError(f"--workers {self.workers} is no number of processes", "Give 1 or more")
        if not 0 <= self.fault_rate <= 1:
            raise InputError(f"--fault-rate {self.fault_rate} is no share", "Give a number from 0 to 1, as 0.05")
        if unknown := set(self.faults).difference(KINDS):
            raise InputError(f"--fault {min(unknown)} is no kind of fault", f"Give one of: {', '.join(KINDS)}")
        if self.faults and not self.fault_rate:
            raise InputError("--fault chooses among faults, and there are none", "Give --fault-rate as well")


def options() -> list[tuple[str, Any, Option]]:
    """List the settings that the command line has: name, default, and how each is written.

    `keys_file` is one of the command line alone: the keys of that file join `api_keys`.
    """
    listed = [
        (setting.name, setting.default, setting.metadata["option"])
        for setting in dataclasses.fields(Settings)
        if "option" in setting.metadata
    ]
    return [*listed, ("keys_file", None, _KEYS_FILE)]


_KEYS_FILE: Final = Option(
    ("--api-keys",),
    metavar="FILE",
    help="A YAML file of keys to accept, each under the name by which the log speaks of it.",
)
