"""Traffic is decided by each cell alone: the same on any machine, whatever else is asked or changed."""

import hashlib
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import astuple

from mock_server.data.account import Account
from mock_server.data.catalogue import Catalogue
from mock_server.data.fixtures import Fixtures
from mock_server.data.tally import select, tally
from mock_server.data.traffic import Usage, usage
from tests.mock_server.small import CATALOGUE, TODAY, load

FIRST = date(2024, 10, 1)


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return load(tmp_path).catalogue


def digest(catalogue: Catalogue, seed: int = 0, today: date = TODAY, until: date = TODAY) -> dict[str, str]:
    """Give a fingerprint of all that each integration has had, day by day and cell by cell."""
    account = Account(catalogue, (), seed, today)
    prints: dict[str, str] = {}
    for slug in ("acme", "late"):
        for mode in ("live", "test"):
            sums = tally(select(account, slug, mode))
            for day in range(FIRST.toordinal(), until.toordinal() + 1):
                for row in sums.rows(day, day):
                    key = row.integration_key
                    known = prints.get(key, "")
                    text = f"{known}{slug}{mode}{day}{list(astuple(row))}"
                    prints[key] = hashlib.sha256(text.encode()).hexdigest()
    return prints


def expect(catalogue: Catalogue, *keys: str) -> Usage:
    days = np.arange(FIRST.toordinal(), TODAY.toordinal() + 1)
    return usage([each for each in catalogue.integrations if each.key in keys], Account(catalogue, (), 0, TODAY), days)


GOLDEN = {
    "alpha": "cf8b37b20a263416cba103ecc589285e8cb6bd939edfa63c30004a4c247587f2",
    "beta": "76ef625e8a10d5706cd8a559f35404672f59ef9c3ffa99b2673d6a9913e63908",
    "gamma": "e19b7a703675b3b83ba4734b57f65041b728160f303d0af368b1ff26fe821636",
}


def test_counts_and_latencies_are_the_same_on_any_machine_and_with_any_numpy(catalogue: Catalogue) -> None:
    """The fingerprints were taken once. A change of the engine that moves them changes everybody's data."""
    assert digest(catalogue) == GOLDEN


def test_another_process_with_another_hash_seed_has_the_same_traffic(tmp_path: Path) -> None:
    load(tmp_path)
    program = (
        "import sys; from pathlib import Path; from mock_server.data.fixtures import load_fixtures;"
        "from tests.mock_server.test_traffic import digest;"
        "print(digest(load_fixtures(Path(sys.argv[1])).catalogue)['alpha'])"
    )
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        env={"PYTHONHASHSEED": "77", "PYTHONPATH": str(root)},
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == GOLDEN["alpha"]


def test_another_seed_gives_another_traffic(catalogue: Catalogue) -> None:
    assert not set(digest(catalogue, 1).values()) & set(digest(catalogue).values())


def test_a_change_of_one_integration_leaves_the_others_as_they_are(tmp_path: Path, catalogue: Catalogue) -> None:
    changed = digest(load(tmp_path, CATALOGUE.replace("daily_volume: 900", "daily_volume: 901")).catalogue)
    before = digest(catalogue)
    assert changed["alpha"] != before["alpha"]
    assert {key: changed[key] for key in ("beta", "gamma")} == {key: before[key] for key in ("beta", "gamma")}


def test_an_integration_more_leaves_the_others_as_they_are(tmp_path: Path, catalogue: Catalogue) -> None:
    more = CATALOGUE + CATALOGUE[CATALOGUE.index("  alpha:") : CATALOGUE.index("  beta:")].replace("alpha", "aaa")
    changed = digest(load(tmp_path, more).catalogue)
    assert changed.pop("aaa") != digest(catalogue)["alpha"]
    assert changed == digest(catalogue)


@pytest.mark.parametrize("days", [1, 2, 40])
def test_a_later_today_changes_no_day_before(catalogue: Catalogue, days: int) -> None:
    assert digest(catalogue, today=TODAY + timedelta(days=days)) == digest(catalogue)


def test_there_is_no_traffic_before_the_first_day_of_an_integration_or_a_workspace(catalogue: Catalogue) -> None:
    account = Account(catalogue, (), 0, TODAY)
    keys = {row.integration_key for row in tally(select(account, None, None)).rows(1, date(2024, 12, 23).toordinal())}
    assert keys == {"alpha"}
    assert tally(select(account, "late", None)).rows(1, date(2025, 2, 28).toordinal()) == []


