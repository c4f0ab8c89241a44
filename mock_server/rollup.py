"""Answers any range of days from prefix sums: two rows of an array are subtracted, however long the range is."""

from collections.abc import Sequence
from datetime import date

from feather_kit.errors import InputError
from mock_server.catalogue import Catalogue
from mock_server.fixtures import Fixtures
from mock_server.pins import Pin
from mock_server.scenarios import resolved_pins
from mock_server.sums import Chapters, Row, Sums
from mock_server.tally import tally
from mock_server.traffic import began

MOST_DAYS = 11_000
"""Days from the first traffic to today that the sums may reach over, thirty years: they take memory by day."""
_MOST_BYTES = 48 * 2**20

_Sums = Sums | Chapters


class Rollup:
    """All traffic of one scenario until one day.

    Sums of a workspace and mode are made when they are first asked for, and kept while they take no more than
    `most_bytes` together; the sums of the whole account are always kept.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        pins: Sequence[tuple[int, Pin]],
        seed: int,
        today: date,
        most_bytes: int = _MOST_BYTES,
    ) -> None:
        self._catalogue = catalogue
        self._pins = tuple(pins)
        self._seed = seed
        self._today = today
        self._most_bytes = most_bytes
        self._sums: dict[tuple[str | None, str | None], _Sums | _PinnedRows] = {
            (pin.slug, pin.mode): _PinnedRows(day, pin) for day, pin in self._pins
        }
        self.slugs = {each.slug for each in catalogue.workspaces} | {pin.slug for _, pin in self._pins}
        self.modes = {each.name for each in catalogue.modes} | {pin.mode for _, pin in self._pins}

    def rows(self, start: date, end: date, mode: str | None, slug: str | None) -> list[Row]:
        """Give the rows of the days from `start` to `end`, both included, in the order of their keys.

        Args:
            start: the first day.
            end: the last day; there is no traffic after today.
            mode: the only mode that counts, None for all; one that nothing has gives no row.
            slug: the only workspace that counts, None for all; one that nothing has gives no row.

        """
        sums = self._sums.get((slug, mode))
        if sums is None:
            if (slug is not None and slug not in self.slugs) or (mode is not None and mode not in self.modes):
                return []
            sums = self._remember(slug, mode)
        return sums.rows(start.toordinal(), end.toordinal())

    def _remember(self, slug: str | None, mode: str | None) -> _Sums:
        sums = tally(self._catalogue, self._pins, slug, mode, self._seed, self._today)
        kept = [key for key, each in self._sums.items() if isinstance(each, _Sums) and key != (None, None)]
        used = sum(each.nbytes for key, each in self._sums.items() if key in set(kept) and isinstance(each, _Sums))
        while kept and used + sums.nbytes > self._most_bytes:
            oldest = self._sums.pop(kept.pop(0))
            used -= oldest.nbytes if isinstance(oldest, _Sums) else 0
        self._sums[slug, mode] = sums
        return sums


class _PinnedRows:
    """The rows of a pinned workspace and mode, as they were written."""

    def __init__(self, day: int, pin: Pin) -> None:
        self._day = day
        self._rows = tuple(
            {
                "integration_key": row.integration_key,
                "invocations": row.invocations,
                "successful": row.successful,
                "vendor_errors": row.vendor_errors,
                "exceptions": row.exceptions,
                "success_rate_pct": row.success_rate_pct,
                "p95_latency_ms": row.p95_latency_ms,
            }
            for row in sorted(pin.rows, key=lambda row: row.integration_key)
        )

    def rows(self, first: int, last: int) -> list[Row]:
        """Give the rows, if the pinned day is among those asked for."""
        return [dict(row) for row in self._rows] if first <= self._day <= last else []


def build_rollup(fixtures: Fixtures, scenario: str, seed: int, today: date) -> Rollup:
    """Make ready to answer for one scenario; sums are made when they are first asked for.

    Args:
        fixtures: the catalogue and its scenarios.
        scenario: the name of one of these scenarios.
        seed: what all chance is keyed by.
        today: the last day with traffic; its whole day's traffic is there.

    Raises:
        InputError: there is no such scenario, or `today` is too far from the first day.

    """
    if scenario not in fixtures.scenarios:
        names = ", ".join(sorted(fixtures.scenarios))
        raise InputError(f"there is no scenario {scenario!r}", f"Name one of: {names}")
    chosen = fixtures.scenarios[scenario]
    catalogue = chosen.apply(fixtures.catalogue)
    first = min((began(each, today) for each in catalogue.integrations), default=today.toordinal())
    if today.toordinal() - first >= MOST_DAYS:
        latest = date.fromordinal(first + MOST_DAYS - 1)
        raise InputError(f"{today} is too long after the first day of traffic", f"Let today be {latest} at the latest")
    return Rollup(catalogue, resolved_pins(chosen, today), seed, today)
