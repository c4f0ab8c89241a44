"""Each scenario is the state that its name says, and its rows keep the operation's rules in any range."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple

from feather_kit.errors import InputError
from feather_kit.files import FIXTURES
from mock_server.data.fixtures import Fixtures, load_fixtures
from mock_server.data.rollup import Rollup, build_rollup
from tests.mock_server.small import TODAY, load

NOW = date(2026, 11, 23)
YESTERDAY = NOW - timedelta(days=1)
COUNTS = ("invocations", "successful", "vendor_errors", "exceptions")
NAMES = [
    "degraded",
    "empty",
    "extremes",
    "huge",
    "normal",
    "outage",
    "single",
    "slow-vendor",
    "spike",
    "zero-traffic",
]
SHIPPED = load_fixtures(FIXTURES)
_rollups: dict[str, Rollup] = {}


def rollup(name: str) -> Rollup:
    """Give the rollup of a shipped scenario; it is made once, since its answers do not depend on the order."""
    if name not in _rollups:
        _rollups[name] = build_rollup(SHIPPED, name, 0, NOW)
    return _rollups[name]


def rows(name: str, start: date, end: date, mode: str | None = None, slug: str | None = None) -> dict[str, Any]:
    return {row.integration_key: row for row in rollup(name).rows(start, end, mode, slug)}


def test_the_scenarios_that_are_promised_are_there() -> None:
    assert sorted(SHIPPED.scenarios) == NAMES
    assert all(len(each.about) > 20 for each in SHIPPED.scenarios.values())


# The rules.

DAYS = st.dates(NOW - timedelta(days=45), NOW + timedelta(days=3)) | st.dates(date(2023, 10, 1), NOW)


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_rows_keep_the_rules_in_any_range(name: str, data: st.DataObject) -> None:
    start, middle, end = sorted(data.draw(st.tuples(DAYS, DAYS, DAYS)))
    mode = data.draw(st.sampled_from([None, "live", "test"]))
    slug = data.draw(st.sampled_from([None, "northwind", "edge-cases"]))
    whole = rows(name, start, end, mode, slug)
    assert len(whole) == len(rollup(name).rows(start, end, mode, slug))
    for row in whole.values():
        assert row.invocations >= 1
        assert min(getattr(row, count) for count in COUNTS) >= 0
        assert row.successful + row.vendor_errors + row.exceptions == row.invocations
        assert row.success_rate_pct == pytest.approx(100 * row.successful / row.invocations, abs=0.0051)
        assert row.p95_latency_ms >= 0
    parts = [rows(name, start, middle, mode, slug), rows(name, middle + timedelta(days=1), end, mode, slug)]
    unfiltered = rows(name, start, end)
    assert set(whole) == {key for part in parts for key in part}
    for key, row in whole.items():
        own = [part[key] for part in parts if key in part]
        for count in COUNTS:
            assert getattr(row, count) == sum(getattr(each, count) for each in own)
            assert getattr(row, count) <= getattr(unfiltered[key], count)
        latencies = [each.p95_latency_ms for each in own]
        assert min(latencies) <= row.p95_latency_ms <= max(latencies)


@pytest.mark.parametrize("name", NAMES)
def test_modes_and_workspaces_add_up_to_the_whole(name: str) -> None:
    start = NOW - timedelta(days=2)
    scenario = SHIPPED.scenarios[name]
    catalogue = scenario.apply(SHIPPED.catalogue)
    slugs = {each.slug for each in catalogue.workspaces} | {pin.slug for pin in scenario.pins}
    whole = {key: row.invocations for key, row in rows(name, start, NOW).items()}
    for filters in [[(each.name, None) for each in catalogue.modes], [(None, slug) for slug in slugs]]:
        total: dict[str, int] = {}
        for mode, slug in filters:
            for key, row in rows(name, start, NOW, mode, slug).items():
                total[key] = total.get(key, 0) + row.invocations
        assert total == whole


# What each is for.


def busiest() -> str:
    return max(SHIPPED.catalogue.integrations, key=lambda each: each.daily_volume).key


def test_empty_has_no_row_at_all() -> None:
    assert rows("empty", date.min, date.max) == {}


def test_single_has_the_busiest_integration_alone() -> None:
    assert list(rows("single", date.min, date.max)) == [busiest()]


def test_an_outage_is_of_one_vendor_and_since_yesterday() -> None:
    down, usual = rows("outage", YESTERDAY, NOW), rows("normal", YESTERDAY, NOW)
    assert down[busiest()].success_rate_pct < 15
    assert down[busiest()].vendor_errors > 50 * usual[busiest()].vendor_errors
    assert down[busiest()].p95_latency_ms > 3 * usual[busiest()].p95_latency_ms
    assert {key: row for key, row in down.items() if key != busiest()} == {
        key: row for key, row in usual.items() if key != busiest()
    }
    before = NOW - timedelta(days=3)
    assert rows("outage", date.min, before) == rows("normal", date.min, before)


@pytest.mark.parametrize("today", [NOW + timedelta(days=3), date(2028, 2, 29)])
def test_an_outage_moves_with_today(today: date) -> None:
    moved = build_rollup(SHIPPED, "outage", 0, today)
    (row,) = (each for each in moved.rows(today, today, None, None) if each.integration_key == busiest())
    assert row.success_rate_pct < 15


def test_a_slow_vendor_answers_right_and_late() -> None:
    slow, usual = rows("slow-vendor", YESTERDAY, NOW), rows("normal", YESTERDAY, NOW)
    assert slow[busiest()].success_rate_pct > 97
    assert slow[busiest()].p95_latency_ms > 4 * usual[busiest()].p95_latency_ms


def test_several_vendors_are_degraded_and_the_others_not() -> None:
    hurt, usual = rows("degraded", YESTERDAY, NOW), rows("normal", YESTERDAY, NOW)
    changed = [key for key in usual if hurt[key] != usual[key]]
    assert len(changed) == 5
    for key in changed:
        assert 70 < hurt[key].success_rate_pct < 92
        assert hurt[key].p95_latency_ms > 1.8 * usual[key].p95_latency_ms


def test_a_spike_multiplies_the_traffic_of_all() -> None:
    high, usual = rows("spike", YESTERDAY, NOW), rows("normal", YESTERDAY, NOW)
    busy = [key for key in usual if usual[key].invocations > 1000]
    assert len(busy) > 10
    for key in busy:
        assert high[key].invocations == pytest.approx(8 * usual[key].invocations, rel=0.25)


def test_zero_traffic_had_some_and_has_none_now() -> None:
    assert rows("zero-traffic", NOW - timedelta(days=30), NOW) == {}
    before = NOW - timedelta(days=31)
    assert rows("zero-traffic", date.min, before) == rows("normal", date.min, before) != {}


def test_huge_has_a_thousand_rows_of_many_sizes() -> None:
    volumes = sorted(row.invocations for row in rows("huge", NOW - timedelta(days=89), NOW).values())
    assert len(volumes) == 1000
    assert volumes[-1] > 50 * volumes[100]


def test_extremes_have_what_breaks_a_layout() -> None:
    found = rows("extremes", NOW - timedelta(days=6), NOW)
    assert {row.success_rate_pct for row in found.values()} >= {0.0, 100.0}
    assert min(row.invocations for row in found.values()) == 1
    assert max(row.invocations for row in found.values()) >= 100_000_000
    assert max(map(len, found)) >= 200
    assert sum(not key.isascii() for key in found) >= 3


# Pinned rows.

PIN = """\
about: Rows told one by one.
pins:
  - slug: {slug}
    mode: live
    day: {day}
    rows:
      - {{integration_key: alpha, invocations: 7, successful: 6, vendor_errors: 1, exceptions: 0, success_rate_pct: 86,
         p95_latency_ms: 412.375}}
      - {{integration_key: new, invocations: 3, successful: 3, vendor_errors: 0, exceptions: 0, p95_latency_ms: 5}}
