"""What belongs to this one operation: its rows, its ranges, its filters, and the relations between its answers."""

from collections.abc import Mapping
from datetime import date

from contract_tests.by_integration import corners, filters, inverted, relations, repetition, rows
from contract_tests.promise import Promise


def promises() -> tuple[Promise, ...]:
    """Give the operation's own promises that ask."""
    return (
        *inverted.promises(),
        *corners.promises(),
        *filters.promises(),
        *relations.promises(),
        *repetition.promises(),
    )


def row_promises() -> tuple[Promise, ...]:
    """Give the promises about all rows that came; they come last."""
    return rows.promises()


def inverted_range(values: Mapping[str, str]) -> int | None:
    """Refuse a range that ends before it starts: the third of the operation's rules."""
    return 400 if date.fromisoformat(values["start_date"]) > date.fromisoformat(values["end_date"]) else None
