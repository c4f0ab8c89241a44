"""What the mock's tests share: the mock in this process, and as a command."""

from datetime import date
from typing import Any

import pytest

from mock_server.application import Mock, build
from mock_server.settings import ApiKey, Settings

KEY = "Test-key-7f3Kq9"
TODAY = date(2026, 6, 30)


@pytest.fixture(scope="session")
def settings() -> Settings:
    return Settings(api_keys=(ApiKey("test", KEY),), today=TODAY, validate_responses=True)


@pytest.fixture(scope="session")
def mock(settings: Settings) -> Mock:
    return build(settings)


@pytest.fixture(scope="session")
def keyed() -> dict[str, Any]:
    return {"x-api-key": KEY}
