"""The twin's data: whole counts that do not depend on how far the ledger reaches; data where promised."""

from datetime import date, timedelta

import numpy as np

from tests.twin.ledger import MODES, SLUGS, Outcome, ledger_until, p95_ms

LEDGER = ledger_until(date(2027, 12, 31))


def test_a_shorter_ledger_begins_with_the_same_days() -> None:
    shorter = ledger_until(date(2023, 6, 30)).totals
    assert np.array_equal(shorter, LEDGER.totals[: len(shorter)])


def test_no_day_has_negative_counts_or_more_failures_than_invocations() -> None:
    daily = np.diff(LEDGER.totals, axis=0)
    assert daily.min() == 0
    invocations, vendor_errors, exceptions = (daily[..., outcome] for outcome in range(3))
    assert (vendor_errors + exceptions <= invocations).all()
    assert (daily[..., 3:].sum(axis=-1) == invocations).all()


def test_each_day_has_traffic_under_each_slug_and_mode() -> None:
    for slug in SLUGS:
        for mode in MODES:
            for day in range(730):
                at = date(2026, 11, 20) - timedelta(days=day)
                assert LEDGER.between(at, at, slug, mode)[:, Outcome.INVOCATIONS].sum() > 0


def test_dates_outside_the_ledger_count_nothing() -> None:
    assert not LEDGER.between(date.min, date(2022, 12, 31)).any()
    assert not LEDGER.between(date(2028, 1, 1), date.max).any()
    assert np.array_equal(LEDGER.between(date.min, date.max), LEDGER.totals[-1].sum(axis=(0, 1)))


def test_p95_is_zero_without_samples_and_inside_its_bucket_with_them() -> None:
    counts = np.zeros((2, 39), np.int64)
    counts[1, 3 + 10] = 100
    assert p95_ms(counts)[0] == 0
    assert p95_ms(counts)[1] > p95_ms(np.roll(counts, -1, axis=1))[1] > 0
