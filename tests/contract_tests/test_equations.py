"""Ranges and the parts that make them up: no day is left out or counted twice, and none ends before it starts."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from contract_tests.by_integration.equations import Equation, isolating, splitting
from contract_tests.by_integration.query import Query

ANY = Query(date(2026, 1, 1), date(2026, 1, 1), slug="acme")
START = date(2025, 1, 1)


def days_of(query: Query) -> list[date]:
    assert query.start <= query.end
    assert (query.slug, query.mode) == ("acme", None)
    return [query.start + timedelta(days=number) for number in range(query.days)]


def assert_balanced(equation: Equation) -> None:
    assert [day for part in equation.parts for day in days_of(part)] == days_of(equation.whole)


@given(st.integers(2, 600), st.data())
def test_the_last_days_and_those_before_make_up_the_whole(days: int, data: st.DataObject) -> None:
    assert_balanced(splitting(date(2026, 11, 1), days, data.draw(st.integers(1, days - 1)), ANY))


@given(st.integers(0, 400), st.sets(st.integers(0, 400)), st.sets(st.integers(0, 400)))
def test_days_stand_alone_wherever_they_lie(length: int, alone: set[int], cuts: set[int]) -> None:
    """The first and the last day of the range among them."""
    day = {number: START + timedelta(days=number) for number in range(401)}
    inside = sorted(day[number] for number in alone if number <= length)
    equation = isolating(START, inside, day[length], ANY, [day[number] for number in cuts if number <= length])
    assert_balanced(equation)
    assert {query.start for query in equation.parts if query.days == 1} >= set(inside)
