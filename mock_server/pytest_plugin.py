"""The pytest plugin: a mock for the tests of an application.

Every pytest session of an environment that has the kit loads this module, so it imports the mock only once a test
asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mock_server.embedded import Running

_RUNNING = pytest.StashKey["Running"]()


@pytest.fixture(scope="session")
def feather_mock_settings() -> Mapping[str, Any]:
    """Tell what `feather_mock` is started with; a project's own fixture of this name decides it.

    For instance `{"document": "api.yaml", "today": date(2026, 6, 30)}`: the arguments of `mock_server.running`.
    """
    return {}


@pytest.fixture(scope="session")
def feather_mock(feather_mock_settings: Mapping[str, Any], pytestconfig: pytest.Config) -> Iterator[Running]:
    """Run a mock for the whole session: `url`, `api_key`, `scenario(name)`, `requests`, `reset()`.

    Each test finds it as it was started, without requests: it is reset before each.
    """
    from mock_server import running

    with running(**feather_mock_settings) as mock:
        pytestconfig.stash[_RUNNING] = mock
        yield mock
        del pytestconfig.stash[_RUNNING]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Reset the mock, if one runs: what one test did to it is nothing to the next."""
    mock = item.config.stash.get(_RUNNING, None)
    if mock is not None:
        mock.reset()
