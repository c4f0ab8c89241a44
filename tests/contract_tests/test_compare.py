"""Relations between answers hold where they must, and break at any change; on rows made here."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from contract_tests.by_integration.compare import additivity, between, exceeding, narrowing, sameness, sum_of
from contract_tests.by_integration.query import COUNTS, Row, Rows
from tests.contract_tests.making import row

NAMES = st.sampled_from(["crm", "helpdesk", "payments", "telephony"])
COUNT = st.integers(0, 10**9)
LATENCY = st.floats(0, 1e5)


@st.composite
def rows(draw: st.DrawFn, least: int = 0) -> dict[str, Row]:
    """Draw an answer's rows, each with an invocation at least."""
    names = draw(st.sets(NAMES, min_size=least))
    return {
        name: row(name, right=draw(st.integers(1, 10**9)), vendor=draw(COUNT), own=draw(COUNT), p95=draw(LATENCY))
        for name in sorted(names)
    }


def changed(answer: Rows, data: st.DataObject) -> dict[str, Row]:
    """Change one count of one row by some amount."""
    name = data.draw(st.sampled_from(sorted(answer)))
    count = data.draw(st.sampled_from(COUNTS))
    by = data.draw(st.integers(-1000, 1000).filter(bool))
    return {**answer, name: replace(answer[name], **{count: getattr(answer[name], count) + by})}


@given(st.lists(rows(), max_size=4))
def test_any_parts_add_up_to_their_sum(parts: list[Rows]) -> None:
    assert additivity(sum_of(parts), parts) is None


@given(st.lists(rows(least=1), min_size=1, max_size=4), st.data())
def test_any_change_of_a_count_breaks_the_sum_and_is_named(parts: list[Rows], data: st.DataObject) -> None:
    whole = sum_of(parts)
    other = changed(whole, data)
    text = additivity(other, parts)
    assert text is not None
    name, count = next(
        (name, count) for name in whole for count in COUNTS if _of(whole, name, count) != _of(other, name, count)
    )
    assert name in text
    assert count in text
    assert f"off by {abs(_of(whole, name, count) - _of(other, name, count))}" in text


def _of(answer: Rows, name: str, count: str) -> int:
    return int(getattr(answer[name], count))


@given(st.lists(rows(least=1), min_size=1, max_size=4))
def test_an_integration_that_vanishes_from_the_whole_is_named(parts: list[Rows]) -> None:
    whole = dict(sum_of(parts))
    gone = sorted(whole)[0]
    del whole[gone]
    assert gone in (additivity(whole, parts) or "")


@given(rows())
def test_a_row_without_traffic_is_as_good_as_none(answer: Rows) -> None:
    idle = {**answer, "idle": row("idle", right=0)}
    assert additivity(idle, [answer]) is None
    assert additivity(answer, [idle]) is None
    assert sameness(idle, answer) is None


@given(rows())
def test_an_answer_is_the_same_as_itself_in_any_order(answer: Rows) -> None:
    assert sameness(answer, dict(reversed([*answer.items()]))) is None


@given(rows(least=1), st.data())
def test_a_changed_count_is_not_the_same(answer: Rows, data: st.DataObject) -> None:
    assert sameness(answer, changed(answer, data)) is not None


@given(rows(least=1), st.sampled_from(["success_rate_pct", "p95_latency_ms"]))
def test_a_changed_rate_or_latency_is_not_the_same(answer: Rows, field: str) -> None:
    name = sorted(answer)[0]
    other = {**answer, name: replace(answer[name], **{field: getattr(answer[name], field) + 0.5})}
    assert field in (sameness(answer, other) or "")


@given(rows(), rows())
def test_a_part_is_within_the_sum_of_both(one: Rows, other: Rows) -> None:
    assert exceeding(one, sum_of([one, other])) is None


@given(rows(least=1), st.floats(2, 1000))
def test_all_of_the_invocations_have_the_same_p95(answer: Rows, by: float) -> None:
    name, first = next(iter(answer.items()))
    slower = {**answer, name: replace(first, p95_latency_ms=first.p95_latency_ms * 1.1 + by)}
    assert narrowing(answer, answer) is None
    assert (narrowing(slower, answer) is None) == (first.invocations == 0)


@given(rows(least=1), st.sampled_from(COUNTS), st.integers(1, 1000))
def test_a_part_with_more_than_the_whole_is_named(answer: Rows, count: str, by: int) -> None:
    name = sorted(answer)[0]
    more = {**answer, name: replace(answer[name], **{count: getattr(answer[name], count) + by})}
    text = narrowing(more, answer)
    assert text is not None
    assert name in text
    assert count in text


def lognormal(seed: int, count: int, centre: int) -> list[int]:
    """Draw latencies by a generator that Hypothesis does not steer: its extremes are no latencies."""
    source = random.Random(seed)  # noqa: S311  # repeatable, not secret
    return [round(source.lognormvariate(centre, 1)) + 1 for _ in range(count)]


SAMPLES = st.builds(lognormal, st.integers(0, 10**6), st.integers(120, 300), st.integers(2, 7))


def nearest_rank(sample: list[int]) -> float:
    return float(sorted(sample)[-(-95 * len(sample) // 100) - 1])


@given(st.lists(SAMPLES, min_size=1, max_size=3), st.sampled_from([0, 1, None]))
def test_the_p95_of_a_mixture_lies_between_however_it_is_rounded(
    samples: list[list[int]], decimals: int | None
) -> None:
    def answer(sample: list[int]) -> Rows:
        p95 = nearest_rank(sample)
        return {"crm": row(right=len(sample), p95=p95 if decimals is None else round(p95 / 7, decimals))}

    whole = answer([value for sample in samples for value in sample])
    assert between(whole, [answer(sample) for sample in samples]) is None


@given(st.lists(st.floats(10, 5000), min_size=1, max_size=4), st.booleans())
def test_a_p95_well_outside_of_its_parts_is_named(latencies: list[float], above: bool) -> None:
    parts = [{"crm": row(right=5000, p95=latency)} for latency in latencies]
    outside = max(latencies) * 1.05 + 2 if above else min(latencies) * 0.95 - 2
    text = between({"crm": row(right=5000 * len(parts), p95=outside)}, parts)
    assert "crm" in (text or "")


def test_the_p95_of_a_few_invocations_is_not_held_against_anybody() -> None:
    """Ways to interpolate differ by more than any slack where a sample is small."""
    parts = [{"crm": row(right=3, p95=10.0)}, {"crm": row(right=3, p95=12.0)}]
    assert between({"crm": row(right=6, p95=90.0)}, parts) is None


def test_a_p95_whose_only_part_has_all_the_traffic_is_that_parts() -> None:
    parts: list[Rows] = [{"crm": row(right=3, p95=10.0)}, {}]
    assert between({"crm": row(right=3, p95=90.0)}, parts) is not None
