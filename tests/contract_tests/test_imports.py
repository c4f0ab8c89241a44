"""Imports point one way, and data folders hold data alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = {"contract_tests", "mock_server"}
FORBIDDEN = {
    "contract_tests": {"mock_server", "tests", "benchmarks"},
    "mock_server": {"contract_tests", "tests", "benchmarks"},
    "feather_kit": {*TOOLS, "tests", "benchmarks"},
}


def imported(tree: ast.AST) -> Iterator[str]:
    """Give the first name of each module that is imported, within functions too, by statement or by a call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Call) and _name(node.func) in ("import_module", "__import__", "find_spec"):
            yield from (str(given.value).partition(".")[0] for given in node.args if isinstance(given, ast.Constant))


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_a_package_does_not_import_what_stands_beside_or_above_it(package: str) -> None:
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    wrong = {
        str(file.relative_to(ROOT)): names
        for file in files
        if (names := FORBIDDEN[package] & set(imported(ast.parse(file.read_text("utf-8")))))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "text",
    [
        "import mock_server",
        "import mock_server.cli as cli",
        "from mock_server import cli",
        "def later():\n    from mock_server.cli import main",
        "import importlib\nimportlib.import_module('mock_server.cli')",
        "__import__('mock_server')",
    ],
)
def test_every_way_to_import_is_seen(text: str) -> None:
    assert "mock_server" in set(imported(ast.parse(text)))


@pytest.mark.parametrize("folder", ["spec", "fixtures"])
def test_data_folders_hold_data_alone(folder: str) -> None:
    files = [file for file in (ROOT / folder).rglob("*") if file.is_file()]
    assert files
    assert {file.suffix for file in files} <= {".yaml", ".yml", ".json", ".md"}
