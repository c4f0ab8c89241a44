"""A promise is tried on each case and on drawn ones, ends with the simplest break, and spends no more than it may."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import strategies as st

from contract_tests.call import BudgetSpentError, NoVerdictError
from contract_tests.exchange import Request
from contract_tests.promise import Attempt, BrokenError, Finding, NotExercisedError
from contract_tests.properties import MOST_FINDINGS, SHRINKING, for_all
from contract_tests.settings import Profile, Settings
from tests.contract_tests.making import attempt, exchange, get

NUMBERS = st.integers(0, 10_000)


def asking(
    fault: Callable[[int], bool], profile: Profile = Profile.STANDARD
) -> tuple[Attempt, Callable[[int], Finding | None]]:
    """Make an attempt, and a judge that asks about a number and finds fault with some."""
    trying = attempt(lambda request: exchange(request=request), settings=Settings(profile=profile))

    def judge(number: int) -> Finding | None:
        asked = trying.call(get(("n", "x" * min(number, 50))))
        return Finding(f"{number} is wrong", (replace(asked, number=number + 1),)) if fault(number) else None

    return trying, judge


def test_every_case_is_tried_whatever_the_seed() -> None:
    trying, judge = asking(lambda _: False)
    for_all(trying, judge, [1, 2, 3])
    assert trying.run.ledger.sent == 3


def test_the_simplest_of_the_breaks_is_shown_and_the_others_counted() -> None:
    trying, judge = asking(lambda number: number > 1)
    with pytest.raises(BrokenError, match="4 is wrong") as caught:
        for_all(trying, judge, [1, 9, 4, 7])
    assert caught.value.more == 2


def test_after_a_few_breaks_no_further_case_is_tried() -> None:
    trying, judge = asking(lambda _: True)
    with pytest.raises(BrokenError):
        for_all(trying, judge, range(100))
    assert trying.run.ledger.sent == MOST_FINDINGS


def test_nothing_is_drawn_once_a_case_broke_the_promise() -> None:
    trying, judge = asking(lambda number: number == 5)
    with pytest.raises(BrokenError, match="5 is wrong"):
        for_all(trying, judge, [5], NUMBERS.filter(lambda _: pytest.fail("drawn")), draws=10)


@pytest.mark.parametrize(("profile", "drawn"), [(Profile.QUICK, 0), (Profile.STANDARD, 10), (Profile.DEEP, 80)])
def test_the_profile_says_how_many_cases_are_drawn(profile: Profile, drawn: int) -> None:
    trying, judge = asking(lambda _: False, profile)
    for_all(trying, judge, [1], NUMBERS, draws=10)
    assert trying.run.ledger.sent == 1 + drawn


def test_the_same_seed_draws_the_same_cases() -> None:
    def drawn() -> list[Request]:
        trying, judge = asking(lambda _: False)
        for_all(trying, judge, [], NUMBERS, draws=20)
        return [each.request for each in trying.run.ledger.exchanges]

    assert drawn() == drawn()


def test_a_drawn_break_is_made_small() -> None:
    trying, judge = asking(lambda number: number >= 3, Profile.DEEP)
    with pytest.raises(BrokenError, match=r"^3 is wrong$"):
        for_all(trying, judge, [], NUMBERS, draws=10)


def test_making_a_case_small_takes_a_few_requests_alone() -> None:
    trying, judge = asking(lambda number: bin(number).count("1") > 4, Profile.DEEP)
    sent_at: list[int] = []

    def watching(number: int) -> Finding | None:
        finding = judge(number)
        if finding is not None:
            sent_at.append(trying.run.ledger.sent)
        return finding

    with pytest.raises(BrokenError):
        for_all(trying, watching, [], NUMBERS, draws=40)
    assert trying.run.ledger.sent <= sent_at[0] + SHRINKING


def test_without_a_case_nothing_was_exercised() -> None:
    trying, judge = asking(lambda _: False)
    with pytest.raises(NotExercisedError):
        for_all(trying, judge)


ENDS = [BudgetSpentError(), NoVerdictError("It is gone", "Start it")]


def ending(judge: Callable[[int], Finding | None], after: int, end: Exception) -> Callable[[int], Finding | None]:
    calls = 0

    def judge_or_end(number: int) -> Finding | None:
        nonlocal calls
        calls += 1
        assert calls <= after + 1 or isinstance(end, BudgetSpentError), "asked again of a target that is gone"
        if calls > after:
            raise end
        return judge(number)

    return judge_or_end


@pytest.mark.parametrize("end", ENDS, ids=["budget", "gone"])
def test_a_run_that_ends_among_the_draws_asks_no_more(end: Exception) -> None:
    trying, judge = asking(lambda _: False)
    with pytest.raises(type(end)) as caught:
        for_all(trying, ending(judge, 3, end), [], NUMBERS, draws=10)
    assert caught.value is end


def test_what_was_found_stands_where_the_requests_are_used_up() -> None:
    trying, judge = asking(lambda _: True)
    with pytest.raises(BrokenError, match="7 is wrong"):
        for_all(trying, ending(judge, 1, BudgetSpentError()), [7, 8, 9])


def test_what_was_drawn_and_found_stands_where_the_requests_are_used_up() -> None:
    trying, judge = asking(lambda _: True)
    with pytest.raises(BrokenError, match="is wrong"):
        for_all(trying, ending(judge, 2, BudgetSpentError()), [], NUMBERS, draws=10)
