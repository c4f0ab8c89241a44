"""Faults of what a deployment remembers, and of workers that differ: they show at a later request."""

import random
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from tests.mutants.mutant import Change, Mutant, Row, between, counting
from tests.mutants.wrapping import Answer, AnswerChange, Asked, Shortcut, with_state
from tests.twin.application import FindRows, Query, Twin, find_rows
from tests.twin.ledger import KEYS, Counts, Ledger


def _jitter(twin: Twin) -> Twin:
    generator = random.Random(1)  # noqa: S311 - a sample, not a secret

    def count(ledger: Ledger, query: Query) -> Counts:
        counts = between(ledger, query)
        counts[:, 0] += np.array([generator.randrange(3) for _ in KEYS]) * (counts[:, 0] > 100)
        return counts

    return counting(count)(twin)


def _remembering(key: Callable[[Query], Hashable]) -> Change:
    """Keep answers under `key(query)` for ever."""

    def change(twin: Twin) -> Twin:
        kept: dict[Hashable, list[Row]] = {}

        def find(ledger: Ledger, query: Query, today: date) -> list[Row]:
            if key(query) not in kept:
                kept[key(query)] = find_rows(ledger, query, today)
            return kept[key(query)]

        return replace(twin, find_rows=find)

    return change


def _growing_cache(twin: Twin) -> Twin:
    """Keep an array for each query, and add to it in place each time that it is read."""
    kept: dict[Query, Counts] = {}

    def count(ledger: Ledger, query: Query) -> Counts:
        total = kept.setdefault(query, np.zeros_like(between(ledger, query)))
        total += between(ledger, query)
        return total.copy()

    return counting(count)(twin)


def _cold_at_first(twin: Twin) -> Twin:
    """Answer the first request for a range before its last day is loaded."""
    warm: set[Query] = set()

    def find(ledger: Ledger, query: Query, today: date) -> list[Row]:
        if query in warm or query.days < 2:
            return find_rows(ledger, query, today)
        warm.add(query)
        return find_rows(ledger, replace(query, end=query.end - timedelta(days=1)), today)

    return replace(twin, find_rows=find)


def _every(number: int, find: FindRows) -> Change:
    """Answer each query of that number by `find`: one worker of several."""

    def change(twin: Twin) -> Twin:
        asked = 0

        def take_turns(ledger: Ledger, query: Query, today: date) -> list[Row]:
            nonlocal asked
            asked += 1
            return (find if asked % number == 0 else find_rows)(ledger, query, today)

        return replace(twin, find_rows=take_turns)

    return change


def _old_worker(ledger: Ledger, query: Query, today: date) -> list[Row]:
    """Answer by the release before, which did not know the third integration."""
    return [row for row in find_rows(ledger, query, today) if row.integration_key != KEYS[2]]


def _lagging_worker(ledger: Ledger, query: Query, today: date) -> list[Row]:
    """Answer from a replica that stopped ninety days ago."""
    return find_rows(ledger, query, today - timedelta(days=90))


def _kept_by_path(asked: Asked) -> Hashable:
    return asked.query.get("start_date"), asked.query.get("end_date"), asked.headers.get("x-api-key")


def _shared_cache(key: Callable[[Asked], Hashable]) -> Callable[[], tuple[Shortcut, AnswerChange]]:
    """Keep each 200 under `key(asked)`, in front of the application."""

    def begin() -> tuple[Shortcut, AnswerChange]:
        kept: dict[Hashable, Answer] = {}

        def remember(asked: Asked, answer: Answer) -> Answer:
            if asked.method == "GET" and asked.is_operation and answer.status == 200:
                kept[key(asked)] = answer
            return answer

        return lambda asked: kept.get(key(asked)), remember

    return begin


FAULTS = (
    Mutant(
        "counts-jitter",
        "Counts come from a sample that is drawn anew for each request.",
        "relations",
        _jitter,
    ),
    Mutant(
        "cache-without-slug",
        "The cache's key has no slug.",
        "relations",
        _remembering(lambda query: (query.start, query.end, query.mode)),
    ),
    Mutant(
        "cache-without-mode",
        "The cache's key has no mode.",
        "relations",
        _remembering(lambda query: (query.start, query.end, query.slug)),
    ),
    Mutant(
        "cache-without-end",
        "The cache's key has no end_date.",
        "relations",
        _remembering(lambda query: (query.start, query.slug, query.mode)),
    ),
    Mutant(
        "cache-by-length",
        "The cache's key has the range's length and not its place.",
        "relations",
        _remembering(lambda query: (query.days, query.slug, query.mode)),
    ),
    Mutant(
        "cache-by-month",
        "The cache's key has the months and not the days.",
        "relations",
        _remembering(lambda query: (f"{query.start:%Y-%m}", f"{query.end:%Y-%m}", query.slug, query.mode)),
    ),
    Mutant(
        "cache-joins-filters",
        "The cache's key joins the filters, so that slug and mode are one text.",
        "relations",
        _remembering(lambda query: (query.start, query.end, (query.slug or "") + (query.mode or ""))),
    ),
    Mutant("cache-grows", "A kept array is added to each time that it is read.", "relations", _growing_cache),
    Mutant(
        "proxy-cache-without-filters",
        "The proxy's cache key has the dates and no filter.",
        "relations",
        wrap=with_state(_shared_cache(_kept_by_path)),
    ),
    Mutant(
        "cold-cache",
        "The first request for a range is answered before its last day is loaded.",
        "relations",
        _cold_at_first,
    ),
    Mutant(
        "old-worker",
        "One worker in four is of the release before, which lacks an integration.",
        "relations",
        _every(4, _old_worker),
    ),
    Mutant(
        "lagging-worker",
        "One worker in five reads a replica that stopped ninety days ago.",
        "relations",
        _every(5, _lagging_worker),
    ),
    Mutant(
        "timeout-is-empty",
        "One query in six times out, and is answered with [].",
        "relations",
        _every(6, lambda _ledger, _query, _today: []),
    ),
)
