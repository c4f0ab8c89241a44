"""`slug` and `mode`: exact, narrowing, and working together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from contract_tests.by_integration.compare import exceeding, narrowing, same_counts, sum_of, within
from contract_tests.by_integration.query import Answer, Query, ask_for, before, past
from contract_tests.by_integration.window import NOTHING_HAS
from contract_tests.promise import Attempt, Finding, Promise, Source
from contract_tests.promises.judging import judge_exchange
from contract_tests.properties import for_all
from contract_tests.run import Run

FILTERS = ("slug", "mode")

PATTERNS = (
    ("slug", "%"),
    ("slug", "' OR '1'='1"),
    ("slug", ".*"),
    ("slug", "null"),
    ("slug", "all"),
    ("slug", "__proto__"),
    ("mode", "*"),
    ("mode", "null"),
)
"""Values that nothing has, and that a query language, or a server's own habit, takes for something else."""

_ACCENTS = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")

TEXTS = (
    ("slug", "x" * 65),
    ("slug", "x" * 2000),
    ("slug", f"x{'日é' * 33}"),
    ("slug", "a b+c&d=e/f?g#h%20, O'Brien"),
    ("slug", "nul\x00nul"),
    ("mode", "日本語-🦜"),
    ("mode", "y" * 5000),
    ("mode", '<i>O\'Brien</i> "quote" \\back; union select'),
)
"""Values that nothing has, and that fields, encodings and statements are too small for."""

USUAL_MODES = ("test",)
"""Modes that a deployment may well have. They are tried, and what comes is only held against the whole."""


def promises() -> tuple[Promise, ...]:
    """Give the promises about filters."""
    document, kit = Source.DOCUMENT, Source.KIT
    return (
        Promise(
            "200-any-filter-text",
            "Any text is a filter: long, outside ASCII, with signs",
            document,
            200,
            _texts,
        ),
        Promise("unknown-filter-is-empty", "A filter that nothing matches gives no rows", kit, 200, _unknown),
        Promise("empty-filter-is-empty", "An empty filter is a filter, and gives no rows", kit, 200, _empty),
        Promise("filters-hold-data", "The slugs and modes that hold data give rows", kit, 200, _hold_data),
        Promise("filters-match-exactly", "A filter matches its value and no other", kit, 200, _exactly),
        Promise("filters-narrow", "What a filter lets through is part of the whole", kit, 200, _narrow),
        Promise("filters-work-together", "Two filters let through what both let through", kit, 200, _together),
    )


def _plain(run: Run) -> Query:
    window = run.window
    return Query(window.start, window.end) if window else Query(run.samples.day, run.samples.day)


def _known(run: Run) -> list[tuple[str, str]]:
    return [("slug", slug) for slug in run.known.slugs[:2]] + [("mode", mode) for mode in run.known.modes[:2]]


def _judge_empty(attempt: Attempt, query: Query) -> Finding | None:
    """Hold an answer that no row may be in against the rule, and against its status."""
    answer = ask_for(attempt, query)
    wrong = judge_exchange(attempt, answer.exchange)
    if wrong is None and answer.rows and within(answer.rows) > 0:
        return Finding(f"{len(answer.rows)} rows for {query}, a filter that nothing has", (answer.exchange,))
    return wrong


def _texts(attempt: Attempt) -> None:
    plain = _plain(attempt.run)
    queries = [plain.filtered(name, text) for name, text in TEXTS]
    for_all(attempt, lambda query: _judge_empty(attempt, query), queries)


def _unknown(attempt: Attempt) -> None:
    run = attempt.run
    plain = _plain(run)
    value = f"{NOTHING_HAS}-{run.seed_for('unknown') % 10_000}"
    queries = [plain.filtered(name, value) for name in FILTERS]
    queries += [plain.last(1).filtered("mode", value), plain.last(400).filtered("slug", value)]
    queries += [plain.filtered(name, text) for name, text in PATTERNS]
    _require_data(attempt)
    for_all(attempt, lambda query: _judge_empty(attempt, query), queries)


def _empty(attempt: Attempt) -> None:
    run = attempt.run
    plain = _plain(run)
    queries = [replace(plain, slug=""), replace(plain, mode="")]
    queries += [replace(plain, slug=slug, mode="") for slug in run.known.slugs[:1]]
    queries += [replace(plain, slug="", mode=mode) for mode in run.known.modes[:1]]
    _require_data(attempt)
    for_all(attempt, lambda query: _judge_empty(attempt, query), queries)


def _require_data(attempt: Attempt) -> None:
    if attempt.run.window is None:
        attempt.not_exercised("no row ever came")


def _hold_data(attempt: Attempt) -> None:
    run = attempt.run
    known = _known(run)
    if not known:
        attempt.not_exercised("needs a --slug or a --mode that holds data")
    _require_data(attempt)

    def judge(pair: tuple[str, str]) -> Finding | None:
        name, value = pair
        asked = _plain(run).filtered(name, value)
        for query in (asked, asked.over(before(past(run), 1500), past(run))):
            answer = ask_for(attempt, query)
            if answer.rows is None or answer.rows:
                return None
        return Finding(f"no row for the {name} {value!r}, which holds data, while others have rows", (answer.exchange,))

    for_all(attempt, judge, known)