"""
PINNED = [
    ["alpha", 7, 6, 1, 0, 86, 412.375],
    ["new", 3, 3, 0, 0, 100.0, 5],
]


def pinned(folder: Path, slug: str = "acme", day: str = "yesterday", today: date = TODAY) -> Rollup:
    return build_rollup(load(folder, mine=PIN.format(slug=slug, day=day)), "mine", 0, today)


@pytest.mark.parametrize("slug", ["acme", "nobody-else"])
def test_a_pinned_workspace_and_mode_has_exactly_its_rows(tmp_path: Path, slug: str) -> None:
    mine = pinned(tmp_path, slug)
    for days in (1, 2, 30, 20_000):
        found = mine.rows(TODAY - timedelta(days=days), TODAY, "live", slug)
        assert [list(astuple(row)) for row in found] == PINNED
    assert mine.rows(TODAY, TODAY, "live", slug) == []


def test_pinned_rows_count_in_the_whole(tmp_path: Path) -> None:
    """Without a filter they are added to the traffic of the others, and so is their p95."""
    yesterday = TODAY - timedelta(days=1)
    mine = pinned(tmp_path)
    others = [mine.rows(yesterday, yesterday, None, "late"), mine.rows(yesterday, yesterday, "test", "acme")]
    whole = {row.integration_key: row for row in mine.rows(yesterday, yesterday, None, None)}
    alphas = [row for part in others for row in part if row.integration_key == "alpha"]
    assert whole["alpha"].invocations == 7 + sum(row.invocations for row in alphas)
    assert whole["new"].p95_latency_ms == 5
    of_acme = {row.integration_key: row for row in mine.rows(yesterday, yesterday, None, "acme")}
    latencies = sorted([412.4, *(row.p95_latency_ms for row in others[1] if row.integration_key == "alpha")])
    assert latencies[0] <= of_acme["alpha"].p95_latency_ms <= latencies[-1]


def test_a_new_slug_of_a_pin_has_its_p95_in_sums_too(tmp_path: Path) -> None:
    found = {row.integration_key: row for row in pinned(tmp_path, "elsewhere").rows(date.min, TODAY, None, "elsewhere")}
    assert {key: row.p95_latency_ms for key, row in found.items()} == {"alpha": 412.4, "new": 5}


def test_a_pin_on_a_day_to_come_has_no_rows_yet(tmp_path: Path) -> None:
    tomorrow = TODAY + timedelta(days=1)
    assert pinned(tmp_path, day=str(tomorrow)).rows(date.min, date.max, "live", "acme") == []
    later = pinned(tmp_path, day=str(tomorrow), today=tomorrow)
    assert len(later.rows(tomorrow, tomorrow, "live", "acme")) == 2


@given(p95=st.floats(0, 10_000_000), days=st.integers(0, 40))
@settings(max_examples=25, deadline=None)
def test_any_pinned_p95_keeps_the_p95_of_the_whole_between_its_parts(
    tmp_path_factory: pytest.TempPathFactory, p95: float, days: int
) -> None:
    text = PIN.format(slug="acme", day="20 days ago").replace("412.375", f"{p95:.6f}")
    mine = build_rollup(load(tmp_path_factory.mktemp("pin"), mine=text), "mine", 0, TODAY)
    first, middle = TODAY - timedelta(days=40), TODAY - timedelta(days=days)
    for slug, mode in ((None, None), ("acme", None), (None, "live")):
        parts = [mine.rows(first, middle, mode, slug), mine.rows(middle + timedelta(days=1), TODAY, mode, slug)]
        for row in mine.rows(first, TODAY, mode, slug):
            own = [
                each.p95_latency_ms for part in parts for each in part if each.integration_key == row.integration_key
            ]
            assert min(own) <= row.p95_latency_ms <= max(own)


# What is wrong is told.


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ("successful: 6", "successful: 7", 7, "successful + vendor_errors + exceptions are 8, and invocations 7"),
        ("success_rate_pct: 86", "success_rate_pct: 97", 7, "is 97, and 85.71 by the counts. Write 85.71"),
        ("invocations: 3, successful: 3", "invocations: 0, successful: 0", 9, "is 0. Write a whole number from 1"),
        ("exceptions: 0", "exceptions: -0.5", 7, "is -0.5. Write a whole number"),
        ("p95_latency_ms: 5", "p95_latency_ms: -5", 9, "is -5. Write a number from 0"),
        ("p95_latency_ms: 5", "p95: 5", 9, "unknown key 'p95'. Did you mean 'p95_latency_ms'?"),
        ("integration_key: new", "integration_key: alpha", 9, "'alpha' stands in two rows"),
        ("integration_key: new", "integration_key: 7", 9, "is 7. Write a text (quoted, if it is a number)"),
        ("day: yesterday", "day: last week", 5, "is 'last week'. Write a date as YYYY-MM-DD, or 'today'"),
        ("    mode: live\n", "", 3, "'mode' is missing in pins.0"),
        ("about: Rows told one by one.\n", "", 1, "'about' is missing in the file"),
        ("pins:", "pinned:", 2, "unknown key 'pinned'. Did you mean 'pins'?"),
        ("pins:", "keep: [alpa]\npins:", 2, "is 'alpa', which is not there. Did you mean 'alpha'?"),
        ("pins:", "keep: 1.5\npins:", 2, "keep is 1.5. Write a whole number"),
        ("pins:", "busiest: {cont: 2}\npins:", 2, "unknown key 'cont'. Did you mean 'count'?"),
        ("pins:", "every: {vendor_error_rate: 7}\npins:", 2, "is 7. Write a number from 0 to 1"),
        ("pins:", "integrations: {delta: {growth: 1}}\npins:", 2, "'daily_volume' is missing in integrations.delta"),
        ("pins:", "keep: [beta]\nintegrations: {alpha: {growth: 1}}\npins:", 3, "'alpha' is changed, and not kept"),
        (
            "pins:",
            "every: {incidents: [{from: today, to: yesterday}]}\npins:",
            2,
            "the incident ends on yesterday, before it begins",
        ),
        (
            "pins:",
            "generate: {names: [[a, b]], count: 3, daily_volume: [1, 2], p95_ms: [9, 9], first_day: today}\npins:",
            2,
            "generate.count is 3. Write a whole number from 1 to 2",
        ),
        (
            "pins:",
            "generate: {names: [[a, b]], count: 2, daily_volume: [2, 1], p95_ms: [9, 9], first_day: today}\npins:",
            2,
            "2 is above 1. Write the least, then the most",
        ),
    ],
)
def test_a_wrong_scenario_is_refused_with_its_line_and_what_would_be_right(
    tmp_path: Path, right: str, wrong: str, line: int, said: str
) -> None:
    text = PIN.format(slug="acme", day="yesterday")
    assert right in text
    with pytest.raises(InputError) as refused:
        load(tmp_path, mine=text.replace(right, wrong, 1))
    assert str(refused.value).startswith(f"{tmp_path / 'scenarios' / 'mine.yaml'}:{line}: ")
    assert said in str(refused.value)


def test_a_workspace_and_mode_is_pinned_once(tmp_path: Path) -> None:
    text = PIN.format(slug="acme", day="yesterday")
    again = text + text[text.index("  - slug") :]
    with pytest.raises(InputError, match="slug 'acme' and mode 'live' are pinned twice"):
        load(tmp_path, mine=again)


# Changes to the catalogue.


def test_a_change_sets_fields_and_adds_incidents(tmp_path: Path) -> None:
    text = """\
