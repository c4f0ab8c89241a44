"""What a row may hold: any way of rounding a rate, no error beyond it."""

import math
import struct
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contract_tests.by_integration import rows as rules
from contract_tests.by_integration.query import Row
from contract_tests.operation import Operation
from contract_tests.promise import Attempt, BrokenError, NotExercisedError
from tests.contract_tests.making import attempt, exchange, get

PROMISES = {promise.id: promise for promise in rules.promises()}
TOTALS = st.integers(1, 10**7)
ROUNDINGS = st.sampled_from([ROUND_FLOOR, ROUND_CEILING, ROUND_HALF_EVEN, ROUND_HALF_UP])


def value(**figures: object) -> dict[str, object]:
    right = {
        "integration_key": "crm",
        "invocations": 200,
        "successful": 150,
        "vendor_errors": 30,
        "exceptions": 20,
        "success_rate_pct": 75.0,
        "p95_latency_ms": 120.5,
    }
    return {**right, **figures}


def try_promise(name: str, operation: Operation, *rows: dict[str, object]) -> Attempt:
    trying = attempt(lambda request: exchange(list(rows), request=request), operation)
    trying.run.caller.call(get())
    PROMISES[name].attempt(trying)
    return trying


def single(number: float) -> float:
    return float(struct.unpack("f", struct.pack("f", number))[0])


def rated(total: int, right: int, rate: float) -> Row:
    return Row("crm", total, right, total - right, 0, rate, 1.0)


@given(TOTALS, st.data(), st.integers(0, 4), ROUNDINGS, st.booleans())
def test_any_rounding_of_a_rate_to_any_decimals_is_accepted(
    total: int, data: st.DataObject, decimals: int, rounding: str, as_single: bool
) -> None:
    right = data.draw(st.integers(0, total))
    exact = Decimal(100 * right) / Decimal(total)
    rate = float(exact.quantize(Decimal(1).scaleb(-decimals), rounding))
    assert rules._wrong_rate(rated(total, right, single(rate) if as_single else rate)) is None


@given(TOTALS, st.data(), st.booleans())
def test_a_rate_that_is_not_rounded_is_accepted(total: int, data: st.DataObject, as_single: bool) -> None:
    right = data.draw(st.integers(0, total))
    rate = 100 * right / total
    assert rules._wrong_rate(rated(total, right, single(rate) if as_single else rate)) is None


@given(TOTALS, st.data(), st.integers(0, 4), st.sampled_from([-1, 1]), st.floats(1.01, 50))
def test_an_error_above_a_unit_of_the_last_decimal_is_named(
    total: int, data: st.DataObject, decimals: int, sign: int, units: float
) -> None:
    right = data.draw(st.integers(0, total))
    exact = 100 * right / total
    unit = 10.0**-decimals
    rate = round(exact + sign * units * unit, decimals)
    # Rounding may bring it back, or end it on a coarser decimal, where more is allowed.
    coarsest = next(n for n in range(decimals + 1) if round(rate, n) == rate)
    assume(abs(rate - exact) > 1.01 * 10.0**-coarsest + 1e-4 * (decimals == 4))
    assert "success_rate_pct" in (rules._wrong_rate(rated(total, right, rate)) or "")


@pytest.mark.parametrize("rate", [math.nan, math.inf, -math.inf, -75.0, 0.75, 7500.0])
def test_a_rate_that_is_none_or_no_percentage_is_named(rate: float) -> None:
    assert rules._wrong_rate(rated(200, 150, rate)) is not None


@pytest.mark.parametrize(("rate", "kept"), [(0.0, True), (100.0, True), (50.0, False), (math.nan, False)])
def test_without_traffic_a_rate_is_0_or_100(rate: float, kept: bool) -> None:
    assert (rules._wrong_rate(rated(0, 0, rate)) is None) is kept


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("rows-count", {"vendor_errors": -1, "invocations": 169}),
        ("rows-account", {"exceptions": 21}),
        ("rows-account", {"invocations": 0}),
        ("rows-rate", {"success_rate_pct": 76.1}),
        ("rows-latency", {"p95_latency_ms": -0.1}),
    ],
)
def test_a_wrong_row_breaks_the_promise_about_it(name: str, figures: dict[str, object], operation: Operation) -> None:
    with pytest.raises(BrokenError, match="crm"):
        try_promise(name, operation, value(**figures))


def test_an_integration_in_two_rows_breaks_the_promise_about_it(operation: Operation) -> None:
    with pytest.raises(BrokenError, match="'crm' stands in two rows"):
        try_promise("rows-unique", operation, value(), value(integration_key="pay"), value())


@pytest.mark.parametrize("name", sorted(PROMISES))
def test_a_right_row_keeps_every_promise(name: str, operation: Operation) -> None:
    tried = try_promise(name, operation, value(), value(integration_key="pay", p95_latency_ms=7))
    assert tried.tried == {1}


@pytest.mark.parametrize("name", sorted(PROMISES))
def test_without_a_row_no_promise_about_rows_is_exercised(name: str, operation: Operation) -> None:
    with pytest.raises(NotExercisedError):
        try_promise(name, operation)


@pytest.mark.parametrize("name", sorted(PROMISES))
def test_a_row_that_breaks_the_schema_is_another_promises_matter(name: str, operation: Operation) -> None:
    with pytest.raises(NotExercisedError):
        try_promise(name, operation, value(invocations="200"))
