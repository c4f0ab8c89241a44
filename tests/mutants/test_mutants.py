"""Each fault breaks a rule at a request that a client can send; no harmless variation breaks one."""

import asyncio
import http.client
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from urllib.parse import urlencode, urlsplit

import pytest
from fastapi import Request, Response

from tests.mutants import FAULTS, HARMLESS, KEY, MODE, OTHER_MODES, OTHER_SLUGS, SLUG, Mutant, create
from tests.mutants.exchange import Exchange, Sent, exchange, request
from tests.mutants.rules import breaches
from tests.mutants.witnesses import CORNERS, TODAY, WITNESSES
from tests.twin.application import PATH, Twin, apologize
from tests.twin.serving import serving

TWIN = Twin(today=TODAY)
RIGHT = Mutant("twin", "Nothing is changed.", "200")
FAILURES: dict[str, set[type[Exception]]] = {
    "key-outside-ascii-500": {TypeError},
    "key-unknown-500": {KeyError},
    "impossible-is-500": {OverflowError},
    "long-year-500": {OverflowError},
    "end-of-time-500": {OverflowError},
    "start-of-time-500": {OverflowError},
    "leap-day-500": {ValueError},
    "before-1970-500": {OverflowError},
    "after-2038-500": {OverflowError},
}
EVERYTHING = tuple(dict.fromkeys(sent for requests in WITNESSES.values() for sent in requests)) + CORNERS


@cache
def everything_said(mutant: Mutant) -> list[Exchange]:
    return asyncio.run(exchange(create(mutant, TWIN), EVERYTHING))


def found(mutant: Mutant, requests: tuple[Sent, ...], *, data_promised: bool = False) -> list[str]:
    exchanges = asyncio.run(exchange(create(mutant, TWIN), requests))
    return breaches(exchanges, TODAY, data_promised=data_promised)


def by_id(mutant: Mutant) -> str:
    return mutant.id


def test_each_fault_has_a_witness_and_each_mutant_its_own_name() -> None:
    assert {mutant.id for mutant in FAULTS} == set(WITNESSES)
    assert max(Counter(mutant.id for mutant in FAULTS + HARMLESS).values()) == 1
    assert all(mutant.about.endswith(".") and ". " not in mutant.about for mutant in FAULTS + HARMLESS)


def test_the_faults_are_spread_over_all_areas() -> None:
    areas = Counter(mutant.area for mutant in FAULTS)
    assert set(areas) == {"200", "400", "401", "422", "rows", "relations", "protocol"}
    assert min(areas.values()) >= 10


@pytest.mark.parametrize("fault", FAULTS, ids=by_id)
def test_a_fault_breaks_a_rule_where_the_twin_breaks_none(fault: Mutant) -> None:
    witness = WITNESSES[fault.id]
    assert found(RIGHT, witness, data_promised=True) == []
    assert found(fault, witness, data_promised=True) != []


@pytest.mark.parametrize("fault", FAULTS, ids=by_id)
def test_a_fault_begins_anew_in_each_deployment(fault: Mutant) -> None:
    """What a fault remembers is its deployment's own: the witness shows the same in a second one."""
    witness = WITNESSES[fault.id]
    assert found(fault, witness) == found(fault, witness)


@pytest.mark.parametrize("fault", FAULTS, ids=by_id)
def test_a_fault_fails_only_as_it_means_to(fault: Mutant) -> None:
    """A slip in a fault's own code would break a rule too, and prove nothing."""
    failures: set[type[Exception]] = set()

    async def record(request: Request, error: Exception) -> Response:
        failures.add(type(error))
        return await apologize(request, error)

    watched = replace(TWIN, handlers={**TWIN.handlers, Exception: record})
    asyncio.run(exchange(create(fault, watched), WITNESSES[fault.id]))
    assert failures == FAILURES.get(fault.id, set())


def test_the_twin_breaks_no_rule_at_any_request() -> None:
    assert breaches(everything_said(RIGHT), TODAY, data_promised=True) == []


@pytest.mark.parametrize("variation", HARMLESS, ids=by_id)
def test_a_harmless_variation_breaks_no_rule(variation: Mutant) -> None:
    assert breaches(everything_said(variation), TODAY) == []


@pytest.mark.parametrize("variation", HARMLESS, ids=by_id)
def test_a_harmless_variation_does_vary(variation: Mutant) -> None:
    """A variation that answers all as the twin does would prove nothing."""
    assert everything_said(variation) != everything_said(RIGHT)


def test_data_is_held_under_each_slug_and_mode_on_each_day() -> None:
    days = (TODAY - timedelta(days=offset) for offset in range(0, 730, 7))
    requests = tuple(
        request(str(day), str(day), slug, mode)
        for day in days
        for slug in (None, SLUG, *OTHER_SLUGS)
        for mode in (None, MODE, *OTHER_MODES)
    )
    assert found(RIGHT, requests, data_promised=True) == []


@pytest.mark.parametrize("fault", [each for each in FAULTS if each.id in {"cut-one-in-five", "key-outside-ascii-500"}])
def test_a_fault_shows_on_a_socket_too(fault: Mutant) -> None:
    """A body that breaks off and an error that nobody handles reach a client as such."""
    with serving(create(fault, TWIN)) as url:
        assert any(not _is_whole(url, sent) for sent in WITNESSES[fault.id])


def _is_whole(url: str, sent: Sent) -> bool:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    try:
        connection.request(sent.method, f"{PATH}?{urlencode(sent.query)}", headers={"x-api-key": sent.key or ""})
        answer = connection.getresponse()
        answer.read()
        return answer.status < 500
    except http.client.IncompleteRead:
        return False
    finally:
        connection.close()


def test_the_twins_day_is_the_configured_one() -> None:
    """The witnesses hold on any day, as the deployments they are for stand at one."""
    assert TWIN.current_day() == TODAY == date(2026, 11, 20)
    assert TWIN.api_key == KEY