def _exactly(attempt: Attempt) -> None:
    known = _known(attempt.run)
    if not known:
        attempt.not_exercised("needs a --slug or a --mode that holds data")
    right_answers: dict[str, Answer] = {}
    for name, value in known:
        right_answers.setdefault(name, _right_answer(attempt, name, value))
    if not any(answer.total for answer in right_answers.values()):
        attempt.not_exercised("no row came for a filter")
    values = {name: getattr(answer.query, name) for name, answer in right_answers.items()}
    cases = [(name, text) for name, value in values.items() for text in near_misses(value, turn=FILTERS.index(name))]

    def judge(case: tuple[str, str]) -> Finding | None:
        name, other = case
        value, right = values[name], right_answers[name]
        answer = ask_for(attempt, right.query.filtered(name, other))
        wrong = judge_exchange(attempt, answer.exchange)
        # Another value may well have rows of its own: only the very same ones give the filter away.
        if wrong is None and right.total and answer.rows is not None and same_counts(answer.rows, right.rows or {}):
            what = f"the {name} {other!r} gives the very rows of {value!r}"
            return Finding(what, (right.exchange, answer.exchange))
        return wrong

    for_all(attempt, judge, cases)


def _right_answer(attempt: Attempt, name: str, value: str) -> Answer:
    """Ask for the value itself: a slug alone, a mode together with a slug where both hold data."""
    run = attempt.run
    alone = _plain(run).filtered(name, value)
    if name == "mode" and run.known.slugs:
        together = ask_for(attempt, alone.filtered("slug", run.known.slugs[0]))
        if together.total:
            return together
    return ask_for(attempt, alone)


def near_misses(value: str, *, turn: int) -> Iterator[str]:
    """Give texts that are not the value, and that a lenient comparison takes for it.

    Arguments:
        value: the value.
        turn: 0 or 1: some of the texts come only with the one or the other, so that two filters share them.

    """
    middle = len(value) // 2
    always = (value.swapcase(), value[:-1], f"{value} ", f"{value[:middle]}%", f"{value},{NOTHING_HAS}")
    first = (f"{value[:middle]}_{value[middle + 1 :]}", value.translate(_ACCENTS), _percent_encoded(value))
    second = (f" {value}",)
    yield from dict.fromkeys(text for text in (*always, *(first, second)[turn]) if text not in ("", value))


def _percent_encoded(value: str) -> str:
    """Write the first character as a percent sign and its code: a server that decodes twice reads the value."""
    return f"%{ord(value[0]):02X}{value[1:]}" if value[:1].isascii() else value


def _narrow(attempt: Attempt) -> None:
    run = attempt.run
    _require_data(attempt)
    known = _known(run)
    plain = _plain(run)
    judged = 0
    findings: list[Finding] = []
    for query in (plain, plain.over(before(past(run), 365), past(run))):
        whole = ask_for(attempt, query)
        for name in FILTERS:
            values = [value for kind, value in known if kind == name]
            if name == "mode" and query is plain:
                values += [mode for mode in USUAL_MODES if mode not in values]
            parts = [ask_for(attempt, query.filtered(name, value)) for value in dict.fromkeys(values)]
            held = [part for part in parts if part.total]
            judged += len(held)
            findings += _not_within(whole, held)
    if not judged:
        attempt.not_exercised("no row came for a filter")
    attempt.settle(findings)


def _not_within(whole: Answer, parts: list[Answer]) -> list[Finding]:
    """Hold each part, and all of them together, against the whole: no invocation has two values."""
    if whole.rows is None:
        return []
    findings = []
    for part in parts:
        text = narrowing(part.rows or {}, whole.rows)
        if text:
            findings.append(Finding(f"{part.query} against no filter: {text}", (whole.exchange, part.exchange)))
    if len(parts) > 1 and not findings:
        text = exceeding(sum_of([part.rows or {} for part in parts]), whole.rows)
        if text:
            exchanges = (whole.exchange, *(part.exchange for part in parts))
            findings.append(Finding(f"the filters together against none: {text}", exchanges))
    return findings


def _together(attempt: Attempt) -> None:
    run = attempt.run
    if not run.known.slugs or not run.known.modes:
        attempt.not_exercised("needs a --slug and a --mode that hold data")
    slug, mode = run.known.slugs[0], run.known.modes[0]
    plain = _plain(run)
    findings = []
    for query in (replace(plain, slug=slug, mode=NOTHING_HAS), replace(plain, slug=NOTHING_HAS, mode=mode)):
        wrong = _judge_empty(attempt, query)
        if wrong is not None:
            findings.append(wrong)
    for query in (plain, plain.over(before(past(run), 365), past(run))):
        whole, by_slug, by_mode, by_both = (
            ask_for(attempt, replace(query, slug=s, mode=m))
            for s, m in ((None, None), (slug, None), (None, mode), (slug, mode))
        )
        findings += _not_both(whole, by_slug, by_mode, by_both)
    if not ask_for(attempt, replace(plain, slug=slug)).total:
        attempt.not_exercised("no row came for a filter")
    attempt.settle(findings)


def _not_both(whole: Answer, by_slug: Answer, by_mode: Answer, by_both: Answer) -> list[Finding]:
    """Hold both filters against each, from above; and from below by inclusion and exclusion."""
    if by_both.rows is None or by_slug.rows is None or by_mode.rows is None or whole.rows is None:
        return []
    findings = []
    for one in (by_slug, by_mode):
        text = narrowing(by_both.rows, one.rows or {})
        if text:
            findings.append(Finding(f"{by_both.query} against {one.query}: {text}", (one.exchange, by_both.exchange)))
    for name, row in whole.rows.items():
        counts = [rows[name].invocations if name in rows else 0 for rows in (by_slug.rows, by_mode.rows, by_both.rows)]
        least = counts[0] + counts[1] - row.invocations
        if counts[2] < least:
            what = (
                f"{name} has {counts[0]} invocations by slug, {counts[1]} by mode and {row.invocations} in all: at "
                f"least {least} have both, and {by_both.query} gives {counts[2]}"
            )
            exchanges = (whole.exchange, by_slug.exchange, by_mode.exchange, by_both.exchange)
            findings.append(Finding(what, exchanges))
    return findings
