"""Fixtures are read as they are meant, and what is wrong in them is told with file, line and what would be right."""

import copy
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from feather_kit.errors import InputError
from feather_kit.files import FIXTURES
from mock_server.data.catalogue import Ago, Holiday
from mock_server.data.fixtures import Fixtures, load_fixtures
from mock_server.data.rollup import Rollup, build_rollup
from tests.mock_server.small import CATALOGUE, TODAY, load, write

NOW = date(2026, 11, 23)


@pytest.fixture(scope="module")
def shipped() -> Fixtures:
    return load_fixtures(FIXTURES)


@pytest.fixture(scope="module")
def rollup(shipped: Fixtures) -> Rollup:
    return build_rollup(shipped, "normal", 0, NOW)


# The shipped catalogue: an analyst would believe it.


def test_there_are_a_dozen_integrations_and_more_whose_history_begins_by_2024(rollup: Rollup) -> None:
    assert len(rollup.rows(date(2024, 1, 1), date(2024, 1, 1), None, None)) >= 12


def test_success_rates_and_latencies_of_a_year_are_those_of_real_vendors(rollup: Rollup) -> None:
    for row in rollup.rows(NOW - timedelta(days=364), NOW, None, None):
        assert 95 <= row.success_rate_pct <= 99.9, row
        assert 80 <= row.p95_latency_ms <= 4000, row


@pytest.mark.parametrize("quarter", range(9))
def test_one_integration_began_within_the_last_quarter_whenever_the_kit_is_used(
    shipped: Fixtures, quarter: int
) -> None:
    today = NOW + timedelta(days=91 * quarter)
    first_days = [each.first_day for each in shipped.catalogue.integrations]
    assert any(isinstance(day, date) and 0 <= (today - day).days <= 105 for day in first_days)


def test_some_are_quiet_and_some_are_busy(rollup: Rollup) -> None:
    volumes = sorted(row.invocations for row in rollup.rows(NOW - timedelta(days=6), NOW, None, None))
    assert volumes[0] < 200
    assert volumes[-1] > 100_000


def test_each_workspace_and_mode_has_rows_now(shipped: Fixtures, rollup: Rollup) -> None:
    for slug in [None, *(each.slug for each in shipped.catalogue.workspaces)]:
        for mode in [None, *(each.name for each in shipped.catalogue.modes)]:
            assert rollup.rows(NOW, NOW, mode, slug)


def test_the_past_of_the_shipped_catalogue_is_told_by_the_calendar(shipped: Fixtures) -> None:
    days = [each.first_day for each in shipped.catalogue.integrations]
    days += [day for each in shipped.catalogue.integrations for hit in each.incidents for day in (hit.first, hit.last)]
    assert not any(isinstance(day, Ago) for day in days)


# What is wrong is told.