def test_counts_keep_to_the_shares_and_rates_that_they_are_drawn_by(catalogue: Catalogue) -> None:
    """Over half a year of some 900 calls a day, sums are within 3 % of what is expected, and errors within 10 %."""
    expected = expect(catalogue, "alpha")
    account = Account(catalogue, (), 0, TODAY)
    last = date(2025, 2, 28).toordinal()  # until the other workspace joins
    length = last - FIRST.toordinal() + 1
    (row,) = tally(select(account, "acme", "live")).rows(FIRST.toordinal(), date(2024, 12, 23).toordinal())
    span = slice(0, date(2024, 12, 23).toordinal() - FIRST.toordinal() + 1)
    volume = float(expected.volume[0, span].sum()) * 0.75 * 0.9
    failures = float((expected.volume[0, span] * expected.vendor_error_rate[0, span]).sum()) * 0.75 * 0.9
    assert length > 80
    assert row.invocations == pytest.approx(volume, rel=0.03)
    assert row.vendor_errors == pytest.approx(failures, rel=0.1)


def test_a_rate_of_none_and_of_all_is_kept_exactly(tmp_path: Path) -> None:
    always = CATALOGUE.replace("vendor_error_rate: 0.02", "vendor_error_rate: 1").replace(
        "exception_rate: 0.005", "exception_rate: 0"
    )
    account = Account(load(tmp_path, always).catalogue, (), 0, TODAY)
    rows = {row.integration_key: row for row in tally(select(account, None, None)).rows(1, TODAY.toordinal())}
    assert rows["alpha"].successful == rows["alpha"].exceptions == 0
    assert rows["gamma"].successful == rows["gamma"].invocations


def test_weekends_have_what_the_week_gives_them(catalogue: Catalogue) -> None:
    volume = expect(catalogue, "alpha").volume[0, 31:80]  # seven weeks from 1 November, after the first weeks' rise
    first = (FIRST + timedelta(days=31)).weekday()
    weekend = [day for day in range(49) if (first + day) % 7 >= 5]
    working = [day for day in range(49) if (first + day) % 7 < 5]
    assert volume[weekend].mean() / volume[working].mean() == pytest.approx(0.5 / 1.2, rel=0.1)


def test_holidays_that_span_the_end_of_a_year_are_kept(catalogue: Catalogue) -> None:
    volume = expect(catalogue, "alpha").volume[0]
    christmas, new_year = date(2024, 12, 25), date(2025, 1, 1)
    for day in (christmas, new_year):
        at = (day - FIRST).days
        assert volume[at] < 0.45 * volume[at + 14]


def test_volumes_grow_as_told(tmp_path: Path) -> None:
    grown = CATALOGUE.replace("growth: 0.3", "growth: 0.5").replace("2024-10-01", "2021-04-27")
    catalogue = load(tmp_path, grown).catalogue
    days = np.arange(date(2021, 10, 1).toordinal(), TODAY.toordinal())
    volume = usage([catalogue.integrations[0]], Account(catalogue, (), 0, TODAY), days).volume[0]
    assert volume[-150:-60].mean() / volume[-150 - 2 * 365 : -60 - 2 * 365].mean() == pytest.approx(1.5**2, rel=0.1)


def test_an_incident_raises_vendor_errors_and_latency_together(catalogue: Catalogue) -> None:
    sums = tally(select(Account(catalogue, (), 0, TODAY), None, None))
    (during, *_) = sums.rows(date(2025, 2, 10).toordinal(), date(2025, 2, 12).toordinal())
    (before, *_) = sums.rows(date(2025, 2, 3).toordinal(), date(2025, 2, 5).toordinal())
    assert during.vendor_errors / during.invocations > 0.35
    assert before.vendor_errors / before.invocations < 0.06
    assert during.p95_latency_ms > 3 * before.p95_latency_ms


def test_incidents_by_chance_come_as_often_as_told_and_raise_both(catalogue: Catalogue) -> None:
    (beta,) = (each for each in catalogue.integrations if each.key == "beta")
    days = np.arange(date(2025, 1, 1).toordinal(), date(2045, 1, 1).toordinal())
    expected = usage([beta], Account(catalogue, (), 0, date(2045, 1, 1)), days)
    slow = expected.level[0] > 3.5 * expected.level[0].std()
    assert 0 < slow.sum() < len(days) * 0.12
    assert expected.vendor_error_rate[0][slow].mean() > expected.vendor_error_rate[0][~slow].mean()


def test_today_has_its_whole_day_of_traffic_and_tomorrow_none(tmp_path: Path) -> None:
    fixtures: Fixtures = load(tmp_path)
    sums = tally(select(Account(fixtures.catalogue, (), 0, TODAY), None, None))
    later = tally(select(Account(fixtures.catalogue, (), 0, TODAY + timedelta(days=9)), None, None))
    assert sums.rows(TODAY.toordinal(), TODAY.toordinal()) == later.rows(TODAY.toordinal(), TODAY.toordinal())
    assert sums.rows(TODAY.toordinal() + 1, TODAY.toordinal() + 9) == []
