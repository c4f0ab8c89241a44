"""The `feather-mock` command, made from the table of settings."""

import os
import sys
import warnings
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click

from feather_kit.errors import InputError
from mock_server.delay import Delay, read_delay
from mock_server.own_process import begin
from mock_server.settings import KEY_VARIABLE, ApiKey, Option, Settings, options

_EXIT_INPUT: Final = 2


class _Date(click.ParamType[date]):
    """A day, written as RFC 3339 has it."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()  # a day has no time zone
        except ValueError:
            self.fail(f"{value!r} is no date. Write it as YYYY-MM-DD, as in 2026-03-31.", param, ctx)


class _Delay(click.ParamType[Delay]):
    """Milliseconds, or a range of them."""

    name = "delay"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Delay:
        try:
            return value if isinstance(value, tuple) else read_delay(value)
        except InputError as error:
            self.fail(str(error), param, ctx)


_KINDS: Final[dict[str, click.ParamType[Any]]] = {
    "today": _Date(),
    "delay": _Delay(),
    "keys_file": click.Path(path_type=Path),
}


def _declare(name: str, default: Any, option: Option) -> Callable[[Any], Any]:
    kind: Any = {int: int, float: float, bool: bool, str: str}.get(type(default))
    if name in _KINDS:
        kind = _KINDS[name]
    elif isinstance(default, Path):
        kind = click.Path(path_type=Path)
    elif option.multiple:
        kind, default = str, ()
    if not option.flags[0].startswith("-"):
        return click.argument(name, metavar="[DOCUMENT]", type=kind, default=default)
    return click.option(
        *option.flags,
        name,
        type=None if kind is bool else kind,
        default=default,
        metavar=option.metavar,
        multiple=option.multiple,
        help=option.help,
        show_default=type(default) in {int, float, str, bool},
    )


def _keys(given: tuple[str, ...], file: Path | None) -> tuple[ApiKey, ...]:
    """Take the keys from the command line and its file, else from the environment, else the one that is always known.

    A key on the command line is a value alone: many a key has a `=` in it.
    """
    from_environment = os.environ.get(KEY_VARIABLE)
    keys = tuple(ApiKey(f"key-{number}", value) for number, value in enumerate(given, 1))
    if file is not None:
        from mock_server.keys_file import read_keys  # few have one

        keys += read_keys(file)
    if keys:
        return keys
    if from_environment:
        return (ApiKey(KEY_VARIABLE, from_environment),)
    return Settings.api_keys


def _command() -> click.Command:
    def run(**given: Any) -> None:
        begin()
        from mock_server.serving import serve  # `--help` needs no server

        given["api_keys"] = _keys(given["api_keys"], given.pop("keys_file"))
        serve(Settings(**given))

    # `-h` is the host, as in other mock servers.
    command = click.command("feather-mock", context_settings={"help_option_names": ["--help"]}, help=_HELP)(run)
    for name, default, option in options():
        command = _declare(name, default, option)(command)
    return click.version_option(package_name="feather-contract-kit")(command)


_HELP: Final = """Serve DOCUMENT, an OpenAPI 3.1 file, with plausible data.

Without DOCUMENT it is the Feather API's. The mock answers by the document: keys, parameters and responses.

`feather-mock export --help` tells how to write its answers as files."""


def _export_command() -> click.Command:
    with warnings.catch_warnings():
        # Connexion, as it is imported, touches what Starlette and jsonschema have deprecated.
        warnings.simplefilter("ignore")
        from mock_server.export import FORMS, export, questions  # serving needs none of it

    def run(**given: Any) -> None:
        settings = Settings(**{name: given[name] for name in _EXPORTED})
        asked = questions(given["start"], given["end"], given["slug"], given["mode"], given["form"])
        _write(given["out"], export(settings, asked, given["form"]))

    day: dict[str, Any] = {"type": _Date(), "metavar": "YYYY-MM-DD", "required": True, "multiple": True}
    several: dict[str, Any] = {"multiple": True, "metavar": "NAME"}
    command = click.command("feather-mock export", help=_EXPORT_HELP)(run)
    for declare in (
        click.option("--start", **day, help="The first day; with --format msw, there can be several ranges."),
        click.option("--end", **day, help="The last day, included."),
        click.option("--slug", **several, help="The only workspace that counts."),
        click.option("--mode", **several, help="The only mode that counts."),
        click.option("--format", "form", type=click.Choice(list(FORMS)), default="json", show_default=True),
        click.option("--out", type=click.Path(path_type=Path), help="The file to write. [default: the terminal]"),
        *(_declare(*setting) for setting in options() if setting[0] in _EXPORTED),
    ):
        command = declare(command)
    return command


def _write(out: Path | None, text: str) -> None:
    """Write a file, or the standard output where none is named.

    Raises:
        InputError: the file cannot be written.

    """
    if out is None:
        sys.stdout.buffer.write(text.encode())
        return
    try:
        out.write_bytes(text.encode())
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", "Name a file in a folder that exists", out) from None


_EXPORTED: Final = ("document", "scenario", "seed", "today", "fixtures")
"""The settings that decide what an answer holds."""

_EXPORT_HELP: Final = """Write answers of the mock for DOCUMENT as files, for stories and tests without a server.

json holds the rows as the API answers them, csv the same as a table, and msw an ES module of handlers for Mock Service
Worker, in which --start and --end, --slug and --mode can each be given more than once."""


def main() -> None:
    """Run `feather-mock`. Bad input ends it with one message and exit code 2."""
    try:
        # A document of that name is `./export`.
        if sys.argv[1:2] == ["export"]:
            _export_command()(sys.argv[2:], prog_name="feather-mock export")
        _command()()
    except InputError as error:
        click.echo(f"feather-mock: {error}", err=True)
        sys.exit(_EXIT_INPUT)
