"""Writing the reports that were asked for."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from contract_tests.reports.writing import write_reports
from feather_kit.errors import InputError
from tests.contract_tests.reports import sample


def test_each_report_is_written_into_folders_that_are_made(tmp_path: Path) -> None:
    report = sample.passing()
    settings = replace(
        report.settings, json=tmp_path / "a" / "c.json", har=tmp_path / "b" / "c.har", report=tmp_path / "page"
    )
    write_reports(replace(report, settings=settings))
    assert json.loads((tmp_path / "a" / "c.json").read_text())["verdict"] == "conforms"
    assert json.loads((tmp_path / "b" / "c.har").read_text())["log"]["version"] == "1.2"
    assert (tmp_path / "page" / "report.html").read_text().startswith("<!doctype html>")


def test_a_report_that_cannot_be_written_keeps_no_other_from_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    report = sample.passing()
    settings = replace(report.settings, json=tmp_path / "file" / "c.json", har=tmp_path / "c.har")
    with pytest.raises(InputError, match="cannot be written") as raised:
        write_reports(replace(report, settings=settings))
    assert raised.value.file == tmp_path / "file" / "c.json"
    assert (tmp_path / "c.har").exists()