INTEGRATION = "integrations: {x: {daily_volume: 1, vendor_error_rate: 0, exception_rate: 0, first_day: 2024-01-01}}"


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ("daily_volume: 900", "daily_volum: 900", 13, "unknown key 'daily_volum'. Did you mean 'daily_volume'?"),
        ("daily_volume: 900", "daily_volume: -1", 13, "integrations.alpha.daily_volume is -1. Write a number from 0"),
        ("daily_volume: 900", "daily_volume: lots", 13, "is 'lots'. Write a number"),
        ("daily_volume: 900", "daily_volume: true", 13, "is True. Write a number"),
        ("daily_volume: 900", "daily_volume: .nan", 13, "is nan. Write a number"),
        ("daily_volume: 900", "daily_volume: .inf", 13, "is inf. Write a number"),
        ("daily_volume: 900", "daily_volume: [1]", 13, "is [1]. Write a number"),
        ("    daily_volume: 900\n", "", 12, "'daily_volume' is missing in integrations.alpha. Add 'daily_volume'"),
        ("vendor_error_rate: 0.02", "vendor_error_rate: 1.2", 16, "is 1.2. Write a number from 0 to 1"),
        ("vendor_error_rate: 0.02", "vendor_error_rate: 0.999", 16, "more than 1 together"),
        ("exception_rate: 0.005", "exception_rate: -0.1", 17, "is -0.1. Write a number from 0 to 1"),
        ("first_day: 2024-10-01", "first_day: 2024-02-30", 19, "2024-02-30 is no day of the calendar"),
        ("first_day: 2024-10-01", "first_day: 01.10.2024", 19, "Write a date as YYYY-MM-DD"),
        ("first_day: 2024-10-01", "first_day: 20241001", 19, "Write a date as YYYY-MM-DD"),
        ("first_day: 2024-10-01", "first_day: 1024-10-01", 19, "Write a date from 2000-01-01 to 2100-01-01"),
        ("first_day: 2024-10-01", "first_day: 9 days ago", 19, "a catalogue's past must not move"),
        ("to: 2025-02-12", "to: 2025-02-09", 21, "the incident ends on 2025-02-09, before it begins"),
        ("latency: 4}", "latancy: 4}", 21, "Did you mean 'latency'?"),
        ("p95_ms: 300", "p95_ms: 90", 18, "p95_ms is 90 beside a median_ms of 100. Write 1.2 to 6 times"),
        ("p95_ms: 300", "p95: 300", 18, "unknown key 'p95'. Did you mean 'p95_ms'?"),
        ("week: office", "week: ofice", 15, "is 'ofice', which is not there. Did you mean 'office'?"),
        ("[1.2, 1.2, 1.2, 1.2, 1.2, 0.5, 0.5]", "[1, 1]", 2, "Write a list of 7 numbers"),
        ("workspaces: [acme]", "workspaces: [acne]", 29, "is 'acne', which is not there. Did you mean 'acme'?"),
        ("workspaces: [acme]", "workspaces: []", 29, "Write a list of 1 or more"),
        ("live: {share: 9}", "live: {share: 0}", 6, "modes.live.share is 0"),
        ("live: {share: 9}", "live:", 6, "modes.live is None. Write a mapping"),
        ("live: {share: 9}", "'': {share: 9}", 6, "the name '' is blank"),
        ("12-24..01-01", "12-24..13-01", 4, "Write MM-DD or MM-DD..MM-DD"),
        ("12-24..01-01", "'-1000'", 4, "'-1000' are no days of a year"),
        ("12-24..01-01", "-1000", 4, "-1000 are no days of a year"),
        ("{office: 0.3}", "{offices: 0.3}", 4, "unknown key 'offices'. Did you mean 'office'?"),
        ("modes:", "mode:", 5, "unknown key 'mode'. Did you mean 'modes'?"),
        ("  alpha:\n", "  alpha:\n    daily_volume: 1\n", 14, "the key 'daily_volume' stands twice"),
        ("daily_volume: 900", "daily_volume: : 900", 13, "not YAML"),
        (CATALOGUE, "- 1\n", 1, "the file is [1]. Write a mapping"),
        (CATALOGUE, "", 1, "the file is None. Write a mapping"),
        (CATALOGUE, f"{INTEGRATION}\n", 1, "'workspaces' is missing in the file"),
        (CATALOGUE, "workspaces: {a: {share: 1}}\nmodes: {}\nintegrations: {}\n", 2, "modes is empty. Write 1 or more"),
    ],
)
def test_a_wrong_catalogue_is_refused_with_its_line_and_what_would_be_right(
    tmp_path: Path, right: str, wrong: str, line: int, said: str
) -> None:
    assert right in CATALOGUE
    with pytest.raises(InputError) as refused:
        load(tmp_path, CATALOGUE.replace(right, wrong, 1))
    assert str(refused.value).startswith(f"{tmp_path / 'catalogue.yaml'}:{line}: ")
    assert said in str(refused.value)


JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.sampled_from(["2024-13-01", "yesterday", "12-24", "1e3", "\u0662\u0660\u0662\u0664-01-01"]),
    st.just([]),
    st.just({}),
    st.lists(st.integers(), max_size=7),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(place for key, item in inside for place in places(item, (*at, key)))]


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_junk_anywhere_in_a_catalogue_is_refused_or_served_but_never_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    catalogue = copy.deepcopy(yaml.safe_load(CATALOGUE))
    *way, last = data.draw(st.sampled_from(places(catalogue)[1:]))
    around = catalogue
    for step in way:
        around = around[step]
    around[last] = data.draw(JUNK)
    folder = tmp_path_factory.mktemp("junk")
    try:
        fixtures = load(folder, yaml.safe_dump(catalogue, allow_unicode=True))
        rows = build_rollup(fixtures, "normal", 0, TODAY).rows(date.min, date.max, None, None)
    except InputError as refused:
        assert refused.remedy
        assert refused.file is None or refused.line is not None
    else:
        assert all(row.successful + row.vendor_errors + row.exceptions == row.invocations for row in rows)


