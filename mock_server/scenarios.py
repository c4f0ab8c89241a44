"""Scenarios: a state of the data on demand, told as changes to the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from feather_kit.yaml_source import YamlSource
from mock_server.catalogue import Catalogue, Incident, Integration, Mode, Workspace
from mock_server.catalogue_reader import (
    INTEGRATION,
    MOST_DAILY,
    Context,
    read_fields,
    read_integration,
    read_modes,
    read_workspaces,
)
from mock_server.checked import Reader
from mock_server.noise import fraction
from mock_server.pins import Pin, read_pins

_MOST_GENERATED = 20_000


@dataclass(frozen=True)
class Change:
    """Fields of an integration that a scenario sets, and incidents that it adds."""

    fields: Mapping[str, Any]
    incidents: tuple[Incident, ...] = ()

    def apply(self, integration: Integration) -> Integration:
        """Give the integration as changed."""
        return replace(integration, **self.fields, incidents=integration.incidents + self.incidents)


@dataclass(frozen=True)
class Generated:
    """Integrations made in number.

    Attributes:
        names: lists of words; each way to take one from each, joined by hyphens, is a key.
        count: how many of these keys there are to be.
        model: what is the same for all.
        daily_volume: the least and the most of their daily volumes; small ones are the most frequent.
        p95_ms: the least and the most of their p95; fast ones are the most frequent.

    """

    names: tuple[tuple[str, ...], ...]
    count: int
    model: Integration
    daily_volume: tuple[float, float]
    p95_ms: tuple[float, float]

    def integrations(self) -> tuple[Integration, ...]:
        """Make them; each depends on its own key alone."""
        keys = ["-".join(words) for words in product(*self.names)][: self.count]
        return tuple(self._integration(key) for key in keys)

    def _integration(self, key: str) -> Integration:
        volume = _between(self.daily_volume, fraction("volume", key))
        p95 = _between(self.p95_ms, fraction("p95", key))
        errors = 0.4 + 1.6 * fraction("errors", key)
        return replace(
            self.model,
            key=key,
            daily_volume=volume,
            p95_ms=p95,
            median_ms=p95 * self.model.median_ms / self.model.p95_ms,
            vendor_error_rate=min(self.model.vendor_error_rate * errors, 1 - self.model.exception_rate),
        )


def _between(bounds: tuple[float, float], share: float) -> float:
    low, high = bounds
    return low + (high - low) * share * share * share


@dataclass(frozen=True)
class Scenario:
    """A named state of the data.

    Attributes:
        name: the name of its file.
        about: what it is for, in a sentence.
        keep: how many of the catalogue's integrations stay (the busiest), or the keys of those; None for all.
        every: what changes for each integration.
        busiest: what changes for so many of the busiest.
        changes: what changes for integrations of the catalogue, by key.
        added: integrations that the catalogue has not.
        generated: integrations made in number.
        workspaces: those that stand for the catalogue's; None where these stay.
        modes: those that stand for the catalogue's; None where these stay.
        pins: rows told one by one.

    """

    name: str
    about: str
    keep: int | frozenset[str] | None = None
    every: Change | None = None
    busiest: tuple[int, Change] | None = None
    changes: Mapping[str, Change] = field(default_factory=dict)
    added: tuple[Integration, ...] = ()
    generated: Generated | None = None
    workspaces: tuple[Workspace, ...] | None = None
    modes: tuple[Mode, ...] | None = None
    pins: tuple[Pin, ...] = ()

    def apply(self, catalogue: Catalogue) -> Catalogue:
        """Give the catalogue as this scenario changes it."""
        ranked = sorted(catalogue.integrations, key=lambda each: (-each.daily_volume, each.key))
        kept = {each.key for each in ranked}
        if isinstance(self.keep, int):
            kept = {each.key for each in ranked[: self.keep]}
        elif self.keep is not None:
            kept = set(self.keep)
        busy: set[str] = set()
        if self.busiest is not None:
            busy = {each.key for each in [each for each in ranked if each.key in kept][: self.busiest[0]]}
        integrations = tuple(
            self._changed(each, each.key in busy) for each in catalogue.integrations if each.key in kept
        )
        generated = self.generated.integrations() if self.generated else ()
        return replace(
            catalogue,
            integrations=integrations + self.added + generated,
            workspaces=catalogue.workspaces if self.workspaces is None else self.workspaces,
            modes=catalogue.modes if self.modes is None else self.modes,
        )

    def _changed(self, integration: Integration, busy: bool) -> Integration:
        if self.every is not None:
            integration = self.every.apply(integration)
        if busy and self.busiest is not None:
            integration = self.busiest[1].apply(integration)
        own = self.changes.get(integration.key)
        return own.apply(integration) if own is not None else integration


NORMAL = Scenario("normal", "The catalogue as it stands.")


def read_scenario(name: str, source: YamlSource, catalogue: Catalogue) -> Scenario:
    """Read a scenario's file.

    Raises:
        InputError: a key is unknown, a value is none that it could be, or the catalogue has no such thing.

    """
    top = Reader.whole(source).mapping(
        ("about", "keep", "every", "busiest", "integrations", "generate", "workspaces", "modes", "pins")
    )
    workspaces = read_workspaces(top.child("workspaces"), relative=True) if "workspaces" in top else None
    slugs = [each.slug for each in (catalogue.workspaces if workspaces is None else workspaces)]
    context = Context(catalogue.weeks, slugs, relative=True)
    keys = [each.key for each in catalogue.integrations]
    changes, added = _integrations(top, keys, context)
    return Scenario(
        name,
        top.text("about"),
        keep=_keep(top.child("keep"), keys) if "keep" in top else None,
        every=_change(top.child("every"), context) if "every" in top else None,
        busiest=_busiest(top.child("busiest"), context) if "busiest" in top else None,
        changes=changes,
        added=added,
        generated=_generated(top.child("generate"), context) if "generate" in top else None,
        workspaces=workspaces,
        modes=read_modes(top.child("modes")) if "modes" in top else None,
        pins=read_pins(top.child("pins")) if "pins" in top else (),
    )


def _keep(at: Reader, keys: list[str]) -> int | frozenset[str]:
    if isinstance(at.value, list):
        return frozenset(item.choice(keys) for item in at.items())
    return int(at.as_number(0, 1e6))


def _change(at: Reader, context: Context, *more: str) -> Change:
    fields = read_fields(at.mapping((*INTEGRATION, *more)), context)
    return Change(fields, fields.pop("incidents", ()))


def _busiest(at: Reader, context: Context) -> tuple[int, Change]:
    change = _change(at, context, "count")
    return at.whole_number("count", 1, 1_000_000, 1), change


def _integrations(top: Reader, keys: list[str], context: Context) -> tuple[dict[str, Change], tuple[Integration, ...]]:
    changes: dict[str, Change] = {}
    added: list[Integration] = []
    if "integrations" in top:
        for key, at in top.child("integrations").entries():
            if key in keys:
                changes[key] = _change(at, context)
            else:
                added.append(read_integration(key, at, context))
    return changes, tuple(added)


def _generated(at: Reader, context: Context) -> Generated:
    own = ("names", "count", "daily_volume", "p95_ms")
    at.mapping((*INTEGRATION, *own))
    names = tuple(tuple(word.as_text() for word in words.items(least=1)) for words in at.need("names").items(least=1))
    possible = 1
    for words in names:
        possible *= len(set(words))
    count = at.whole_number("count", 1, min(possible, _MOST_GENERATED))
    fields = {
        "daily_volume": _bounds(at.need("daily_volume"), MOST_DAILY),
        "p95_ms": _bounds(at.need("p95_ms"), 60_000),
    }
    rest = Reader(at.source, at.pointer, {key: at.value[key] for key in at.value if key not in own})
    model = Integration("", 0, 0.0, (1.0,) * 7, "", 0.004, 0.001, 1, 2.5, at.day("first_day", relative=True))
    model = replace(model, **read_fields(rest, context))
    return Generated(names, count, model, fields["daily_volume"], fields["p95_ms"])


def _bounds(at: Reader, most: float) -> tuple[float, float]:
    low, high = at.numbers(2, 0.1, most)
    if low > high:
        raise at.refuse(f"{low:g} is above {high:g}", "Write the least, then the most")
    return low, high
