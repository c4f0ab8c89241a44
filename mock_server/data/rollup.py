"""The rows of any range of days, workspace and mode: the one thing that the operation's handler asks for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from feather_kit.errors import InputError
from mock_server.data.account import Account
from mock_server.data.fixtures import Fixtures
from mock_server.data.pins import Pin
from mock_server.data.row import Row, write_json
from mock_server.data.sums import Chapters, Sums
from mock_server.data.tally import select, tally

MOST_DAYS: Final = 11_000
"""Days from the first traffic to today, thirty years of them: sums take memory by the day."""
_MOST_BYTES: Final = 40 * 2**20


class Rollup:
    """All traffic of one account.

    The sums of a workspace and mode are made when they are first asked for, and kept as long as all of them
    take no more than `most_bytes`; those of the whole account are always kept.
    """

    def __init__(self, account: Account, most_bytes: int = _MOST_BYTES) -> None:
        self._account = account
        self._most_bytes = most_bytes
        self._slugs = {each.slug for each in account.catalogue.workspaces} | {pin.slug for pin in account.pins}
        self._modes = {each.name for each in account.catalogue.modes} | {pin.mode for pin in account.pins}
        self._pinned = {(pin.slug, pin.mode): pin for pin in account.pins}
        self._sums: dict[tuple[str | None, str | None], Sums | Chapters | _PinnedRows] = {}

    @property
    def first_day(self) -> date:
        """The first day that may have traffic; the last one, where there is none at all."""
        account = self._account
        days = [account.ordinal(each.first_day) for each in account.catalogue.integrations]
        days += [account.ordinal(pin.day) for pin in account.pins]
        return date.fromordinal(min([*days, account.last]))

    @property
    def last_day(self) -> date:
        """The last day with traffic."""
        return self._account.today

    @property
    def nbytes(self) -> int:
        """The memory that all sums take."""
        return sum(sums.nbytes for sums in self._sums.values())

    def rows(self, start: date, end: date, mode: str | None, slug: str | None) -> list[Row]:
        """Give the rows of the days from `start` to `end`, both included, in the order of their keys.

        Args:
            start: the first day.
            end: the last day; there is no traffic after the account's today.
            mode: the only mode that counts, None for all; one that nothing has gives no row.
            slug: the only workspace that counts, None for all; one that nothing has gives no row.

        """
        sums = self._of(slug, mode)
        return [] if sums is None else sums.rows(start.toordinal(), end.toordinal())

    def json(self, start: date, end: date, mode: str | None, slug: str | None) -> bytes:
        """Give the same rows as JSON."""
        sums = self._of(slug, mode)
        return b"[]" if sums is None else sums.json(start.toordinal(), end.toordinal())

    def _of(self, slug: str | None, mode: str | None) -> Sums | Chapters | _PinnedRows | None:
        """Give the sums of a workspace and mode; None of one that nothing has."""
        sums = self._sums.get((slug, mode))
        if sums is None and (slug is None or slug in self._slugs) and (mode is None or mode in self._modes):
            sums = self._remember(slug, mode)
        return sums

    def _remember(self, slug: str | None, mode: str | None) -> Sums | Chapters | _PinnedRows:
        """Make the sums of a workspace and mode, and forget the oldest ones where they are too many."""
        pin = self._pinned.get((slug or "", mode or ""))
        sums = _PinnedRows(pin, self._account) if pin else tally(select(self._account, slug, mode))
        older = [names for names in self._sums if names != (None, None)]
        used = sum(self._sums[names].nbytes for names in older)
        while older and used + sums.nbytes > self._most_bytes:
            used -= self._sums.pop(older.pop(0)).nbytes
        self._sums[slug, mode] = sums
        return sums


class _PinnedRows:
    """The rows of a pinned workspace and mode, as they were written."""

    nbytes = 0

    def __init__(self, pin: Pin, account: Account) -> None:
        self._day = account.ordinal(pin.day) if account.ordinal(pin.day) <= account.last else 0
        self._rows = sorted(pin.rows, key=lambda row: row.integration_key)

    def rows(self, first: int, last: int) -> list[Row]:
        """Give the rows, if the pinned day is among those asked for and has come."""
        return list(self._rows) if first <= self._day <= last else []

    def json(self, first: int, last: int) -> bytes:
        """Give the same rows as JSON."""
        return write_json(self.rows(first, last))


def build_rollup(fixtures: Fixtures, scenario: str, seed: int, today: date, most_bytes: int = _MOST_BYTES) -> Rollup:
    """Make ready to answer for one scenario.

    Args:
        fixtures: the catalogue and its scenarios.
        scenario: the name of one of these scenarios.
        seed: what all chance is keyed by.
        today: the last day with traffic; it has its whole day's traffic from its first minute.
        most_bytes: as `Rollup` has it.

    Raises:
        InputError: there is no such scenario, or `today` is too far from the first day of traffic.

    """
    if scenario not in fixtures.scenarios:
        names = ", ".join(sorted(fixtures.scenarios))
        raise InputError(f"there is no scenario {scenario!r}", f"Name one of: {names}")
    chosen = fixtures.scenarios[scenario]
    account = Account(chosen.apply(fixtures.catalogue), chosen.pins, seed, today)
    rollup = Rollup(account, most_bytes)
    if (today - rollup.first_day).days >= MOST_DAYS:
        latest = rollup.first_day + timedelta(days=MOST_DAYS - 1)
        raise InputError(f"{today} is too long after the first day of traffic", f"Let today be {latest} at the latest")
    return rollup
