"""What a contestant really does with a request, found by asking it: speeds compare only for like work."""

from dataclasses import dataclass
from typing import Any

from benchmarks.contestant import Answer, ask


@dataclass(frozen=True)
class Deeds:
    """What a contestant did.

    Attributes:
        no_key: the status without a key; 401 is right.
        wrong_key: the status with a key that it cannot know; 401 is right.
        wrong_date: the status for 30 February; 422 is right.
        inverted: the status for a range that ends before it begins; 400 is right.
        filters: an unknown slug gives no rows.
        rows: `computed` where the counts of two adjoining ranges add up to those of the whole, `constant` where
            all ranges get one answer, else `random`.
        plausible: in each row, the counts of outcomes add up to the invocations, and the rate is theirs.

    """

    no_key: int
    wrong_key: int
    wrong_date: int
    inverted: int
    filters: bool
    rows: str
    plausible: bool

    @property
    def all_done(self) -> bool:
        """Whether it did all of the work."""
        statuses = (self.no_key, self.wrong_key, self.wrong_date, self.inverted)
        return statuses == (401, 401, 422, 400) and self.filters and self.rows == "computed" and self.plausible


def find_deeds(port: int) -> Deeds:
    """Ask a contestant what shows what it does."""
    january, february = ask(port), ask(port, "2026-02-01", "2026-02-28")
    whole, again = ask(port, "2026-01-01", "2026-02-28"), ask(port)
    return Deeds(
        no_key=ask(port, key=None).status,
        wrong_key=ask(port, key="a-key-that-nobody-has").status,
        wrong_date=ask(port, end="2026-02-30").status,
        inverted=ask(port, "2026-02-01", "2026-01-01").status,
        filters=ask(port, more="&slug=a-slug-that-nobody-has").json == [],
        rows=_origin(january, february, whole, again),
        plausible=all(_adds_up(row) for answer in (january, february, whole) for row in _rows(answer)),
    )


def _rows(answer: Answer) -> list[dict[str, Any]]:
    return [row for row in answer.json if isinstance(row, dict)] if isinstance(answer.json, list) else []


def _origin(january: Answer, february: Answer, whole: Answer, again: Answer) -> str:
    if january.json != again.json:
        return "random"
    if january.json == february.json == whole.json:
        return "constant"
    counts = [
        {row.get("integration_key"): row.get("invocations", 0) for row in _rows(each)}
        for each in (january, february, whole)
    ]
    keys = {key for each in counts for key in each}
    added = all(counts[0].get(key, 0) + counts[1].get(key, 0) == counts[2].get(key, 0) for key in keys)
    return "computed" if added and keys else "random"


def _adds_up(row: dict[str, Any]) -> bool:
    """Tell whether a row's counts and rate are one another's."""
    names = ("invocations", "successful", "vendor_errors", "exceptions", "success_rate_pct")
    numbers = [row[name] for name in names if isinstance(row.get(name), int | float)]
    if len(numbers) < len(names) or not numbers[0]:
        return False
    total, successful, vendor_errors, exceptions, rate = numbers
    return bool(successful + vendor_errors + exceptions == total and abs(rate - 100 * successful / total) <= 0.5)
