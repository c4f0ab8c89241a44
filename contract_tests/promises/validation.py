"""422: a parameter that is missing or no date is refused. For any operation with dates among its parameters."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import strategies as st

from contract_tests.exchange import Request, Text
from contract_tests.operation import Operation, Parameter
from contract_tests.promise import Attempt, Promise, Source
from contract_tests.promises.judging import judge_request
from contract_tests.properties import for_all
from contract_tests.strategies import dates

Query = tuple[tuple[str, Text], ...]


def promises(operation: Operation) -> tuple[Promise, ...]:
    """Give the promises about an operation's parameters."""
    required = [parameter for parameter in operation.parameters if parameter.required]
    dated = [parameter for parameter in operation.parameters if parameter.is_date]
    made: list[Promise] = [_missing(parameter) for parameter in required]
    for turn, parameter in enumerate(dated):
        made += [_empty(parameter), _malformed(parameter, turn % 2), _impossible(parameter, turn % 2)]
    if len(required) > 1:
        made.append(_several(required, dated))
    return tuple(made)


def _missing(parameter: Parameter) -> Promise:
    def attempt_it(attempt: Attempt) -> None:
        valid = attempt.run.samples.valid
        queries = [valid[0], valid[3]]  # without a filter, and with all
        _judge_all(attempt, [without(query, parameter.name) for query in queries])

    name = parameter.name
    return Promise(f"422-{name}-missing", f"A request without {name} is refused", Source.DOCUMENT, 422, attempt_it)


def _empty(parameter: Parameter) -> Promise:
    def attempt_it(attempt: Attempt) -> None:
        _judge_all(attempt, [with_value(query, parameter.name, "") for query in attempt.run.samples.valid[:2]])

    name = parameter.name
    return Promise(f"422-{name}-empty", f"An empty {name} is refused", Source.DOCUMENT, 422, attempt_it)


def _malformed(parameter: Parameter, turn: int) -> Promise:
    def attempt_it(attempt: Attempt) -> None:
        run = attempt.run
        texts = dates.malformed(run.samples.day, turn=turn)
        queries = [with_value(query, parameter.name, text) for text, query in _paired(texts, run.samples.valid)]
        drawn = dates.odd_texts(run.samples.day).map(
            lambda text: run.request(*with_value(run.samples.valid[0], parameter.name, text))
        )
        # Any parameter will do for a drawn case: every second one has it.
        _judge_all(attempt, queries, drawn, draws=turn)

    name = parameter.name
    title = f"A {name} that is no RFC 3339 full-date is refused"
    return Promise(f"422-{name}-malformed", title, Source.DOCUMENT, 422, attempt_it)


def _impossible(parameter: Parameter, turn: int) -> Promise:
    def attempt_it(attempt: Attempt) -> None:
        run = attempt.run
        texts = dates.impossible(run.samples.day.year, turn=turn)
        _judge_all(
            attempt,
            [with_value(query, parameter.name, text) for text, query in _paired(texts, run.samples.valid)],
        )

    name = parameter.name
    title = f"A {name} that the calendar does not have is refused"
    return Promise(f"422-{name}-impossible", title, Source.DOCUMENT, 422, attempt_it)


def _several(required: list[Parameter], dated: list[Parameter]) -> Promise:
    """Make the promise about requests in which several parameters are wrong at once."""

    def attempt_it(attempt: Attempt) -> None:
        run = attempt.run
        base = run.samples.valid[0]
        nothing = _without_all(base, required)
        queries = [nothing, *(_without_all(query, required) for query in run.samples.valid[1:2])]
        first, last = dated[0].name, dated[-1].name
        if first != last:
            day = run.samples.day
            broken: tuple[str | None, ...] = (None, "", "not-a-date", f"{day:%Y}-02-30")
            for at_first, at_last in list(product(broken, broken))[1::3]:
                queries.append(_set(_set(base, first, at_first), last, at_last))
        _judge_all(attempt, queries)

    title = "A request with several wrong parameters is refused"
    return Promise("422-several-wrong", title, Source.DOCUMENT, 422, attempt_it)


def _judge_all(
    attempt: Attempt, queries: list[Query], drawn: st.SearchStrategy[Request] | None = None, draws: int = 0
) -> None:
    requests = [attempt.run.request(*query) for query in queries]
    for_all(attempt, lambda request: judge_request(attempt, request), requests, drawn, draws)


def _paired(texts: tuple[str, ...], queries: tuple[Query, ...]) -> Iterator[tuple[str, Query]]:
    """Give the plain query to most of the texts, and each of the others to one."""
    for place, text in enumerate(texts):
        yield text, queries[place // 3 % len(queries)] if place % 3 == 2 else queries[0]


def _without_all(query: Query, parameters: list[Parameter]) -> Query:
    names = {parameter.name for parameter in parameters}
    return tuple(pair for pair in query if pair[0] not in names)


def without(query: Query, name: str) -> Query:
    """Give a query without the parameter `name`."""
    return tuple(pair for pair in query if pair[0] != name)


def with_value(query: Query, name: str, value: str) -> Query:
    """Give a query in which the parameter `name` has this value, in its place or at the end."""
    if all(pair[0] != name for pair in query):
        return (*query, (name, value))
    return tuple((name, value) if pair[0] == name else pair for pair in query)


def _set(query: Query, name: str, value: str | None) -> Query:
    return without(query, name) if value is None else with_value(query, name, value)
