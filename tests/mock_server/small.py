"""A small catalogue of the tests' own, so that an edit of the shipped one breaks no test of the engine."""

from datetime import date
from pathlib import Path

from mock_server.data.fixtures import Fixtures, load_fixtures

TODAY = date(2025, 4, 30)

CATALOGUE = """\
weeks:
  office: [1.2, 1.2, 1.2, 1.2, 1.2, 0.5, 0.5]
holidays:
  - {days: 12-24..01-01, volume: {office: 0.3}}
modes:
  live: {share: 9}
  test: {share: 1, errors: 2.0, latency: 1.3}
workspaces:
  acme: {share: 3}
  late: {share: 1, first_day: 2025-03-01}
integrations:
  alpha:
    daily_volume: 900
    growth: 0.3
    week: office
    vendor_error_rate: 0.02
    exception_rate: 0.005
    latency: {median_ms: 100, p95_ms: 300}
    first_day: 2024-10-01
    incidents:
      - {from: 2025-02-10, to: 2025-02-12, vendor_error_rate: 0.4, latency: 4}
  beta:
    daily_volume: 40
    vendor_error_rate: 0.1
    exception_rate: 0.1
    latency: {median_ms: 20, p95_ms: 36}
    first_day: 2024-12-24
    incidents_a_year: 12
    workspaces: [acme]
  gamma:
    daily_volume: 0.8
    vendor_error_rate: 0
    exception_rate: 0
    latency: {median_ms: 500, p95_ms: 2500}
    first_day: 2025-01-15
"""


def write(folder: Path, catalogue: str | None = CATALOGUE, **scenarios: str) -> Path:
    """Write a folder of fixtures: a catalogue, if any, and scenarios by name."""
    if catalogue is not None:
        (folder / "catalogue.yaml").write_text(catalogue, encoding="utf-8")
    for name, text in scenarios.items():
        (folder / "scenarios").mkdir(exist_ok=True)
        (folder / "scenarios" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, catalogue: str | None = CATALOGUE, **scenarios: str) -> Fixtures:
    """Write a folder of fixtures and load it."""
    return load_fixtures(write(folder, catalogue, **scenarios))
