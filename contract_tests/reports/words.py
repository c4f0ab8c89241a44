"""The words and signs by which every report names a verdict, an outcome and who says so."""

from __future__ import annotations

from contract_tests.promise import Source, Status
from contract_tests.report import Report, Verdict

SAID_BY = {Source.DOCUMENT: "stated by the document", Source.KIT: "assumed by the kit"}

NAMES = {
    Status.KEPT: "kept",
    Status.BROKEN: "broken",
    Status.ADVISED: "advised",
    Status.NOT_EXERCISED: "not exercised",
    Status.ACCEPTED: "accepted",
}

SIGNS = {
    Status.KEPT: "✓",
    Status.BROKEN: "✕",
    Status.ADVISED: "!",
    Status.NOT_EXERCISED: "○",
    Status.ACCEPTED: "~",
}
"""Told apart by shape, so that nothing hangs on a colour."""

VERDICTS = {Verdict.CONFORMS: "Conforms", Verdict.VIOLATES: "Violates", Verdict.NONE: "No verdict"}

GRAVEST_FIRST = (Status.BROKEN, Status.ADVISED, Status.ACCEPTED, Status.NOT_EXERCISED, Status.KEPT)


def counts(report: Report) -> str:
    """Write how many promises came out how, the gravest first."""
    told = [f"{report.count(status)} {NAMES[status]}" for status in GRAVEST_FIRST if report.count(status)]
    return ", ".join(told) or "nothing was tried"
