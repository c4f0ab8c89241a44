"""Rows that a scenario pins: exactly these for one workspace and mode, on one day, so that ranges still add up."""

from dataclasses import dataclass

from mock_server.data.catalogue import Ago, Day
from mock_server.data.checked import Reader
from mock_server.data.row import FIELDS, Row

_MOST = 999_999_999_999


@dataclass(frozen=True)
class Pin:
    """All traffic of a workspace and mode: `rows`, on `day`. Any range with that day in it has just these rows."""

    slug: str
    mode: str
    day: Day
    rows: tuple[Row, ...]


def read_pins(at: Reader) -> tuple[Pin, ...]:
    """Read the list of pins.

    Raises:
        InputError: the counts of a row do not add up, its rate is not that of its counts, an integration
            stands in two rows, a workspace and mode have two pins.

    """
    pins: list[Pin] = []
    for item in at.items():
        item.mapping(("slug", "mode", "day", "rows"))
        pin = Pin(
            item.text("slug"),
            item.text("mode"),
            item.day("day", relative=True, default=Ago(1)),
            _rows(item.need("rows")),
        )
        if any((pin.slug, pin.mode) == (other.slug, other.mode) for other in pins):
            raise item.refuse(
                f"slug {pin.slug!r} and mode {pin.mode!r} are pinned twice", "Write all their rows in one pin"
            )
        pins.append(pin)
    return tuple(pins)


def _rows(at: Reader) -> tuple[Row, ...]:
    rows: list[Row] = []
    for item in at.items():
        row = _row(item)
        if any(row.integration_key == other.integration_key for other in rows):
            raise item.refuse(
                f"the integration {row.integration_key!r} stands in two rows",
                "Write one row for each integration",
                key="integration_key",
            )
        rows.append(row)
    return tuple(rows)


def _row(at: Reader) -> Row:
    at.mapping(FIELDS)
    invocations = at.whole_number("invocations", 1, _MOST)
    successful, vendor, exceptions = counts = [at.whole_number(name, 0, _MOST) for name in FIELDS[2:5]]
    if sum(counts) != invocations:
        raise at.refuse(
            f"successful + vendor_errors + exceptions are {sum(counts):,}, and invocations {invocations:,}",
            "Write counts that add up",
            key="invocations",
        )
    exact = 100 * successful / invocations
    rate = at.number("success_rate_pct", 0, 100, round(exact, 2))
    if abs(rate - exact) > 0.5 + 1e-9:  # whole percents are the coarsest rounding that the rules allow
        raise at.refuse(
            f"success_rate_pct is {rate:g}, and {exact:.2f} by the counts",
            f"Write {exact:.2f}, or leave it out",
            key="success_rate_pct",
        )
    p95 = at.number("p95_latency_ms", 0, 10_000_000)
    return Row(at.text("integration_key"), invocations, successful, vendor, exceptions, rate, p95)
