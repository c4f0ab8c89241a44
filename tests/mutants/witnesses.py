"""For each fault the requests that show it, by the fault's id."""

from dataclasses import replace
from datetime import date, timedelta

from tests.mutants import KEY, MODE, OTHER_MODES, OTHER_SLUGS, SLUG
from tests.mutants.exchange import Sent, request

TODAY = date(2026, 11, 20)
"""The last day with traffic of the deployments that the witnesses are for."""

Requests = tuple[Sent, ...]


def _parts(start: str, last_of_first: str, end: str, slug: str | None = None, mode: str | None = None) -> Requests:
    """Ask for a range and for its two parts."""
    next_day = str(date.fromisoformat(last_of_first) + timedelta(days=1))
    return (
        request(start, end, slug, mode),
        request(start, last_of_first, slug, mode),
        request(next_day, end, slug, mode),
    )


def _filters(start: str = "2026-10-01", end: str = "2026-10-31") -> Requests:
    """Ask for a range with no, either and both filters, the wide ones first."""
    return tuple(request(start, end, slug, mode) for slug in (None, SLUG) for mode in (None, MODE))


def _dates(*texts: str | None) -> Requests:
    return tuple(request(text, "2026-10-31") for text in texts)


_RIGHT = (request(),)
_NO_KEY = (request(key=None),)
_UNKNOWN_KEY = (request(key="unknown"),)
_INVERTED = (request("2026-10-31", "2026-10-01"),)
_WRONG_END = (request(end="2026-02-30"),)
_NOTHING = (request(slug="nothing-has-this"),)
_EVERY_SECOND_DAY = tuple(request(f"2026-10-{day:02}", f"2026-10-{day:02}") for day in range(1, 21))
_HALVES = _parts("2026-10-01", "2026-10-15", "2026-10-31")
_ONE_DAY = (request("2026-10-07", "2026-10-07"),)
_MIDNIGHT = (request("2026-10-07", "2026-10-08"), *_parts("2026-10-07", "2026-10-07", "2026-10-08"))
_LONG = _parts("2025-11-10", "2026-09-20", "2026-10-31")
_QUARTERS = _parts("2026-01-15", "2026-03-31", "2026-05-31")
_WEEKS = _parts("2026-09-05", "2026-09-25", "2026-10-15")
_VERY_LONG = _parts("2024-01-10", "2025-11-20", "2026-10-31")
_RARE = tuple(request(f"2026-10-{day:02}", f"2026-10-{day:02}", "harbor-eu", "live") for day in range(1, 29))


def _method(name: str, key: str | None = KEY) -> Requests:
    return (request(method=name, key=key),)


def _value(text: str) -> Requests:
    return (request(slug=text), request(mode=text))


