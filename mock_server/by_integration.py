"""The handler of `GET /v1/analytics/integrations/by-integration`: rows from fixtures, by the kit's rules."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

from starlette.types import Scope

from feather_kit.errors import InputError
from mock_server.aside import Aside
from mock_server.data.fixtures import Fixtures
from mock_server.data.rollup import Rollup, build_rollup
from mock_server.document.openapi import Document
from mock_server.preferences import PREFERENCES, Preferences, refuse
from mock_server.request.parameters import VALUES
from mock_server.response.answers import Answer
from mock_server.response.forced import OwnRefusals
from mock_server.response.problems import INVERTED_RANGE, Refusal
from mock_server.rollups import Rollups
from mock_server.state import State

ROUTE: Final = ("get", "/v1/analytics/integrations/by-integration")
IDENTITY: Final = "GET /v1/analytics/integrations/by-integration"
"""The operation's id in the mock."""
_SECONDS_A_DAY: Final = 86_400
_NONE: Final[tuple[tuple[str, float], Rollup | None]] = (("", -1.0), None)


class Traffic:
    """Everyone's traffic until today, which moves on by itself at midnight (UTC), unless it is fixed.

    Attributes:
        seed: the seed of everyone's traffic.
        aside: where the sums are made that would keep others waiting.

    """

    def __init__(
        self,
        fixtures: Fixtures,
        state: State,
        seed: int,
        today: date | None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.seed = seed
        self.aside = Aside()
        self._state = state
        self._fixtures = fixtures
        self._fixed = today
        self._clock = clock
        self._others = Rollups(fixtures)
        self._made = self._next = _NONE

    @property
    def today(self) -> date:
        """The last day that has traffic."""
        return self._fixed or datetime.fromtimestamp(self._clock(), UTC).date()

    def rollup(self) -> Rollup:
        """Give the sums of all traffic until today, in the scenario of the mock's state."""
        wanted = (self._state.scenario, 0.0 if self._fixed else self._clock() // _SECONDS_A_DAY)
        made_for, rollup = self._made
        if rollup is None or wanted != made_for:
            made_for, rollup = self._next
            if rollup is None or wanted != made_for:
                rollup = build_rollup(self._fixtures, self._state.scenario, self.seed, self.today)
            self._made, self._next = (wanted, rollup), _NONE
        return rollup

    def prepare(self, scenario: str) -> None:
        """Make the sums of a scenario that everyone is about to get; in any thread.

        Raises:
            InputError: there is no such scenario, or today is too far from its first day of traffic.

        """
        wanted = (scenario, 0.0 if self._fixed else self._clock() // _SECONDS_A_DAY)
        rollup = build_rollup(self._fixtures, scenario, self.seed, self.today)
        rollup.rows(self.today, self.today, None, None)
        self._next = wanted, rollup

    def wanted(self, wanted: Preferences) -> Rollup:
        """Give the sums that one request asks for, which may be made for it; for one thread alone.

        Raises:
            Refusal: the day that it wants for today is too far from the first day of traffic.

        """
        scenario = self._state.scenario if wanted.scenario is None else wanted.scenario
        seed = self.seed if wanted.seed is None else wanted.seed
        today = self.today if wanted.today is None else wanted.today
        try:
            return self._others.get(scenario, seed, today)
        except InputError as error:
            raise refuse("today", str(today), "is too far from the first day of traffic", error.remedy) from None


def served_by(document: Document) -> bool:
    """Tell whether a document has this operation: another vendor's may have its path, but not its parameters."""
    method, path = ROUTE
    if method not in document.data.get("paths", {}).get(path, {}):
        return False
    count = len(document.at(("paths", path, method)).get("parameters", ()))
    parameters = [document.follow(("paths", path, method, "parameters", index))[0] for index in range(count)]
    in_query = {
        parameter["name"]: parameter.get("schema", {}) for parameter in parameters if parameter["in"] == "query"
    }
    dates = (in_query.get(name, {}).get("format") for name in ("start_date", "end_date"))
    return {"mode", "slug"} <= in_query.keys() and set(dates) == {"date"}


def handler(traffic: Traffic) -> Callable[[Scope], Answer]:
    """Make the operation's handler over one scenario's traffic."""

    def by_integration(scope: Scope) -> Answer:
        """Answer a valid request with one row for each integration that has traffic in the range.

        Raises:
            Refusal: the range is turned round.

        """
        query = scope[VALUES]["query"]
        start, end = query["start_date"], query["end_date"]
        if start > end:
            raise Refusal(INVERTED_RANGE, start=start, end=end)
        wanted = scope.get(PREFERENCES)
        rollup = traffic.wanted(wanted) if wanted is not None and wanted.other_data else traffic.rollup()
        return Answer(rollup.json(start, end, query["mode"], query["slug"]))

    return by_integration


def refusals(traffic: Traffic) -> OwnRefusals:
    """Give the operation's own refusals, for those who ask for one."""

    def inverted() -> Refusal:
        today = traffic.today
        return Refusal(INVERTED_RANGE, start=today, end=today - timedelta(days=1))

    return {400: inverted}
