"""Reads a YAML (or JSON) file into plain values, and remembers the line of each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from feather_kit.errors import InputError

Pointer = tuple[str | int, ...]
"""The way from a file's root to one of its values: mapping keys and sequence indices."""

_STRING_TAG = "tag:yaml.org,2002:str"
_MERGE_TAG = "tag:yaml.org,2002:merge"
_MOST_VALUES = 2_000_000  # a document of 40 MB has fewer; a file of nested aliases would have billions

# libyaml's loader where PyYAML was built with it: eight times as fast, the same values.
_BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_BaseLoader):  # type: ignore[misc]  # the base is chosen at import
    """`yaml.safe_load` without its dates: JSON has none, and a document's `2024-01-01` is a string."""


_PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _BaseLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class YamlSource:
    """A file as it was read.

    Attributes:
        path: where it was read from.
        raw: its bytes.
        data: its value, made of dict, list, str, int, float, bool and None.
        lines: the line, counted from 1, of each value (of its key, in a mapping).

    """

    path: Path
    raw: bytes
    data: Any
    lines: dict[Pointer, int]

    def line(self, pointer: Sequence[str | int]) -> int:
        """Give the line of the value at `pointer`, or of the nearest value around it that the file has."""
        at = tuple(pointer)
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def error(self, pointer: Sequence[str | int], problem: str, remedy: str) -> InputError:
        """Make the error that points at the value at `pointer`."""
        return InputError(problem, remedy, self.path, self.line(pointer))


def read_yaml(path: Path) -> YamlSource:
    """Read the YAML or JSON file at `path`, by the rules of `yaml.safe_load`, dates left as strings.

    Raises:
        InputError: the file cannot be read, is not UTF-8, is not YAML, has a key twice or a key that is
            a collection.

    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"cannot be read: {reason}", "Name a YAML or JSON file that exists", path) from None
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(f"byte {error.start} is not UTF-8", "Save the file as UTF-8", path, line) from None
    loader = _PlainLoader(raw)
    try:
        root = loader.get_single_node()
        lines = dict(_positions(root, path)) if root is not None else {}
        data = loader.construct_document(root) if root is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line_number = mark.line + 1 if mark is not None else None
        raise InputError(
            f"not YAML: {error.problem or error.context}", "Mend the syntax at that line", path, line_number
        ) from None
    except yaml.YAMLError as error:
        raise InputError(f"not YAML: {error}", "Mend the syntax", path) from None
    finally:
        loader.dispose()
    return YamlSource(path, raw, data, lines)


def _positions(root: yaml.Node, path: Path) -> Iterator[tuple[Pointer, int]]:
    """Walk the node tree; an alias is walked at each of its places, so their number is bounded."""
    walk = _walk(root, (), root.start_mark.line + 1, path, ())
    for count, position in enumerate(walk):
        if count > _MOST_VALUES:
            raise InputError(f"more than {_MOST_VALUES:,} values", "Write fewer aliases", path)
        yield position


def _walk(
    node: yaml.Node, pointer: Pointer, line: int, path: Path, above: tuple[int, ...]
) -> Iterator[tuple[Pointer, int]]:
    if id(node) in above:
        raise InputError("an alias contains itself", "Write the value out", path, line)
    yield pointer, line
    inside = (*above, id(node))
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            key = _name(key_node, key_line, path)
            if key in seen:
                raise InputError(f"the key {key!r} stands twice", "Keep one of the two", path, key_line)
            seen.add(key)
            yield from _walk(value_node, (*pointer, key), key_line, path, inside)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _walk(item, (*pointer, index), item.start_mark.line + 1, path, inside)


def _name(key: yaml.Node, line: int, path: Path) -> str:
    """Read a mapping's key as the text that stands there: `200` and `on` are names, as they are in JSON."""
    if not isinstance(key, yaml.ScalarNode):
        raise InputError("a key is a collection", "Write the key as a string", path, line)
    if key.tag != _MERGE_TAG:
        key.tag = _STRING_TAG
    return str(key.value)
