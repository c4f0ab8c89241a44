"""The `feather-mock` command, made from the table of settings."""

import os
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import click

from feather_kit.errors import InputError
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


def _declare(name: str, default: Any, option: Option) -> Callable[[Any], Any]:
    kind: Any = {int: int, bool: bool, str: str}.get(type(default))
    if name == "today":
        kind = _Date()
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
        show_default=type(default) in {int, str, bool},
    )


def _keys(given: tuple[str, ...]) -> tuple[ApiKey, ...]:
    """Take the keys from the command line, else from the environment, else the one that is always known."""
    from_environment = os.environ.get(KEY_VARIABLE)
    if given:
        return tuple(ApiKey(f"key {number}", value) for number, value in enumerate(given, 1))
    if from_environment:
        return (ApiKey(KEY_VARIABLE, from_environment),)
    return Settings.api_keys


def _command() -> click.Command:
    def run(**given: Any) -> None:
        from mock_server.serving import serve  # `--help` needs no server

        serve(Settings(**{**given, "api_keys": _keys(given["api_keys"])}))

    # `-h` is the host, as in other mock servers.
    command = click.command("feather-mock", context_settings={"help_option_names": ["--help"]}, help=_HELP)(run)
    for name, default, option in options():
        command = _declare(name, default, option)(command)
    return click.version_option(package_name="feather-contract-kit")(command)


_HELP: Final = """Serve DOCUMENT, an OpenAPI 3.1 file, with plausible data.

Without DOCUMENT it is the Feather API's. The mock answers by the document: keys, parameters and responses."""


def main() -> None:
    """Run `feather-mock`. Bad input ends it with one message and exit code 2."""
    try:
        _command()()
    except InputError as error:
        click.echo(f"feather-mock: {error}", err=True)
        sys.exit(_EXIT_INPUT)
