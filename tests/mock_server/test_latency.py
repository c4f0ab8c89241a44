"""The 95th percentile of a range is that of its latencies, to a stated error, and mixtures keep their bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.data import latency
from mock_server.data.sums import Sums

TAILS = st.floats(1.2, 6)
LEVELS = st.integers(-6 * latency.FINE, 10 * latency.FINE)
P95S = st.floats(1, 10_000)


def p95_of(p95: float, tail: float, days: list[tuple[int, int]]) -> float:
    """Give the p95 of days, each with a level and a number of invocations."""
    levels = [level for level, _ in days]
    edges = latency.knots(p95, tail, min(levels), max(levels))
    weights = latency.weights(np.array([[place for _, place in edges]]), np.array([levels]))[0]
    table = np.zeros((len(days) + 1, 5 + len(edges)))
    for at, (_, invocations) in enumerate(days, 1):
        table[at, :5] = (invocations, invocations, 0, 0, -invocations)
        table[at, 5:] = weights[at - 1] * invocations
    (row,) = Sums(["x"], 1, [[edge for edge, _ in edges]], table).rows(1, len(days))
    return float(row.p95_latency_ms)


def drawn_p95(p95: float, tail: float, days: list[tuple[int, int]]) -> float:
    """Give NumPy's 95th percentile of log-logistic latencies, drawn evenly over each day's calls."""
    power = np.log(19) / np.log(tail)
    step = tail ** (1 / (4 * latency.FINE))
    parts = []
    for level, invocations in days:
        even = (np.arange(invocations) + 0.5) / invocations
        parts.append(p95 / tail * step**level * (even / (1 - even)) ** (1 / power))
    return float(np.percentile(np.concatenate(parts), 95))


@given(P95S, TAILS)
def test_a_usual_day_has_the_p95_that_its_integration_is_given(p95: float, tail: float) -> None:
    assert p95_of(p95, tail, [(0, 1000)]) == pytest.approx(p95, abs=0.051)


@given(st.floats(20, 10_000), TAILS, st.lists(st.tuples(LEVELS, st.integers(20_000, 60_000)), min_size=1, max_size=8))
def test_the_p95_of_mixed_days_is_that_of_their_latencies_within_the_stated_error(
    p95: float, tail: float, days: list[tuple[int, int]]
) -> None:
    expected = drawn_p95(p95, tail, days)
    assert abs(p95_of(p95, tail, days) - expected) <= latency.RELATIVE_ERROR * expected + 0.05


DAYS = st.lists(st.tuples(LEVELS, st.integers(1, 10**6)), min_size=1, max_size=6)


@given(P95S, TAILS, DAYS, DAYS)
def test_the_p95_of_two_ranges_together_lies_between_those_of_each(
    p95: float, tail: float, one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    parts = sorted((p95_of(p95, tail, one), p95_of(p95, tail, other)))
    assert parts[0] <= p95_of(p95, tail, one + other) <= parts[1]


@given(P95S, TAILS, DAYS, st.integers(1, 100))
def test_a_slower_day_never_lowers_the_p95(p95: float, tail: float, days: list[tuple[int, int]], more: int) -> None:
    (level, invocations), *rest = days
    assert p95_of(p95, tail, days) <= p95_of(p95, tail, [(level + more, invocations), *rest])


@given(P95S, TAILS, DAYS, st.integers(2, 1000))
def test_the_p95_does_not_depend_on_how_many_calls_there_are_of_the_same_latencies(
    p95: float, tail: float, days: list[tuple[int, int]], times: int
) -> None:
    more = [(level, invocations * times) for level, invocations in days]
    assert p95_of(p95, tail, more) == pytest.approx(p95_of(p95, tail, days), abs=0.1)


@given(TAILS, st.floats(0.2, 15))
def test_latencies_multiplied_by_a_factor_have_a_p95_multiplied_by_it(tail: float, factor: float) -> None:
    level = round(latency.fine_steps(tail, factor))
    assert p95_of(1000, tail, [(level, 1)]) == pytest.approx(1000 * factor, rel=0.02 + latency.RELATIVE_ERROR)


def test_the_table_of_shares_rises_from_none_to_all_and_is_whole_numbers() -> None:
    """The bytes are pinned: the table must be the same on any machine and with any NumPy."""
    places = np.arange(-64 * latency.FINE, 64 * latency.FINE + 1)[None, :]
    shares = latency.weights(places, np.array([[0]]))[0, 0]
    assert shares[0] == -latency.TARGET
    assert shares[-1] == latency.SCALE - latency.TARGET
    assert (np.diff(shares) >= 0).all()
    assert int(shares.astype(np.int64) @ (places[0] % 9973)) == -55737526701
