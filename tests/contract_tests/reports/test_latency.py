"""The figures and the plot of latencies."""

import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from contract_tests.exchange import Exchange
from contract_tests.reports.latency import HEIGHT, LABEL_HEIGHT, Figures, Plot, figures, milliseconds, plot
from tests.contract_tests.making import exchange

seconds = st.floats(0, 3600, allow_nan=False)


def answers(latencies: list[float]) -> list[Exchange]:
    return [
        exchange([], 200, number=number, seconds=latency, started=float(number))
        for number, latency in enumerate(latencies)
    ]


def drawn(latencies: list[float]) -> Plot:
    made = plot(answers(latencies))
    assert made is not None
    return made


@given(st.lists(seconds, min_size=1), st.integers(1, 100))
def test_a_percentile_is_the_smallest_latency_that_so_many_do_not_exceed(latencies: list[float], percent: int) -> None:
    told = Figures("all", tuple(sorted(latencies)))
    found = told.percentile(percent)
    due = math.ceil(percent * len(latencies) / 100)
    assert sum(latency <= found for latency in latencies) >= due
    assert sum(latency < found for latency in latencies) < due


@given(st.lists(seconds, min_size=1, max_size=50))
def test_everything_is_drawn_within_the_plot(latencies: list[float]) -> None:
    made = drawn(latencies)
    assert len(made.dots) == len(latencies)
    for dot in made.dots:
        assert 0 <= dot.x <= 100
        assert 0 <= dot.y <= HEIGHT
    for level in (*made.levels, *made.ticks):
        assert 0 <= level.y <= HEIGHT
    for bar in made.bars:
        assert 0 < bar.length <= 100
        assert bar.y + bar.height <= HEIGHT


@given(st.lists(seconds, min_size=1, max_size=50))
def test_labels_never_lie_upon_each_other(latencies: list[float]) -> None:
    labels = [level.label_y for level in drawn(latencies).levels]
    assert all(lower - upper >= LABEL_HEIGHT - 0.2 for upper, lower in pairwise(labels))
    assert min(labels) > 0
    assert max(labels) <= HEIGHT


@given(st.lists(seconds, min_size=2, max_size=50))
def test_the_slower_is_never_drawn_below_the_faster(latencies: list[float]) -> None:
    made = drawn(latencies)
    heights = [dot.y for _, dot in sorted(zip(latencies, made.dots, strict=True), key=lambda pair: pair[0])]
    assert heights == sorted(heights, reverse=True)


def test_what_got_no_answer_has_no_latency() -> None:
    silent = exchange(b"", 0)
    assert figures([silent]) == ()
    assert plot([silent]) is None
    told = figures([silent, exchange([], 200, seconds=0.01), exchange([], 401, seconds=0.02)])
    assert [(row.name, len(row.milliseconds)) for row in told] == [("all", 2), ("200", 1), ("401", 1)]


def test_latencies_are_written_with_the_digits_that_mean_something() -> None:
    assert [milliseconds(value) for value in (0.456, 9.99, 9.996, 42.04, 99.96, 1234.5)] == [
        "0.46",
        "9.99",
        "10.0",
        "42.0",
        "100",
        "1,234",
    ]