about: Changes.
keep: [alpha, gamma]
every: {exception_rate: 0}
integrations:
  alpha: {daily_volume: 7, incidents: [{from: yesterday, volume: 2}]}
  delta:
    {daily_volume: 5, vendor_error_rate: 0, exception_rate: 0.5, latency: {median_ms: 5, p95_ms: 9}, first_day: today}
"""
    fixtures: Fixtures = load(tmp_path, mine=text)
    changed = {each.key: each for each in fixtures.scenarios["mine"].apply(fixtures.catalogue).integrations}
    assert list(changed) == ["alpha", "gamma", "delta"]
    assert changed["alpha"].daily_volume == 7
    assert len(changed["alpha"].incidents) == 2
    assert changed["alpha"].exception_rate == changed["gamma"].exception_rate == 0
    assert changed["delta"].exception_rate == 0.5
    assert fixtures.catalogue.integrations[0].daily_volume == 900


def test_workspaces_and_modes_of_a_scenario_stand_for_those_of_the_catalogue(tmp_path: Path) -> None:
    mine = build_rollup(
        load(tmp_path, mine="about: Others.\nworkspaces: {'ünïcødé 統': {share: 1}}\nmodes: {demo: {share: 1}}\n"),
        "mine",
        0,
        TODAY,
    )
    assert mine.rows(TODAY, TODAY, "demo", "ünïcødé 統") == mine.rows(TODAY, TODAY, None, None) != []
    assert mine.rows(TODAY, TODAY, "live", None) == mine.rows(TODAY, TODAY, None, "acme") == []


def test_generated_integrations_depend_on_their_own_keys_alone(tmp_path: Path) -> None:
    text = """\
about: Some.
keep: 0
generate: {{names: [[a, b], [x, y]], count: {count}, daily_volume: [1, 90], p95_ms: [80, 900], first_day: 2025-01-01}}
"""
    few, many = (
        build_rollup(load(tmp_path, mine=text.format(count=count)), "mine", 0, TODAY).rows(date.min, TODAY, None, None)
        for count in (2, 4)
    )
    assert [row.integration_key for row in many] == ["a-x", "a-y", "b-x", "b-y"]
    assert few == many[:2]
