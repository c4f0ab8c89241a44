"""Scenarios: a state of the data on demand, told as changes to the catalogue."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Any

from feather_kit.yaml_source import YamlSource
from mock_server.data.catalogue import Catalogue, Incident, Integration, Mode, Workspace
from mock_server.data.catalogue_reader import (
    INTEGRATION,
    MOST_DAILY,
    Context,
    read_fields,
    read_integration,
    read_modes,
    read_workspaces,
)
from mock_server.data.checked import Reader
from mock_server.data.noise import fraction
from mock_server.data.pins import Pin, read_pins

_MOST_GENERATED = 20_000
_MOST_COMBINED = 100_000


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
    """Integrations made in number; each depends on its own key alone.

    Attributes:
        keys: their keys.
        model: what is the same for all.
        daily_volume: the least and the most of their daily volumes; small ones are the most frequent.
        p95_ms: the least and the most of their p95; fast ones are the most frequent.

    """

    keys: tuple[str, ...]
    model: Integration
    daily_volume: tuple[float, float]
    p95_ms: tuple[float, float]

    def integrations(self) -> Iterator[Integration]:
        """Make them."""
        for key in self.keys:
            p95 = _between(self.p95_ms, fraction("p95", key))
            rate = self.model.vendor_error_rate * (0.4 + 1.6 * fraction("errors", key))
            yield replace(
                self.model,
                key=key,
                daily_volume=_between(self.daily_volume, fraction("volume", key)),
                median_ms=p95 / (2 + 1.5 * fraction("tail", key)),
                p95_ms=p95,
                vendor_error_rate=min(rate, 1 - self.model.exception_rate),
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
        kept: the keys of the catalogue's integrations that stay; None for all.
        every: what changes for each of them.
        changes: what changes for some of them besides, by key, in order.
        added: integrations that the catalogue has not.
        generated: integrations made in number.
        workspaces: those that stand for the catalogue's; None where these stay.
        modes: those that stand for the catalogue's; None where these stay.
        pins: rows told one by one.

    """

    name: str
    about: str
    kept: frozenset[str] | None = None
    every: Change | None = None
    changes: tuple[tuple[str, Change], ...] = ()
    added: tuple[Integration, ...] = ()
    generated: Generated | None = None
    workspaces: tuple[Workspace, ...] | None = None
    modes: tuple[Mode, ...] | None = None
    pins: tuple[Pin, ...] = ()

    def apply(self, catalogue: Catalogue) -> Catalogue:
        """Give the catalogue as this scenario changes it."""
        integrations = {
            each.key: each if self.every is None else self.every.apply(each)
            for each in catalogue.integrations
            if self.kept is None or each.key in self.kept
        }
        for key, change in self.changes:
            integrations[key] = change.apply(integrations[key])
        integrations.update((each.key, each) for each in self.added)
        if self.generated is not None:
            integrations.update((each.key, each) for each in self.generated.integrations())
        return replace(
            catalogue,
            integrations=tuple(integrations.values()),
            workspaces=catalogue.workspaces if self.workspaces is None else self.workspaces,
            modes=catalogue.modes if self.modes is None else self.modes,
        )


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
    ranked = [each.key for each in sorted(catalogue.integrations, key=lambda each: (-each.daily_volume, each.key))]
    kept = _kept(top.child("keep"), ranked) if "keep" in top else ranked
    changes = _busiest(top.child("busiest"), kept, context) if "busiest" in top else []
    own, added = _integrations(top.child("integrations"), ranked, kept, context) if "integrations" in top else ([], [])
    return Scenario(
        name,
        top.text("about"),
        kept=frozenset(kept) if "keep" in top else None,
        every=_change(top.child("every"), context) if "every" in top else None,
        changes=(*changes, *own),
        added=tuple(added),
        generated=_generated(top.child("generate"), context) if "generate" in top else None,
        workspaces=workspaces,
        modes=read_modes(top.child("modes")) if "modes" in top else None,
        pins=read_pins(top.child("pins")) if "pins" in top else (),
    )


def _kept(at: Reader, ranked: Sequence[str]) -> list[str]:
    """Read which integrations stay: so many of the busiest, or those listed."""
    if isinstance(at.value, list):
        wanted = {item.choice(ranked) for item in at.items()}
        return [key for key in ranked if key in wanted]
    return list(ranked[: at.as_whole_number(0, _MOST_GENERATED)])


def _change(at: Reader, context: Context) -> Change:
    fields = read_fields(at.mapping(INTEGRATION), context)
    incidents = fields.pop("incidents", ())
    return Change(fields, incidents)


def _busiest(at: Reader, kept: Sequence[str], context: Context) -> list[tuple[str, Change]]:
    at.mapping((*INTEGRATION, "count"))
    change = _change(at.without("count"), context)
    return [(key, change) for key in kept[: at.whole_number("count", 1, _MOST_GENERATED, 1)]]


def _integrations(
    top: Reader, known: Sequence[str], kept: Sequence[str], context: Context
) -> tuple[list[tuple[str, Change]], list[Integration]]:
    """Read changes to integrations of the catalogue, and integrations that it has not."""
    changes: list[tuple[str, Change]] = []
    added: list[Integration] = []
    for key, at in top.entries():
        if key in kept:
            changes.append((key, _change(at, context)))
        elif key in known:
            raise top.refuse(f"{key!r} is changed, and not kept", "Keep it, or do not change it", key=key)
        else:
            added.append(read_integration(key, at, context))
    return changes, added


def _generated(at: Reader, context: Context) -> Generated:
    ranges = ("daily_volume", "p95_ms")
    same = [name for name in INTEGRATION if name not in (*ranges, "latency")]
    at.mapping((*same, *ranges, "names", "count"))
    words = [[word.as_text() for word in item.items(least=1)] for item in at.need("names").items(least=1)]
    keys = list(dict.fromkeys("-".join(each) for each in islice(product(*words), _MOST_COMBINED)))
    count = at.whole_number("count", 1, min(len(keys), _MOST_GENERATED))
    first_day = at.day("first_day", relative=True)
    model = Integration("", 0, 0.0, (1.0,) * 7, "", 0.004, 0.001, 1, 2, first_day)
    return Generated(
        tuple(keys[:count]),
        replace(model, **read_fields(at.without("names", "count", *ranges), context)),
        _bounds(at.need("daily_volume"), 0, MOST_DAILY),
        _bounds(at.need("p95_ms"), 2, 60_000),
    )


def _bounds(at: Reader, least: float, most: float) -> tuple[float, float]:
    low, high = at.numbers(2, least, most)
    if low > high:
        raise at.refuse(f"{low:g} is above {high:g}", "Write the least, then the most")
    return low, high
