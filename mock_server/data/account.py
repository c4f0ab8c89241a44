"""The account whose traffic is told: what a scenario makes of the catalogue, until one day."""

from dataclasses import dataclass
from datetime import date

from mock_server.data.catalogue import Ago, Catalogue, Day
from mock_server.data.pins import Pin


@dataclass(frozen=True)
class Account:
    """All that traffic depends on.

    Attributes:
        catalogue: integrations, workspaces and modes.
        pins: rows told one by one; a pinned workspace and mode has no other traffic.
        seed: what all chance is keyed by.
        today: the last day with traffic; it has its whole day's from its first minute.

    """

    catalogue: Catalogue
    pins: tuple[Pin, ...]
    seed: int
    today: date

    def ordinal(self, day: Day) -> int:
        """Give the ordinal of a day that may be told from today."""
        return self.today.toordinal() - day.days if isinstance(day, Ago) else day.toordinal()

    @property
    def last(self) -> int:
        """The ordinal of the last day."""
        return self.today.toordinal()
