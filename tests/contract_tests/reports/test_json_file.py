"""The report for programs."""

import json

from contract_tests.reports.json_file import render_json
from tests.contract_tests.reports import sample


def test_the_members_are_those_that_programs_count_on() -> None:
    value = json.loads(render_json(sample.failing()))
    assert {"target", "document", "seed", "requests", "seconds", "verdict", "promises"} <= set(value)
    assert value["document"] == {"title": "Feather API", "version": "1.21.0"}
    assert value["verdict"] == "violates"
    for promise in value["promises"]:
        assert {"id", "title", "status", "source", "evidence"} == set(promise)
        assert promise["status"] in {"kept", "broken", "advised", "not_exercised", "accepted"}
        assert promise["source"] in {"document", "kit"}


def test_a_key_that_is_a_word_of_the_report_hides_no_member_of_it() -> None:
    report = sample.failing()
    report.redactor.hide("status")
    report.redactor.hide("promises")
    assert json.loads(render_json(report))["promises"][0]["status"] == "kept"


def test_the_key_and_what_no_encoding_has_are_not_in_it() -> None:
    text = render_json(sample.failing())
    assert sample.without_key(text)
    text.encode()
