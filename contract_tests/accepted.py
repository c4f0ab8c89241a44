"""Known breaks: accepted until a day, with a reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import yaml

from contract_tests.promise import Outcome, Status
from contract_tests.settings import full_date
from feather_kit.errors import InputError
from feather_kit.yaml_source import YamlSource, read_yaml

KEYS = ("promise", "reason", "until")
UPDATED_FOR = timedelta(days=30)
UNEXPLAINED = "broken when this file was written: say why it is accepted"


@dataclass(frozen=True)
class Accepted:
    """An entry of the file.

    Attributes:
        promise: the promise's id.
        reason: why its break is accepted.
        until: the last day on which it is.

    """

    promise: str
    reason: str
    until: date


def load_accepted(path: Path, ids: Collection[str], *, updating: bool = False) -> tuple[Accepted, ...]:
    """Read the file: a YAML list of `promise`, `reason` and `until`.

    Arguments:
        path: the file.
        ids: the promises that exist.
        updating: whether the file may be missing, since the run will write it.

    Raises:
        InputError: the file cannot be read, or an entry is not as it must be.

    """
    if updating and not path.exists():
        return ()
    source = read_yaml(path)
    if not isinstance(source.data, list):
        raise source.error((), "this is no list", "Write a list of entries with promise, reason and until")
    return tuple(_entry(source, index, ids) for index in range(len(source.data)))


def _entry(source: YamlSource, index: int, ids: Collection[str]) -> Accepted:
    entry = source.data[index]
    if not isinstance(entry, dict) or sorted(entry) != sorted(KEYS):
        raise source.error((index,), "an entry needs just promise, reason and until", "Give it those three")
    for key in KEYS:
        if not isinstance(entry[key] or "", str):
            raise source.error((index, key), f"the {key} is no text", "Write it in quotes")
    promise, reason, until = (entry[key] or "" for key in KEYS)
    if promise in (isinstance(other, dict) and other.get("promise") for other in source.data[:index]):
        raise source.error((index, "promise"), f"{promise!r} stands twice", "Keep one of the two")
    if promise not in ids:
        raise source.error((index, "promise"), f"there is no promise {promise!r}", f"Name one of: {', '.join(ids)}")
    if not reason.strip():
        raise source.error((index, "reason"), "the reason is empty", "Say why the break is accepted")
    try:
        return Accepted(promise, reason, full_date(until))
    except ValueError:
        raise source.error((index, "until"), f"{until!r} is no date", "Write YYYY-MM-DD") from None


def settle_accepted(outcome: Outcome, accepted: tuple[Accepted, ...], today: date) -> Outcome:
    """Turn a break that is accepted today into an accepted one; leave any other outcome as it is."""
    if outcome.status is not Status.BROKEN:
        return outcome
    for entry in accepted:
        if entry.promise == outcome.promise.id and today <= entry.until:
            return replace(outcome, status=Status.ACCEPTED, why=f"{entry.reason} (until {entry.until})")
    return outcome


def write_accepted(path: Path, accepted: tuple[Accepted, ...], outcomes: tuple[Outcome, ...], today: date) -> None:
    """Write the promises that broke, accepted for a while: an entry keeps its reason, and its day until that is past.

    Raises:
        InputError: the file cannot be written.

    """
    known = {entry.promise: entry for entry in accepted}
    broken = [outcome.promise.id for outcome in outcomes if outcome.status in (Status.BROKEN, Status.ACCEPTED)]
    mended = {outcome.promise.id for outcome in outcomes if outcome.status in (Status.KEPT, Status.ADVISED)}
    untried = [entry for entry in accepted if entry.promise not in mended and entry.promise not in broken]
    renewed = [known.get(name, Accepted(name, UNEXPLAINED, date.min)) for name in broken]
    renewed = [entry if entry.until >= today else replace(entry, until=today + UPDATED_FOR) for entry in renewed]
    entries = [
        {"promise": entry.promise, "reason": entry.reason, "until": entry.until.isoformat()}
        for entry in (*untried, *renewed)
    ]
    try:
        path.write_text(yaml.safe_dump(entries, sort_keys=False, allow_unicode=True), encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", "Name a file that can be", path) from None
