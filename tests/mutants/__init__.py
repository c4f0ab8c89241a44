"""Deployments to try the check on: the twin with one fault each, and with variations that break no rule.

`FAULTS` and `HARMLESS` are tuples of `Mutant`; `create(mutant)` makes the application. Each serves `KEY`, and
holds data under `SLUG` and `MODE`, alone and together, for each day of the last two years.
"""

from tests.mutants import (
    caches,
    dates,
    encodings,
    filters,
    harmless,
    keys,
    protocol,
    proxies,
    ranges,
    refusals,
    relations,
    rows,
)
from tests.mutants.mutant import Mutant
from tests.twin import application
from tests.twin.application import Twin
from tests.twin.ledger import MODES, SLUGS
from tests.twin.serving import ASGIApp

__all__ = ["FAULTS", "HARMLESS", "KEY", "MODE", "OTHER_MODES", "OTHER_SLUGS", "SLUG", "Mutant", "create"]

KEY = application.API_KEY
SLUG, *_slugs = SLUGS
MODE, *_modes = MODES
OTHER_SLUGS = tuple(_slugs)
OTHER_MODES = tuple(_modes)

FAULTS: tuple[Mutant, ...] = (
    *keys.FAULTS,
    *dates.FAULTS,
    *refusals.FAULTS,
    *ranges.FAULTS,
    *filters.FAULTS,
    *rows.FAULTS,
    *relations.FAULTS,
    *caches.FAULTS,
    *protocol.FAULTS,
    *encodings.FAULTS,
)
HARMLESS: tuple[Mutant, ...] = (*harmless.HARMLESS, *proxies.HARMLESS)


def create(mutant: Mutant, twin: Twin | None = None) -> ASGIApp:
    """Make the application of a mutant, with a memory of its own; `twin` says what it is made from."""
    return mutant.wrap(application.create(mutant.change(twin or Twin())))
