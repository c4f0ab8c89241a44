"""Faults within an answer: rows that do not account, miss the schema, or stand twice."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tests.mutants.mutant import Mutant, Row, each_row, finding, telling
from tests.mutants.wrapping import Answer, AnswerChange, Asked, with_answer
from tests.twin.application import Query, find_rows
from tests.twin.ledger import KEYS, MODES, Ledger

Data = dict[str, Any]


def _writing(change: Callable[[Data], Data]) -> AnswerChange:
    """Change each row as it is written."""

    def rewrite(asked: Asked, answer: Answer) -> Answer:
        if answer.status != 200 or not asked.is_operation:
            return answer
        return answer.saying([change(row) for row in answer.data])

    return rewrite


def _rare(row: Data) -> bool:
    return bool(row["invocations"] < 20)


def _by_mode(ledger: Ledger, query: Query, today: date) -> list[Row]:
    """Group by mode as well, so that each mode has its own row."""
    if query.mode is not None or query.days < 7:
        return find_rows(ledger, query, today)
    return [row for mode in MODES for row in find_rows(ledger, replace(query, mode=mode), today)]


def _mean_of_modes(ledger: Ledger, query: Query, today: date) -> list[Row]:
    """Take the mean of the modes' rates, whatever their weights."""
    rates: dict[str, list[float]] = {}
    for mode in MODES:
        for row in find_rows(ledger, replace(query, mode=mode), today):
            rates.setdefault(row.integration_key, []).append(row.success_rate_pct)
    rows = find_rows(ledger, query, today)
    if query.mode is not None:
        return rows
    means = {key: round(sum(of) / len(of), 2) for key, of in rates.items()}
    return [row.model_copy(update={"success_rate_pct": means[row.integration_key]}) for row in rows]


def _twice(_query: Query, rows: list[Row]) -> list[Row]:
    return [*rows, rows[0]] if len(rows) > 1 else rows


def _before_the_migration(ledger: Ledger, query: Query, today: date) -> list[Row]:
    """Keep what the first integration did until 200 days ago in a row of its own, beside the newer one."""
    rows = find_rows(ledger, query, today)
    last = today - timedelta(days=200)
    if not rows or not query.start <= last < query.end:
        return rows
    old = find_rows(ledger, replace(query, end=last), today)[:1]
    new = find_rows(ledger, replace(query, start=last + timedelta(days=1)), today)[:1]
    return [*old, *new, *rows[1:]]


def _silent_integrations(row_of_none: Data) -> AnswerChange:
    """List the integrations without traffic as well."""

    def rewrite(asked: Asked, answer: Answer) -> Answer:
        if answer.status != 200 or not asked.is_operation or not answer.data:
            return answer
        there = {row["integration_key"] for row in answer.data}
        silent = [{**row_of_none, "integration_key": key} for key in KEYS if key not in there]
        return answer.saying([*answer.data, *silent])

    return rewrite


def _camel(row: Data) -> Data:
    def name(snake: str) -> str:
        first, *others = snake.split("_")
        return first + "".join(word.capitalize() for word in others)

    return {name(key): value for key, value in row.items()}


_NONE = {"invocations": 0, "successful": 0, "vendor_errors": 0, "exceptions": 0}

