"""Writes the reports that the settings name."""

from __future__ import annotations

from pathlib import Path

from contract_tests.report import Report
from contract_tests.reports.json_file import render_json
from feather_kit.errors import InputError


def write_reports(report: Report) -> None:
    """Write each report that the settings name.

    Raises:
        InputError: a file cannot be written.

    """
    if report.settings.json:
        write_text(report.settings.json, render_json(report))


def write_text(path: Path, text: str) -> None:
    """Write a file, making the folders above it.

    Raises:
        InputError: it cannot be written.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", "Name a file that can be", path) from None