KEYS = {
    "key-missing-passes": _NO_KEY,
    "key-empty-passes": (request(key=""),),
    "key-any-passes": _UNKNOWN_KEY,
    "key-case-folded": (request(key=KEY.swapcase()),),
    "key-names-a-property": (request(key="constructor"),),
    "key-prefix-folded": (request(key=KEY.replace("twin", "Twin")),),
    "key-prefix-passes": (request(key=KEY[:-1]),),
    "key-extension-passes": (request(key=KEY + "0"),),
    "key-eight-characters": (request(key=KEY[:8] + "x"),),
    "key-in-a-text": (request(key=KEY[1:]),),
    "key-doubled-passes": (request(key=f"{KEY}, other"),),
    "key-like": (request(key="%"),),
    "key-in-the-query": (request(key=None, more=(("x-api-key", KEY),)),),
    "key-as-bearer": (request(key=None, headers=(("authorization", f"Bearer {KEY}"),)),),
    "key-as-cookie": (request(key=None, headers=(("cookie", f"x-api-key={KEY}"),)),),
    "key-skipped-when-filtered": (request(slug=SLUG, mode=MODE, key=None),),
    "key-admission-cached": (request(), request(key="unknown")),
    "key-refusal-cached": (request(key="unknown"), request()),
    "key-behind-the-cache": (request(), request(key=None)),
    "key-locked-out": (*(request(key=wrong) for wrong in ("a", "b", "c")), request()),
    "key-outside-ascii-500": (request(key="clé"),),
    "key-unknown-500": _UNKNOWN_KEY,
    "key-missing-403": _NO_KEY,
    "key-unknown-403": _UNKNOWN_KEY,
    "key-missing-422": _NO_KEY,
    "key-missing-login": _NO_KEY,
    "key-unknown-empty": _UNKNOWN_KEY,
    "401-detail": _NO_KEY,
    "401-plain": _NO_KEY,
    "401-other-types": _NO_KEY,
    "401-html-for-unknown": _UNKNOWN_KEY,
    "401-empty": _NO_KEY,
    "401-as-200": _NO_KEY,
    "401-not-utf8": _NO_KEY,
}
DATES = {
    "start-missing-defaults": _dates(None),
    "end-missing-defaults": (request(end=None),),
    "both-missing-default": (request(None, None),),
    "start-empty-defaults": _dates(""),
    "end-empty-defaults": (request(end=""),),
    "end-malformed-ignored": (request(end="soon"),),
    "malformed-is-400": _dates("soon"),
    "missing-is-400": _dates(None),
    "no-query-at-all-400": (request(None, None),),
    "malformed-is-empty": _dates("soon"),
    "impossible-is-500": _dates("2026-02-30"),
    "long-year-500": (request(end="10000-01-01"),),
    "end-malformed-debug-page": (request(end="soon"),),
    "day-overflows": _dates("2026-02-30"),
    "month-overflows": _dates("2025-13-01"),
    "day-clamped": _dates("2026-04-31"),
    "29-february-always": _dates("2025-02-29"),
    "29-february-1900": _dates("1900-02-29"),
    "29-february-2000": (request("2000-02-29", "2000-02-29"),),
    "29-february-never": _dates("2024-02-29"),
    "other-separators": _dates("2026/10/01"),
    "day-first": _dates("01-10-2026"),
    "unpadded": _dates("2026-1-5"),
    "week-dates": _dates("2026-W05-1"),
    "tail-dropped": _dates("2026-10-01x"),
    "dates-trimmed": _dates(" 2026-10-01"),
    "dates-in-words": (request(end="today"),),
    "digits-of-any-script": _dates("２０２６-10-01"),  # noqa: RUF001 - full-width digits are what it is about
    "null-is-today": (request(end="null"),),
    "422-first-only": (request("soon", "later"),),
    "422-no-detail": _WRONG_END,
    "422-empty-detail": _WRONG_END,
    "422-text-detail": _WRONG_END,
    "422-error-response": _WRONG_END,
    "422-problem-json": _WRONG_END,
    "422-no-loc": _WRONG_END,
    "422-no-type": _WRONG_END,
    "422-loc-is-text": _WRONG_END,
    "422-loc-query-only": _WRONG_END,
    "422-loc-renamed": _WRONG_END,
    "422-loc-swapped": _WRONG_END,
    "422-as-200": _WRONG_END,
    "422-plain": _WRONG_END,
    "422-proxied": _WRONG_END,
}
RANGES = {
    "inverted-empty": _INVERTED,
    "inverted-swapped": _INVERTED,
    "inverted-422": _INVERTED,
    "inverted-500": _INVERTED,
    "inverted-by-one-day": (request("2026-10-02", "2026-10-01"),),
    "inverted-within-a-month": (request("2026-10-20", "2026-10-10"),),
    "inverted-by-years": (request("2026-10-20", "2023-10-20"),),
    "day-of-year-compared": (request("2025-12-20", "2026-01-10"),),
    "dates-compared-as-text": (request("2026-09-20", "2026-10-10"),),
    "same-day-refused": _ONE_DAY,
    "inverted-when-filtered": (request("2026-10-31", "2026-10-01", SLUG, MODE),),
    "inverted-after-today": (request("2099-10-31", "2099-10-01"),),
    "inverted-before-history": (request("1999-10-31", "1999-10-01"),),
    "400-detail": _INVERTED,
    "400-proxied": _INVERTED,
    "400-no-message": _INVERTED,
    "400-plain": _INVERTED,
    "order-of-parameters": (request(None, more=(("start_date", "2026-10-01"),)),),
    "future-end-refused": (request(end="9999-12-30"),),
    "before-history-refused": (request("2000-01-01"),),
    "over-a-year-refused": (request("2024-10-01"),),
    "over-180-days-accepted": (request("2026-01-01"),),
    "over-two-years-504": (request("2024-01-01"),),
    "end-of-time-500": (request(end="9999-12-31"),),
    "start-of-time-500": (request("0001-01-01"),),
    "leap-day-500": (request("2024-02-29"),),
    "before-1970-500": (request("1969-12-31"),),
    "after-2038-500": (request(end="2101-01-01"),),
    "empty-is-404": _NOTHING,
    "empty-is-204": _NOTHING,
    "empty-is-null": _NOTHING,
    "empty-is-object": _NOTHING,
}
FILTERS = {
    "slug-ignored": _NOTHING,
    "mode-ignored": (request(mode="nothing-has-this"),),
    "slug-ignored-over-90-days": (request("2026-01-01", slug="nothing-has-this"),),
    "mode-ignored-with-slug": (request(slug=SLUG, mode="nothing-has-this"),),
    "filters-joined-by-or": _filters(),
    "filters-swapped-together": _filters(),
    "slug-case-folded": _value(SLUG.upper()),
    "slug-accents-folded": _value(SLUG.replace("a", "á")),
    "slug-like": _value("%"),
    "slug-contains": _value(SLUG[1:-1]),
    "slug-starts": _value(SLUG[:-1]),
    "slug-regular-expression": _value(".*"),
    "slug-padded": _value(SLUG + " "),
    "slug-listed": _value(SLUG + ",other"),
    "slug-decoded-twice": _value("%68" + SLUG[1:]),
    "slug-empty-is-all": _value(""),
    "mode-empty-is-all": _value(""),
    "slug-star-is-all": _value("*"),
    "mode-null-is-all": _value("null"),
    "slug-unknown-is-all": _NOTHING,
    "slug-unknown-404": _NOTHING,
    "slug-unknown-400": _NOTHING,
    "mode-unknown-422": _value("unknown"),
    "mode-unknown-500": _value("unknown"),
    "slug-empty-422": _value(""),
    "slug-over-64-422": _value("x" * 65),
    "mode-over-255-500": _value("x" * 2000),
    "long-value-414": _value("x" * 2000),
    "outside-ascii-500": _value("größe"),
    "outside-latin-1-400": _value("日本"),
    "quote-500": _value("o'clock"),
    "markup-403": _value("<b>"),
}
ROWS = {
    **dict.fromkeys(
        (
            "rate-is-a-fraction",
            "rate-without-exceptions",
            "rate-of-what-failed",
            "rate-mean-of-modes",
            "rate-to-tens",
            "rate-integer-division",
            "successful-with-exceptions",
            "retries-counted",
            "decimals-are-text",
            "counts-are-text",
            "counts-have-halves",
            "rate-with-comma",
            "key-is-null",
            "key-is-a-number",
            "names-in-camel-case",
            "row-twice",
            "row-a-mode",
            "rows-in-an-object",
            "rows-as-text",
            "null-row",
            "p95-infinite",
        ),
        _RIGHT,
    ),
    **dict.fromkeys(
        (
            "successful-negative",
            "exceptions-unknown",
            "p95-unknown-is-negative",
            "p95-unknown-is-null",
            "p95-unknown-is-left-out",
            "p95-not-a-number",
            "zero-over-zero",
            "rate-of-none-is-null",
            "zeros-left-out",
        ),
        _RARE,
    ),
    "rates-over-100": _ONE_DAY,
    "row-before-the-migration": (request("2025-10-01"),),
    "rows-by-key": (request(slug=SLUG),),
}
RELATIONS = {
    "migration-day-lost": _parts("2026-04-20", "2026-05-04", "2026-05-31"),
    "rollup-behind": _parts("2026-11-17", "2026-11-18", "2026-11-19"),
    "end-on-a-31st-left-out": _parts("2026-10-20", "2026-10-30", "2026-10-31"),
    "end-left-out": _MIDNIGHT,
    "end-left-out-of-longer-ranges": _HALVES,
    "start-left-out": _HALVES,
    "day-before-counted": _HALVES,
    "over-90-days-by-month": _QUARTERS,
    "over-14-days-by-week": _HALVES,
    "over-90-days-clamped": _LONG,
    "over-366-days-clamped": _VERY_LONG,
    "year-of-the-end-alone": _parts("2025-12-01", "2025-12-31", "2026-01-31"),
    "31st-dropped": _parts("2026-10-20", "2026-10-30", "2026-10-31"),
    "month-end-dropped": _parts("2026-09-15", "2026-09-30", "2026-10-15"),
    "leap-day-dropped": _parts("2024-02-29", "2024-02-29", "2024-03-15"),
    "autumn-day-twice": _parts("2026-10-20", "2026-10-24", "2026-10-31"),
    "seam-twice": _parts("2026-10-01", "2026-10-21", "2026-11-10"),
    "counts-in-16-bits": _LONG,
    "over-180-days-approximate": _LONG,
    "counts-jitter": (request(), request()),
    "joined-filters-double": _filters(),
    "all-slugs-is-one": _filters(),
    "all-modes-but-live": _filters(),
    "cache-without-slug": (request(), *_NOTHING),
    "cache-without-mode": (request(), request(mode="nothing-has-this")),
    "cache-without-end": _HALVES,
    "cache-by-length": _parts("2026-10-01", "2026-10-10", "2026-10-20"),
    "cache-by-month": _HALVES,
    "cache-joins-filters": (request(slug=MODE), request(mode=MODE), request(slug=MODE)),
    "cache-grows": (request(), request()),
    "proxy-cache-without-filters": (request(), *_NOTHING),
    "cold-cache": (request(), request()),
    "old-worker": _RIGHT * 4,
    "lagging-worker": _RIGHT * 5,
    "timeout-is-empty": _RIGHT * 6,
    "eight-rows": _parts("2026-10-03", "2026-10-04", "2026-10-31"),
    "vanishing-integration": _LONG,
    "rare-dropped": _WEEKS,
    "first-day-decides": _parts("2026-10-03", "2026-10-04", "2026-10-31"),
    "p95-in-seconds": _WEEKS,
    "p95-zero-over-90-days": _QUARTERS,
    "p95-grows-with-days": _LONG,
    "p95-added-up": _HALVES,
    "tomorrow-counted": (request(str(TODAY + timedelta(days=1)), str(TODAY + timedelta(days=1))),),
    "forecast": (request("2027-01-01", "2027-01-31"),),
    "latest-day-for-none": (request("2027-01-01", "2027-01-31"),),
}
PROTOCOL = {
    "cut-one-in-five": _EVERY_SECOND_DAY,
    "cut-at-1-kib": _RIGHT,
    "gzip-cut": _RIGHT,
    "gzip-said-only": _RIGHT,
    "502-one-in-eight": _EVERY_SECOND_DAY,
    "500-one-in-ten": _EVERY_SECOND_DAY,
    "error-in-a-200": _EVERY_SECOND_DAY,
    "name-twice": _RIGHT,
    "comma-at-the-end": _RIGHT,
    "python-text": _RIGHT,
    "rows-by-line": _RIGHT,
    "body-twice": _RIGHT,
    "guard-in-front": _RIGHT,
    "byte-order-mark": _RIGHT,
    "utf-16": _RIGHT,
    "200-as-html": _RIGHT,
    "empty-as-plain": _NOTHING,
    "empty-without-body": _NOTHING,
    "200-untyped": _RIGHT,
    "long-is-206": _RIGHT,
    "page-for-browsers": _RIGHT,
    "slash-redirect": (request(slug=SLUG),),
    "post-accepted": _method("POST"),
    "put-204": _method("PUT"),
    "patch-200": _method("PATCH"),
    "delete-500": _method("DELETE"),
    "trace-echoes": _method("TRACE"),
    "head-500": _method("HEAD"),
    "head-without-key": _method("HEAD", key=None),
    "options-500": _method("OPTIONS"),
}
_USUAL = "start_date=2026-10-01&end_date=2026-10-31"
ENCODINGS = {
    "dates-as-sent": (replace(request(), spelling=_USUAL.replace("-", "%2D")),),
    "unpaired-500": (replace(request(more=(("flag", ""),)), spelling=f"{_USUAL}&flag"),),
    "not-utf8-500": (replace(request(more=(("flag", "\ufffd"),)), spelling=f"{_USUAL}&flag=%FF"),),
    "log-in-latin-1": (request(slug="日本"),),
    "list-500": (request(more=(("slug[]", "a"),)),),
    "422-unescaped": _dates('"soon"'),
    "422-latin-1": _dates("März"),
}
WITNESSES: dict[str, Requests] = {**KEYS, **DATES, **RANGES, **FILTERS, **ROWS, **RELATIONS, **PROTOCOL, **ENCODINGS}

