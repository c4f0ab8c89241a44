"""The rows of a range are those that adding up its cells, day by day, would give."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict

from feather_kit.errors import InputError
from mock_server.data import rollup as module
from mock_server.data.account import Account
from mock_server.data.fixtures import Fixtures
from mock_server.data.rollup import MOST_DAYS, Rollup, build_rollup
from tests.mock_server.cells import Cells
from tests.mock_server.small import CATALOGUE, TODAY, load

FIRST = date(2024, 10, 1)
MODES = st.sampled_from([None, "live", "test"])
SLUGS = st.sampled_from([None, "acme", "late"])
COUNTS = ("invocations", "successful", "vendor_errors", "exceptions")


@st.composite
def ranges(draw: st.DrawFn) -> tuple[date, date]:
    days = st.dates(FIRST - timedelta(days=20), TODAY + timedelta(days=20))
    return tuple(sorted((draw(days), draw(days))))  # type: ignore[return-value]  # two of them


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Fixtures:
    return load(tmp_path_factory.mktemp("fixtures"))


@pytest.fixture(scope="module")
def rollup(fixtures: Fixtures) -> Rollup:
    return build_rollup(fixtures, "normal", 3, TODAY)


@pytest.fixture(scope="module")
def cells(fixtures: Fixtures) -> Cells:
    return Cells(fixtures, 3, TODAY)


@given(span=ranges(), mode=MODES, slug=SLUGS)
@settings(deadline=None)
def test_rows_are_those_of_adding_up_cell_by_cell_and_day_by_day(
    rollup: Rollup, cells: Cells, span: tuple[date, date], mode: str | None, slug: str | None
) -> None:
    start, end = span
    expected = cells.rows(start.toordinal(), end.toordinal(), mode, slug)
    rows = {row.integration_key: row for row in rollup.rows(start, end, mode, slug)}
    assert list(rows) == sorted(expected)
    for key, (counts, p95) in expected.items():
        row = rows[key]
        assert [getattr(row, name) for name in COUNTS[1:]] == counts
        assert row.invocations == sum(counts)
        assert row.success_rate_pct == pytest.approx(100 * counts[0] / sum(counts), abs=0.005001)
        assert row.p95_latency_ms == pytest.approx(p95, abs=0.050001)


@given(span=ranges(), cut=st.integers(0, 250), mode=MODES, slug=SLUGS)
def test_two_adjoining_ranges_add_up_and_bound_the_p95_of_the_whole(
    rollup: Rollup, span: tuple[date, date], cut: int, mode: str | None, slug: str | None
) -> None:
    start, end = span
    middle = min(start + timedelta(days=cut), end)
    rows = {row.integration_key: row for row in rollup.rows(start, end, mode, slug)}
    parts = [rollup.rows(start, middle, mode, slug), rollup.rows(middle + timedelta(days=1), end, mode, slug)]
    assert {row.integration_key for part in parts for row in part} == set(rows)
    for key, row in rows.items():
        own = [each for part in parts for each in part if each.integration_key == key]
        assert [sum(getattr(each, name) for each in own) for name in COUNTS] == [getattr(row, name) for name in COUNTS]
        latencies = [each.p95_latency_ms for each in own]
        assert min(latencies) <= row.p95_latency_ms <= max(latencies)


@given(span=ranges())
def test_filtered_counts_add_up_to_the_whole(rollup: Rollup, span: tuple[date, date]) -> None:
    whole = {row.integration_key: row for row in rollup.rows(*span, None, None)}
    for filters in (
        [("live", None), ("test", None)],
        [(None, "acme"), (None, "late")],
        [(mode, slug) for mode in ("live", "test") for slug in ("acme", "late")],
    ):
        rows = [row for each in filters for row in rollup.rows(*span, *each)]
        for key, row in whole.items():
            own = [each for each in rows if each.integration_key == key]
            assert [sum(getattr(each, name) for each in own) for name in COUNTS] == [
                getattr(row, name) for name in COUNTS
            ]


@pytest.mark.parametrize("value", ["", "nobody", "LIVE", "acme ", "Acme", "liv", "live,test", "\x00", "ł" * 2000])
def test_a_value_that_nothing_has_gives_no_row(rollup: Rollup, value: str) -> None:
    assert rollup.rows(FIRST, TODAY, value, None) == []
    assert rollup.rows(FIRST, TODAY, None, value) == []
    assert rollup.rows(FIRST, TODAY, "live", value) == []
    assert rollup.rows(FIRST, TODAY, value, "acme") == []


def test_unknown_values_are_not_remembered(fixtures: Fixtures) -> None:
    """Memory is bounded, whatever a client asks for."""
    rollup = build_rollup(fixtures, "normal", 3, TODAY)
    for number in range(100):
        rollup.rows(FIRST, TODAY, f"mode-{number}", f"slug-{number}")
    assert rollup.nbytes == 0


def test_the_calendars_ends_are_those_of_the_traffic(rollup: Rollup) -> None:
    everything = rollup.rows(FIRST, TODAY, None, None)
    assert rollup.rows(date.min, date.max, None, None) == everything
    assert rollup.rows(date.min, FIRST - timedelta(days=1), None, None) == []
    assert rollup.rows(TODAY + timedelta(days=1), date.max, None, None) == []


def test_an_inverted_range_has_no_row(rollup: Rollup) -> None:
    assert rollup.rows(TODAY, FIRST, None, None) == []


def test_an_answer_does_not_depend_on_what_was_asked_before(fixtures: Fixtures, rollup: Rollup) -> None:
    """Asked in another order, in memory that holds only one workspace and mode at a time."""
    small = Rollup(Account(fixtures.catalogue, (), 3, TODAY), most_bytes=1)
    asked = [(mode, slug) for mode in (None, "live", "test") for slug in (None, "acme", "late")]
    expected = {each: rollup.rows(FIRST, TODAY, *each) for each in asked}
    for each in [*reversed(asked), *asked]:
        assert small.rows(FIRST, TODAY, *each) == expected[each]


def test_sums_beyond_the_memory_allowed_are_forgotten(fixtures: Fixtures) -> None:
    rollup = Rollup(Account(fixtures.catalogue, (), 3, TODAY), most_bytes=100_000)
    for mode in ("live", "test", None):
        for slug in ("acme", "late", None):
            rollup.rows(FIRST, TODAY, mode, slug)
    whole = Rollup(Account(fixtures.catalogue, (), 3, TODAY))
    whole.rows(FIRST, TODAY, None, None)
    assert rollup.nbytes <= 100_000 + whole.nbytes


def test_a_range_is_answered_from_sums_and_draws_no_day(rollup: Rollup, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = rollup.rows(FIRST, TODAY, None, None)
    monkeypatch.setattr(module, "tally", None)
    for days in (0, 1, 30, 200):
        assert rollup.rows(TODAY - timedelta(days=days), TODAY, None, None)
    assert rollup.rows(date.min, date.max, None, None) == expected


def test_rows_are_json_values_in_the_documents_order(rollup: Rollup) -> None:
    for row in json.loads(rollup.json(FIRST, TODAY, None, None)):
        assert list(row) == ["integration_key", *COUNTS, "success_rate_pct", "p95_latency_ms"]
        assert [type(value) for value in row.values()] == [str, int, int, int, int, float, float]


def test_json_holds_the_rows(rollup: Rollup) -> None:
    rows = rollup.rows(FIRST, TODAY, "live", "acme")
    assert json.loads(rollup.json(FIRST, TODAY, "live", "acme")) == [asdict(row) for row in rows] != []


def test_many_integrations_are_answered_as_few_are(tmp_path: Path) -> None:
    """Beyond 64 they are summed up in parts; small numbers are kept in 32 bits, large ones are not."""
    alpha = CATALOGUE[CATALOGUE.index("  alpha:") : CATALOGUE.index("  beta:")]
    many = CATALOGUE + "".join(alpha.replace("alpha", f"n{number:03}") for number in range(130))
    rows = build_rollup(load(tmp_path, many), "normal", 3, TODAY).rows(FIRST, TODAY, None, None)
    assert [row.integration_key for row in rows] == sorted(row.integration_key for row in rows)
    assert len(rows) == 133
    cells = Cells(load(tmp_path, many), 3, TODAY)
    last = cells.account.last
    expected = cells.rows(last - 2, last, None, None)
    rollup = build_rollup(load(tmp_path, many), "normal", 3, TODAY)
    found = rollup.rows(TODAY - timedelta(days=2), TODAY, None, None)
    assert {row.integration_key: row.successful for row in found} == {
        key: counts[0] for key, (counts, _) in expected.items()
    }


@pytest.mark.parametrize("volume", ["1", "3000", "100000000"])
def test_numbers_of_any_size_are_exact(tmp_path: Path, volume: str) -> None:
    fixtures = load(tmp_path, CATALOGUE.replace("daily_volume: 900", f"daily_volume: {volume}"))
    cells, rollup = Cells(fixtures, 3, TODAY), build_rollup(fixtures, "normal", 3, TODAY)
    last = cells.account.last
    expected = cells.rows(last - 6, last, None, None)
    for row in rollup.rows(TODAY - timedelta(days=6), TODAY, None, None):
        counts, p95 = expected[row.integration_key]
        assert [getattr(row, name) for name in COUNTS[1:]] == counts
        assert row.p95_latency_ms == pytest.approx(p95, abs=0.050001)


def test_a_today_too_far_away_is_refused_and_the_last_possible_one_named(fixtures: Fixtures) -> None:
    latest = FIRST + timedelta(days=MOST_DAYS - 1)
    with pytest.raises(InputError, match=str(latest)):
        build_rollup(fixtures, "normal", 0, date(9999, 12, 31))
    assert build_rollup(fixtures, "normal", 0, latest).rows(latest, latest, None, None)


def test_a_today_before_all_traffic_has_no_rows(fixtures: Fixtures) -> None:
    assert build_rollup(fixtures, "normal", 0, date(1, 1, 1)).rows(date.min, date.max, None, None) == []


def test_an_unknown_scenario_is_refused_with_the_known_ones(fixtures: Fixtures) -> None:
    with pytest.raises(InputError, match=r"no scenario 'outtage'.*outage"):
        build_rollup(fixtures, "outtage", 0, TODAY)


def test_the_first_and_last_day_of_traffic_are_told(rollup: Rollup) -> None:
    assert (rollup.first_day, rollup.last_day) == (FIRST, TODAY)
