"""The npm packages of the tests: which ones is decided here, and where they come from is not."""

import json
import re

from tests.clients.npm import PACKAGES


def test_each_package_is_pinned() -> None:
    pinned = json.loads(PACKAGES.read_text())["dependencies"]
    assert pinned
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pinned.values())


def test_no_registry_is_named() -> None:
    """A lock file would name the one that it was written with."""
    assert "http" not in PACKAGES.read_text()
    assert not list(PACKAGES.parent.glob("*lock*"))