# What the harmless variations are tried with: each rule, each corner, and all of the witnesses.
CORNERS: Requests = (
    *(request(slug=slug, mode=mode) for slug in (None, SLUG, *OTHER_SLUGS) for mode in (None, MODE, *OTHER_MODES)),
    *(
        request("2026-02-30", None, key=None),
        request(None, None, key=None),
        request("2026-10-02", "2026-10-01", key=""),
    ),
    *(request(date_, "0") for date_ in ("0", "86400", "2026-10-01T00:00:00", "0000-01-01")),
    *(request(slug=text) for text in ("\x00", "\n", "x" * 9_000, "a b", "a+b", "a&b", "%")),
    request("0001-01-01", "9999-12-31"),
    request("9999-12-31", "9999-12-31"),
    request(str(TODAY), str(TODAY)),
    request(str(TODAY), str(TODAY)),
    request(more=(("page", "2"),)),
    request(more=(("slug", SLUG), ("slug", "other"))),
    request(headers=(("if-none-match", '"0"'), ("origin", "https://app.example"))),
    *(request(method=name, key=key) for name in ("HEAD", "OPTIONS", "POST", "QUERY") for key in (KEY, None)),
    *(request(f"2026-11-{day:02}", f"2026-11-{day:02}") for day in (1, 2, 1)),
    Sent((), path="/nowhere"),
)