FAULTS = (
    Mutant(
        "rate-is-a-fraction",
        "The rate goes from 0 to 1.",
        "rows",
        telling(each_row(success_rate_pct=lambda row: round(row.success_rate_pct / 100, 4))),
    ),
    Mutant(
        "rate-without-exceptions",
        "The rate counts only the vendor's errors as failures.",
        "rows",
        telling(
            each_row(
                success_rate_pct=lambda row: round(100 * (row.invocations - row.vendor_errors) / row.invocations, 2)
            )
        ),
    ),
    Mutant(
        "rate-of-what-failed",
        "The rate is the failures' and not the successes'.",
        "rows",
        telling(each_row(success_rate_pct=lambda row: round(100 - row.success_rate_pct, 2))),
    ),
    Mutant(
        "rate-mean-of-modes",
        "The rate is the mean of the modes' rates, whatever their weights.",
        "rows",
        finding(_mean_of_modes),
    ),
    Mutant(
        "rate-to-tens",
        "The rate is rounded to tens.",
        "rows",
        telling(each_row(success_rate_pct=lambda row: float(round(row.success_rate_pct, -1)))),
    ),
    Mutant(
        "rate-integer-division",
        "The division is of integers, before the hundredfold.",
        "rows",
        telling(each_row(success_rate_pct=lambda row: 100.0 * (row.successful // row.invocations))),
    ),
    Mutant(
        "successful-with-exceptions",
        "Exceptions are counted as successes too.",
        "rows",
        telling(each_row(successful=lambda row: row.successful + row.exceptions)),
    ),
    Mutant(
        "retries-counted",
        "Each attempt is an invocation, each call an outcome.",
        "rows",
        telling(each_row(invocations=lambda row: row.invocations + row.vendor_errors)),
    ),
    Mutant(
        "successful-negative",
        "Failures are taken off twice, and rare integrations go below zero.",
        "rows",
        wrap=with_answer(
            _writing(
                lambda row: (
                    {**row, "successful": row["successful"] - row["invocations"]} if row["invocations"] < 5 else row
                )
            )
        ),
    ),
    Mutant(
        "exceptions-unknown",
        "Exceptions that were not recorded are -1.",
        "rows",
        telling(each_row(exceptions=lambda row: row.exceptions or -1)),
    ),
    Mutant(
        "rates-over-100",
        "Late successes are counted, their invocations are not.",
        "rows",
        telling(
            lambda query, rows: (
                each_row(successful=lambda row: row.successful + row.invocations // 10)(query, rows)
                if query.days == 1
                else rows
            )
        ),
    ),
    Mutant(
        "p95-unknown-is-negative",
        "An unknown p95 is -1.",
        "rows",
        telling(each_row(p95_latency_ms=lambda row: row.p95_latency_ms if row.invocations >= 20 else -1.0)),
    ),
    Mutant(
        "p95-unknown-is-null",
        "A p95 of few samples is null.",
        "rows",
        wrap=with_answer(_writing(lambda row: {**row, "p95_latency_ms": None} if _rare(row) else row)),
    ),
    Mutant(
        "p95-unknown-is-left-out",
        "Nulls are left out, and with them the p95 of few samples.",
        "rows",
        wrap=with_answer(
            _writing(
                lambda row: {key: value for key, value in row.items() if key != "p95_latency_ms" or not _rare(row)}
            )
        ),
    ),
    Mutant(
        "p95-not-a-number",
        "A p95 of few samples is NaN, which JSON has not.",
        "rows",
        wrap=with_answer(_writing(lambda row: {**row, "p95_latency_ms": math.nan} if _rare(row) else row)),
    ),
    Mutant(
        "p95-infinite",
        "The p95 beyond the histogram's last bound is Infinity.",
        "rows",
        wrap=with_answer(
            _writing(lambda row: {**row, "p95_latency_ms": math.inf} if row["p95_latency_ms"] > 5_000 else row)
        ),
    ),
    Mutant(
        "zero-over-zero",
        "Integrations without traffic are listed with a rate of NaN.",
        "rows",
        wrap=with_answer(_silent_integrations({**_NONE, "success_rate_pct": math.nan, "p95_latency_ms": 0.0})),
    ),
    Mutant(
        "rate-of-none-is-null",
        "Integrations without traffic are listed with a rate of null.",
        "rows",
        wrap=with_answer(_silent_integrations({**_NONE, "success_rate_pct": None, "p95_latency_ms": 0.0})),
    ),
    Mutant(
        "decimals-are-text",
        "Decimals are written as texts.",
        "rows",
        wrap=with_answer(_writing(lambda row: {**row, "success_rate_pct": f"{row['success_rate_pct']:.2f}"})),
    ),
    Mutant(
        "counts-are-text",
        "64-bit integers are written as texts, for JavaScript's sake.",
        "rows",
        wrap=with_answer(_writing(lambda row: {**row, "invocations": str(row["invocations"])})),
    ),
    Mutant(
        "counts-have-halves",
        "Sampled counts are scaled and not rounded.",
        "rows",
        wrap=with_answer(
            _writing(
                lambda row: {
                    **row,
                    "invocations": row["invocations"] + 0.5,
                    "successful": row["successful"] + 0.5,
                }
            )
        ),
    ),
    Mutant(
        "rate-with-comma",
        "The rate is written by the server's locale.",
        "rows",
        wrap=with_answer(
            _writing(lambda row: {**row, "success_rate_pct": str(row["success_rate_pct"]).replace(".", ",")})
        ),
    ),
    Mutant(
        "key-is-null",
        "Deleted integrations have a row whose key is null.",
        "rows",
        wrap=with_answer(
            _writing(lambda row: {**row, "integration_key": None} if row["integration_key"] == "docusign" else row)
        ),
    ),
    Mutant(
        "key-is-a-number",
        "Integrations are given by their number in the database.",
        "rows",
        wrap=with_answer(_writing(lambda row: {**row, "integration_key": KEYS.index(row["integration_key"])})),
    ),
    Mutant("names-in-camel-case", "The serializer writes camel case.", "rows", wrap=with_answer(_writing(_camel))),
    Mutant(
        "zeros-left-out",
        "Zero is a default, and defaults are not written.",
        "rows",
        wrap=with_answer(_writing(lambda row: {key: value for key, value in row.items() if value != 0})),
    ),
    Mutant("row-twice", "A join repeats one integration's row.", "rows", telling(_twice)),
    Mutant("row-a-mode", "Over a week and more the rows are grouped by mode as well.", "rows", finding(_by_mode)),
    Mutant(
        "row-before-the-migration",
        "An integration's oldest calls have a row of their own.",
        "rows",
        finding(_before_the_migration),
    ),
    Mutant(
        "rows-in-an-object",
        "The rows are wrapped, with a count for the pages.",
        "200",
        wrap=with_answer(
            lambda asked, answer: (
                answer.saying({"items": answer.data, "total": len(answer.data)})
                if asked.is_operation and answer.status == 200
                else answer
            )
        ),
    ),
    Mutant(
        "rows-by-key",
        "With a slug the rows are an object by integration.",
        "200",
        wrap=with_answer(
            lambda asked, answer: (
                answer.saying({row["integration_key"]: row for row in answer.data})
                if asked.is_operation and answer.status == 200 and asked.query.get("slug")
                else answer
            )
        ),
    ),
    Mutant(
        "rows-as-text",
        "The rows are written as JSON twice.",
        "200",
        wrap=with_answer(
            lambda asked, answer: (
                answer.saying(json.dumps(answer.data)) if asked.is_operation and answer.status == 200 else answer
            )
        ),
    ),
    Mutant(
        "null-row",
        "A row without traffic is null.",
        "rows",
        wrap=with_answer(
            lambda asked, answer: (
                answer.saying([*answer.data, None])
                if asked.is_operation and answer.status == 200 and len(answer.data or ()) > 1
                else answer
            )
        ),
    ),
)
