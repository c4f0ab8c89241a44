"""JUnit, as written by a real run and as a reader of it sees it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from junitparser import JUnitXml, Properties, TestCase, TestSuite

from tests.contract_tests.reports.sample import promises
from tests.mutants import FAULTS, KEY, create
from tests.twin.serving import serving

ACCEPTED = """
- promise: 422-names-each-parameter
  reason: known as FEA-12
  until: 2999-12-31
"""
OTHER_SETTINGS = ("FEATHER_API_KEY", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY")


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> TestSuite:
    folder: Path = tmp_path_factory.mktemp("junit")
    (folder / "accepted.yaml").write_text(ACCEPTED)
    fault = next(mutant for mutant in FAULTS if mutant.id == "422-no-loc")
    options = ("--profile", "quick", "--accept", "accepted.yaml", "--junit", "check.xml")
    environment = {name: value for name, value in os.environ.items() if name not in OTHER_SETTINGS}
    with serving(create(fault)) as url:
        ended = subprocess.run(
            [sys.executable, "-m", "contract_tests", url, *options],
            cwd=folder,
            env={**environment, "FEATHER_API_KEY": KEY},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 1, ended.stderr
    (suite,) = JUnitXml.fromfile(str(folder / "check.xml"))
    return suite


def case(suite: TestSuite, name: str) -> TestCase:
    (found,) = [case for case in suite if case.name == name]
    return found


def test_each_promise_is_one_case_in_its_order_by_the_status_that_it_is_about(suite: TestSuite) -> None:
    due = [(promise.id, f"feather-check.{promise.status or 'any'}") for promise in promises()]
    assert [(case.name, case.classname) for case in suite] == due
    assert suite.name == "feather-check"


def test_each_case_bears_its_status_its_source_and_its_requests(suite: TestSuite) -> None:
    sources = {promise.id: promise.source.value for promise in promises()}
    for made in suite:
        properties = {each.name: each.value for each in made.child(Properties)}
        assert properties["source"] == sources[made.name]
        assert properties["status"] in {"kept", "broken", "advised", "not_exercised", "accepted"}
        assert (int(properties["requests"]) > 0) is (properties["status"] != "not_exercised")


def test_a_kept_promise_is_a_case_that_passed(suite: TestSuite) -> None:
    assert case(suite, "401-missing-key").is_passed


def test_a_broken_promise_is_a_failure_headed_by_its_rule(suite: TestSuite) -> None:
    (failure,) = case(suite, "422-body-matches-schema").result
    assert failure.message == (
        "BROKEN 422-body-matches-schema: The body of a 422 fits the document's schema (stated by the document)"
    )
    assert "curl -sS -i" in failure.text
    assert '"loc" is a required property' in failure.text
    assert "Traceback" not in failure.text


def test_what_was_not_exercised_or_is_accepted_is_skipped_with_its_reason(suite: TestSuite) -> None:
    (skipped,) = case(suite, "undocumented-methods").result
    assert "needs --methods all" in skipped.message
    (accepted,) = case(suite, "422-names-each-parameter").result
    assert accepted.message == "known as FEA-12 (until 2999-12-31)"
    assert suite.failures == 1
