"""The mock that the clients call."""

from collections.abc import Iterator

import pytest

from tests.mock_server.processes import Served, served

KEY = "client-key"


@pytest.fixture(scope="package")
def mock() -> Iterator[Served]:
    with served("--today", "2026-06-30", "--api-key", KEY, "--validate-responses") as mock:
        yield mock
