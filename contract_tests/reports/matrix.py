"""The promises as a matrix: what they are about, by the status that they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contract_tests.promise import Outcome

AREAS = {
    "authentication": "The key",
    "validation": "The parameters",
    "inverted": "A range turned round",
    "corners": "Ranges and filters in corners",
    "filters": "Filters",
    "relations": "Relations between answers",
    "repetition": "The same request again",
    "protocol": "Methods and headers",
    "generated": "Generated requests",
    "answers": "Every answer",
    "rows": "Every row",
}
"""A promise's area is the module that tries it; the rows stand in this order."""


@dataclass(frozen=True)
class Line:
    """A row of the matrix.

    Attributes:
        name: the area.
        cells: the outcomes of each column, in the columns' order.

    """

    name: str
    cells: tuple[tuple[Outcome, ...], ...]


@dataclass(frozen=True)
class Matrix:
    """Areas against statuses.

    Attributes:
        columns: the statuses; None is the column of promises about all of them.
        lines: the rows.

    """

    columns: tuple[int | None, ...]
    lines: tuple[Line, ...]


def matrix(outcomes: Sequence[Outcome]) -> Matrix:
    """Arrange outcomes, each in one cell."""
    statuses = {outcome.promise.status for outcome in outcomes}
    columns = (*sorted(status for status in statuses if status is not None), *([None] if None in statuses else ()))
    areas: dict[str, list[Outcome]] = {name: [] for name in AREAS}
    for outcome in outcomes:
        areas.setdefault(area(outcome), []).append(outcome)
    return Matrix(
        columns,
        tuple(
            Line(
                AREAS.get(name, name.replace("_", " ").capitalize()),
                tuple(tuple(o for o in of if o.promise.status == status) for status in columns),
            )
            for name, of in areas.items()
            if of
        ),
    )


def area(outcome: Outcome) -> str:
    """Give the name of the module that tries the promise."""
    return str(getattr(outcome.promise.attempt, "__module__", "")).rpartition(".")[2]