# Folders.


def test_a_folder_of_scenarios_alone_adds_to_the_shipped_ones(tmp_path: Path, shipped: Fixtures) -> None:
    fixtures = load(tmp_path, None, mine="about: Mine.\nkeep: 2\n")
    assert fixtures.catalogue == shipped.catalogue
    assert set(fixtures.scenarios) == {*shipped.scenarios, "mine"}


def test_a_scenario_of_a_shipped_name_stands_for_the_shipped_one(tmp_path: Path) -> None:
    fixtures = load(tmp_path, None, outage="about: Mine.\nkeep: 0\n")
    assert fixtures.scenarios["outage"].about == "Mine."


def test_a_folder_with_a_catalogue_replaces_the_shipped_one_and_keeps_the_shipped_scenarios(
    tmp_path: Path, shipped: Fixtures
) -> None:
    fixtures = load(tmp_path)
    assert [each.key for each in fixtures.catalogue.integrations] == ["alpha", "beta", "gamma"]
    assert set(fixtures.scenarios) == set(shipped.scenarios)
    for name in fixtures.scenarios:
        build_rollup(fixtures, name, 0, TODAY).rows(date.min, date.max, None, None)


def test_files_may_end_in_yml(tmp_path: Path) -> None:
    write(tmp_path, None, mine="about: Mine.\n")
    (tmp_path / "scenarios" / "mine.yaml").rename(tmp_path / "scenarios" / "mine.yml")
    (tmp_path / "catalogue.yml").write_text(CATALOGUE)
    fixtures = load_fixtures(tmp_path)
    assert "mine" in fixtures.scenarios
    assert len(fixtures.catalogue.integrations) == 3


@pytest.mark.parametrize("folder", ["", "missing"])
def test_a_folder_without_fixtures_is_refused(tmp_path: Path, folder: str) -> None:
    with pytest.raises(InputError, match="has no fixtures"):
        load_fixtures(tmp_path / folder)


# Holidays.


@pytest.mark.parametrize(
    ("holiday", "expected"),
    [
        (Holiday((12, 31), (1, 1), None, {}), ["2024-01-01", "2024-12-31", "2025-01-01"]),
        (Holiday((2, 29), (2, 29), None, {}), ["2024-02-29", "2025-02-28"]),
        (Holiday((11, 23), (11, 29), 4, {}), ["2024-11-29"]),
        (Holiday((1, 1), (1, 1), 0, {}), ["2024-01-01"]),
    ],
)
def test_holidays_fall_on_their_days_in_each_year(holiday: Holiday, expected: list[str]) -> None:
    days = holiday.between(date(2024, 1, 1).toordinal(), date(2025, 3, 31).toordinal())
    assert [str(date.fromordinal(day)) for day in days] == expected


# The page about fixtures.


def test_the_examples_of_the_page_about_fixtures_load(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "fixtures.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n# (\S+)\n(.*?)```", page, re.DOTALL)
    assert [name for name, _ in examples] == ["catalogue.yaml", "scenarios/black-week.yaml", "scenarios/demo.yaml"]
    (tmp_path / "scenarios").mkdir()
    for name, text in examples:
        (tmp_path / name).write_text(text, encoding="utf-8")
    fixtures = load_fixtures(tmp_path)
    demo = build_rollup(fixtures, "demo", 0, NOW).rows(date.min, date.max, "live", "demo")
    assert [row.integration_key for row in demo] == ["hubspot", "stripe"]
    keys = {row.integration_key for row in build_rollup(fixtures, "black-week", 0, NOW).rows(NOW, NOW, None, None)}
    assert keys == {"hubspot", "brand-new"}
