"""Texts where a full-date is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from hypothesis import strategies as st

from contract_tests.oracle import Reading, read_date

_QUOTED = 'no "date" \\ für dich'
"""Where an answer repeats it, it takes a right encoding, and right JSON."""

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")  # noqa: RUF001  # what they are is the point
"""Digits to Unicode, and after NFKC the usual ones."""


def malformed(day: date, *, turn: int) -> tuple[str, ...]:
    """Give texts of another form than RFC 3339's full-date, most of which some parser takes for `day`.

    Arguments:
        day: the day that they spell, one that holds data, so that a lenient server answers with rows.
        turn: 0 or 1: half of the texts come only with the one or the other, so that two parameters share them.

    """
    always = (
        _QUOTED,
        f"{day.year}-{day.month}-{day.day % 9 + 1}",
        f"{day:%Y%m%d}",
        f"{day}T12:30:00",
    )
    shared = (
        f"{day:%Y/%m/%d}",
        f"{day:%m/%d/%Y}",
        f"{day:%d-%m-%Y}",
        f"{day:%d.%m.%Y}",
        f" {day}",
        f"{day} ",
        f"{day:%G-W%V-%u}",
        f"{day}x",
        "today",
        day.isoformat().translate(_FULL_WIDTH),
        f"{day:%Y-%m}",
        "1767225601",
        "null",
        f"{day}Z",
        f"{day:%Y.%m.%d}",
    )
    return _invalid((*always, *shared[turn::2]))


def impossible(year: int, *, turn: int) -> tuple[str, ...]:
    """Give texts of the right form for days that the calendar does not have, in or about `year`.

    Arguments:
        year: the year.
        turn: 0 or 1: some of the texts come only with the one or the other, so that two parameters share them.

    """
    common = year if year % 4 else year - 1
    always = (f"{year}-02-30", f"{common}-02-29", f"{year}-13-01", "1900-02-29")
    shared = (f"{year}-04-31", f"{year}-01-00", f"{year}-00-10", f"{year}-01-32")
    return _invalid((*always, *shared[turn::2]))


def odd_texts(day: date) -> st.SearchStrategy[str]:
    """Draw texts that are no dates: the day with a slip of the pen, digits in a row, anything printable."""
    text = day.isoformat()
    slips = st.tuples(st.integers(0, len(text)), st.sampled_from("0123456789-/.:TZ x")).map(
        lambda slip: text[: slip[0]] + slip[1] + text[slip[0] :]
    )
    cuts = st.integers(0, len(text) - 1).map(lambda place: text[:place] + text[place + 1 :])
    printable = st.text(st.characters(min_codepoint=33, max_codepoint=0x17F, categories=("L", "N", "P")), max_size=12)
    return st.one_of(slips, cuts, printable).filter(lambda drawn: read_date(drawn) is Reading.INVALID)


def _invalid(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Drop what is a date for some day after all, and what the vendor's own validation takes for one."""
    return tuple(_each_once(text for text in texts if read_date(text) is Reading.INVALID))


def _each_once(texts: Iterator[str]) -> dict[str, None]:
    return dict.fromkeys(texts)
