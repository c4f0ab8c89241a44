"""Writes the reports that the settings, and a job on GitHub, ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from contract_tests.report import Report
from contract_tests.reports.github import render_summary, summary_file
from contract_tests.reports.json_file import render_json
from feather_kit.errors import InputError

PAGE = "report.html"
Render = Callable[[Report], str]


def write_reports(report: Report) -> None:
    """Write each report that was asked for; one that cannot be written keeps no other from it.

    Raises:
        InputError: a file cannot be written.

    """
    failed: InputError | None = None
    for path, render, mode in _asked_for(report):
        try:
            write_text(path, render(report), mode)
        except InputError as error:
            failed = failed or error
    if failed is not None:
        raise failed


def _asked_for(report: Report) -> Iterator[tuple[Path, Render, str]]:
    """Give each file, what writes it, and whether it is written anew or appended to."""
    settings = report.settings
    if settings.json:
        yield settings.json, render_json, "w"
    if settings.har:
        # Imported here, as the page below: most runs write neither.
        from contract_tests.reports.har_file import render_har

        yield settings.har, render_har, "w"
    if settings.report:
        from contract_tests.reports.page import render_page

        yield settings.report / PAGE, render_page, "w"
    summary = summary_file()
    if summary is not None:
        yield summary, render_summary, "a"


def write_text(path: Path, text: str, mode: str = "w") -> None:
    """Write a file, making the folders above it.

    Arguments:
        path: the file.
        text: what goes into it.
        mode: `w` to write it anew, `a` to append to it.

    Raises:
        InputError: it cannot be written.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open(mode, encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", "Name a file that can be", path) from None
