"""Each part of Schemathesis and Hypothesis that the check leans on: an upgrade that breaks one says which."""

from typing import Any

import requests
import schemathesis
from hypothesis import Phase, given, reject, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import Failure, FailureGroup

from contract_tests.operation import Operation
from tests.contract_tests.making import PATH

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "T", "version": "1"},
    "paths": {
        "/things": {
            "get": {
                "parameters": [
                    {"name": "day", "in": "query", "required": True, "schema": {"type": "string", "format": "date"}},
                    {"name": "tag", "in": "query", "schema": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
                ],
                "responses": {
                    "200": {
                        "description": "",
                        "content": {"application/json": {"schema": {"type": "array", "items": {"type": "integer"}}}},
                    }
                },
            }
        }
    },
}


def response(body: bytes, status: int = 200) -> schemathesis.Response:
    return schemathesis.Response(
        status_code=status,
        headers={"content-type": ["application/json"]},
        content=body,
        request=requests.Request("GET", "http://localhost/").prepare(),
        elapsed=0.1,
        verify=True,
    )


def things() -> Any:
    return schemathesis.openapi.from_dict(DOCUMENT, config=schemathesis.Config())["/things"]["GET"]


def test_an_operation_is_taken_from_a_dict_by_path_and_method(operation: Operation) -> None:
    assert operation.api.path == PATH
    assert operation.api.method.upper() == "GET"
    assert things().path == "/things"


def test_a_response_is_validated_by_its_schema() -> None:
    operation = things()
    operation.validate_response(response(b"[1,2]"))
    for body in (b'["a"]', b"{}", b"null"):
        try:
            operation.validate_response(response(body))
        except FailureGroup as group:
            assert all(isinstance(failure, Failure) and failure.message for failure in group.exceptions)
        except Failure as failure:
            assert failure.message
        else:
            raise AssertionError(f"{body!r} passed")


def drawn(mode: GenerationMode, count: int = 40) -> list[Case[Any]]:
    cases: list[Case[Any]] = []

    @seed(1)
    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate])
    @given(things().as_strategy(generation_mode=mode))
    def collect(case: Case[Any]) -> None:
        cases.append(case)

    collect()
    return cases


def test_positive_cases_hold_what_the_schema_wants() -> None:
    cases = drawn(GenerationMode.POSITIVE)
    assert all(isinstance(case.query["day"], str) for case in cases)
    assert {case.method for case in cases} == {"GET"}


def test_negative_cases_hold_what_it_does_not() -> None:
    assert any("day" not in case.query or len(str(case.query["day"])) != 10 for case in drawn(GenerationMode.NEGATIVE))


def test_a_format_can_be_given_values_of_ones_own() -> None:
    schemathesis.openapi.format("date", st.just("2026-05-05"))
    try:
        assert {case.query["day"] for case in drawn(GenerationMode.POSITIVE)} == {"2026-05-05"}
    finally:
        schemathesis.openapi.format("date", st.dates().map(lambda day: day.isoformat()))


def test_a_case_says_what_it_sends() -> None:
    case = drawn(GenerationMode.POSITIVE, 1)[0]
    sent = case.as_transport_kwargs(base_url="http://localhost")
    assert sent["params"]["day"] == case.query["day"]
    assert hasattr(case.headers, "get")


def test_hypothesis_draws_the_same_for_the_same_seed() -> None:
    def numbers(name: int) -> list[int]:
        found: list[int] = []

        @seed(name)
        @settings(max_examples=30, database=None, phases=[Phase.generate])
        @given(st.integers())
        def collect(number: int) -> None:
            found.append(number)

        collect()
        return found

    assert numbers(5) == numbers(5) != numbers(6)


def test_hypothesis_shrinks_among_cases_of_which_some_are_rejected() -> None:
    failing: list[int] = []

    @seed(1)
    @settings(
        max_examples=50,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        print_blob=False,
        report_multiple_bugs=False,
    )
    @given(st.integers(0, 1000))
    def holds(number: int) -> None:
        if number % 2:
            reject()
        if number > 10:
            failing.append(number)
            raise ArithmeticError

    try:
        holds()
    except ArithmeticError:
        assert failing[-1] == 12
    else:
        raise AssertionError("no failing case was found")
