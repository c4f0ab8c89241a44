"""Reads a file of API keys: a name and a value each; no message of its shows a value."""

from pathlib import Path

from feather_kit.errors import InputError
from feather_kit.yaml_source import YamlSource, read_yaml
from mock_server.settings import ApiKey


def read_keys(file: Path) -> tuple[ApiKey, ...]:
    """Read a YAML file that maps names to keys, in its order.

    Raises:
        InputError: it is no such file, two names have the same key, or a key cannot be sent; names file and line.

    """
    source = _read(file)
    if not isinstance(source.data, dict) or not source.data:
        raise source.error((), "is no list of keys", 'Write a line for each key, as: alice: "her key"')
    keys: dict[str, ApiKey] = {}
    for name, value in source.data.items():
        if not name.strip() or not name.isprintable():
            raise source.error((name,), f"the name {name!r} cannot be shown", "Give a name of printable characters")
        if not isinstance(value, str):
            raise source.error((name,), f"the key of {name!r} is no text", "Write the key in quotes")
        try:
            key = ApiKey(name, value)
        except InputError as error:
            raise source.error((name,), error.problem, error.remedy) from None
        if value in keys:
            raise source.error(
                (name,), f"{name!r} has the same key as {keys[value].name!r}", "Give each name a key of its own"
            )
        keys[value] = key
    return tuple(keys.values())


def _read(file: Path) -> YamlSource:
    """Read the file; what a parser says of a text that it cannot read may be a part of a key."""
    try:
        return read_yaml(file)
    except InputError as error:
        if error.line is None:
            raise
        remedy = "Write a line for each name, once, and each key in quotes"
        raise InputError("cannot be read as YAML", remedy, file, error.line) from None
