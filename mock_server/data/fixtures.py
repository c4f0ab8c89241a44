"""Loads a folder of fixtures: the catalogue that traffic is derived from, and the scenarios that change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from feather_kit.errors import InputError
from feather_kit.files import FIXTURES
from feather_kit.yaml_source import read_yaml
from mock_server.data.catalogue import Catalogue
from mock_server.data.catalogue_reader import read_catalogue
from mock_server.data.scenarios import NORMAL, Scenario, read_scenario

SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Fixtures:
    """A catalogue, and its scenarios by name, `normal` always among them."""

    catalogue: Catalogue
    scenarios: Mapping[str, Scenario]


def load_fixtures(folder: Path) -> Fixtures:
    """Load the fixtures of `folder`.

    A `catalogue.yaml` there stands for the shipped one; without it the shipped one is used. Each file of
    `scenarios/` is a scenario named like the file; it stands for the shipped one of that name, and the other
    shipped ones stay.

    Raises:
        InputError: `folder` holds no fixtures, or one of its files is wrong; names the file and the line.

    """
    own = _yaml(folder, "catalogue")
    if own is None and not (folder / "scenarios").is_dir():
        raise InputError("has no fixtures", "Name a folder with a catalogue.yaml or a folder scenarios/ in it", folder)
    catalogue = read_catalogue(read_yaml(own or FIXTURES / "catalogue.yaml"))
    files = {path.stem: path for place in (FIXTURES, folder) for path in _scenarios(place)}
    scenarios = {name: read_scenario(name, read_yaml(path), catalogue) for name, path in sorted(files.items())}
    return Fixtures(catalogue, {"normal": NORMAL, **scenarios})


def places(folder: Path) -> list[Path]:
    """List the folders whose YAML files the fixtures of `folder` are read from, the shipped ones included."""
    return [place for each in dict.fromkeys((FIXTURES, folder)) for place in (each, each / "scenarios")]


def _yaml(folder: Path, name: str) -> Path | None:
    return next((path for suffix in SUFFIXES if (path := folder / f"{name}{suffix}").is_file()), None)


def _scenarios(folder: Path) -> list[Path]:
    return sorted(path for suffix in SUFFIXES for path in (folder / "scenarios").glob(f"*{suffix}"))
