"""Catalogues of any size, for the mock to serve."""

from pathlib import Path

import yaml

from feather_kit.files import FIXTURES
from feather_kit.yaml_source import read_yaml


def write(folder: Path, count: int) -> Path:
    """Write fixtures with `count` integrations, made of the shipped ones in turn; give the folder."""
    catalogue = read_yaml(FIXTURES / "catalogue.yaml").data
    shipped = list(catalogue["integrations"].items())
    catalogue["integrations"] = {
        f"{shipped[number % len(shipped)][0]}-{number:05}": {
            **{name: value for name, value in shipped[number % len(shipped)][1].items() if name != "workspaces"},
            "first_day": "2025-01-01",
            "incidents": [],
        }
        for number in range(count)
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "catalogue.yaml").write_text(yaml.safe_dump(catalogue, sort_keys=False), encoding="utf-8")
    return folder
