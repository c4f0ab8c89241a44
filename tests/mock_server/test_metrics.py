"""The counts for Prometheus, read back by its own parser."""

from collections.abc import Iterable

import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open
from prometheus_client.parser import text_string_to_metric_families as read

from mock_server.application import Mock, build
from mock_server.entries import Seen
from mock_server.metrics import Metrics
from mock_server.settings import ApiKey, Settings
from tests.mock_server.asgi import call
from tests.mock_server.conftest import KEY, TODAY

PATH = "/v1/analytics/integrations/by-integration"
VALID = f"{PATH}?start_date=2026-06-01&end_date=2026-06-07"
OPERATION = "getIntegrationUsageByIntegration"
REQUESTS = "feather_mock_requests"
DURATION = "feather_mock_request_duration_seconds"


@pytest.fixture
def mock() -> Mock:
    return build(Settings(api_keys=(ApiKey("test", KEY),), today=TODAY))


def counts(families: Iterable[Metric]) -> dict[tuple[str, str], float]:
    family = next(family for family in families if family.name == REQUESTS)
    return {(sample.labels["operation"], sample.labels["status"]): sample.value for sample in family.samples}


def test_requests_are_counted_by_operation_and_status(mock: Mock) -> None:
    for _ in range(3):
        call(mock, VALID, headers={"x-api-key": KEY})
    call(mock, VALID)
    call(mock, "/typo")
    reply = call(mock, "/__mock/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=")
    assert counts(read(reply.body.decode())) == {(OPERATION, "200"): 3, (OPERATION, "401"): 1, ("", "404"): 1}


def test_neither_pages_nor_the_administration_are_counted(mock: Mock) -> None:
    for path in ("/docs", "/__mock/health", "/__mock/metrics"):
        call(mock, path)
    assert counts(read(call(mock, "/__mock/metrics").body.decode())) == {}


def test_durations_are_a_histogram() -> None:
    metrics = Metrics()
    several = [Seen(1, "GET", "/", b"", 200, seconds, "op", "", (), "", "") for seconds in (0.0001, 0.0002, 0.3, 99.0)]
    metrics.count(several)
    body, _ = metrics.write("")
    family = next(family for family in read(body.decode()) if family.name == DURATION)
    samples = {sample.labels.get("le") or sample.name: sample.value for sample in family.samples}
    assert [samples[bound] for bound in ("0.0001", "0.00025", "0.25", "0.5", "10.0", "+Inf")] == [1, 2, 2, 3, 3, 4]
    assert samples[f"{DURATION}_count"] == 4
    assert samples[f"{DURATION}_sum"] == pytest.approx(99.3003)


def test_a_reset_lets_the_counts_stand(mock: Mock) -> None:
    """Prometheus takes a count that falls for a server that was started anew."""
    call(mock, "/typo")
    call(mock, "/__mock/reset", method="POST")
    assert counts(read(call(mock, "/__mock/metrics").body.decode())) == {("", "404"): 1}


def test_whoever_asks_for_openmetrics_gets_it(mock: Mock) -> None:
    call(mock, "/typo")
    reply = call(mock, "/__mock/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert reply.headers["content-type"].startswith("application/openmetrics-text")
    assert counts(read_open(reply.body.decode())) == {("", "404"): 1}
