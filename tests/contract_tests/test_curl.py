"""A curl line, pasted into a shell that knows the key, sends the request that the check sent."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests.call import Caller
from contract_tests.exchange import Request, Secret
from contract_tests.ledger import Ledger
from contract_tests.manners import Manners
from contract_tests.run import valid_key
from contract_tests.strategies import keys
from feather_kit.redaction import Redactor
from tests.contract_tests.loopback import Loopback, Seen, answering, reply
from tests.contract_tests.making import DATES, PATH, exchange, get, report, seeded

pytestmark = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")

ODD_KEY = """k3y +/=%"<&'\\`$x"""
OF_THE_CLIENT = {"user-agent", "accept-encoding", "connection", "content-length"}


def same(sent: Seen, pasted: Seen) -> bool:
    """Tell whether two requests are the same but for what each client adds, and for the query's exact spelling."""

    def essence(seen: Seen) -> object:
        headers = sorted((name.lower(), value) for name, value in seen.headers if name.lower() not in OF_THE_CLIENT)
        return seen.method, seen.target.partition("?")[0], seen.query, headers

    return essence(sent) == essence(pasted)


def paste(key: str, *lines: str) -> None:
    """Run lines in a real shell."""
    environment = {**os.environ, "FEATHER_API_KEY": key, "LC_ALL": "C.UTF-8", "NO_PROXY": "*"}
    script = "\n".join(lines)
    subprocess.run(["bash", "-ec", script], env=environment, check=True, capture_output=True, timeout=30)


@pytest.fixture(scope="module")
def server() -> Iterator[Loopback]:
    with answering(reply()) as server:
        yield server


def try_requests(server: Loopback, key: str, requests: list[Request]) -> None:
    """Send requests by the check and by their lines, and compare what came."""
    server.seen.clear()
    with closing(Caller(server.url, Redactor(key), Ledger(), Manners(100))) as caller:
        for request in requests:
            caller.call(request)
    sent = list(server.seen)
    server.seen.clear()
    paste(key, *(request.curl(server.url) for request in requests))
    assert len(server.seen) == len(sent) == len(requests)
    different = [(one, other) for one, other in zip(sent, server.seen, strict=True) if not same(one, other)]
    assert different == []


@pytest.mark.parametrize("key", ["Plain-key-7f3Kq9", ODD_KEY, "ключ-Ü-äé"], ids=["plain", "odd", "unicode"])
def test_each_variant_of_the_key_is_made_by_the_shell(server: Loopback, key: str) -> None:
    secret = valid_key(key)
    source = seeded()
    variants = [*keys.other_cases(secret), *keys.parts(secret), *keys.extensions(secret, source)]
    variants += [secret, *keys.unknown_keys(secret, source), ""]
    try_requests(server, key, [get(*DATES).with_headers(("x-api-key", value)) for value in variants])


@pytest.mark.parametrize("key", ["Plain-key-7f3Kq9", ODD_KEY], ids=["plain", "odd"])
def test_the_key_elsewhere_than_in_its_header(server: Loopback, key: str) -> None:
    bearer = Secret(f"Bearer {key}", "Bearer $FEATHER_API_KEY")
    requests = [
        get(*DATES, key=None).with_query(*DATES, ("x-api-key", valid_key(key))),
        get(key=None).with_query(("api_key", valid_key(key))),
        get(*DATES, key=None).with_headers(("Authorization", bearer)),
        get(*DATES, key=None).with_query(*DATES, ("x-api-key", valid_key(key))).with_method("HEAD"),
    ]
    try_requests(server, key, requests)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_any_method(server: Loopback, method: str) -> None:
    try_requests(server, "k", [get(*DATES).with_method(method)])


@pytest.mark.parametrize("spelling", ["start_date=2026%2D01%2D01", "flag&", "slug=%FF&mode=a+b"])
def test_a_query_in_another_spelling(server: Loopback, spelling: str) -> None:
    try_requests(server, "k", [get(*DATES).spelled(spelling)])
    assert server.seen[0].target.endswith(f"?{spelling}")


def test_a_key_never_stands_in_the_line() -> None:
    secret = valid_key(ODD_KEY)
    variants = [secret, *keys.other_cases(secret), *keys.parts(secret), *keys.extensions(secret, seeded())]
    for value in variants:
        in_query, in_header = get(key=None).with_query(("x-api-key", value)), get().with_headers(("x-api-key", value))
        for line in (in_query.curl("http://h"), in_header.curl("http://h")):
            assert ODD_KEY.lower() not in line.lower()
            assert len(ODD_KEY) < 4 or ODD_KEY[1:-1] not in line


VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
HEADERS = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, categories=["L", "N", "P", "S"]), max_size=12)


@settings(max_examples=4, deadline=None)
@given(st.lists(st.tuples(st.lists(st.tuples(VALUES, VALUES), max_size=3), HEADERS), min_size=10, max_size=10))
def test_any_query_and_any_header(server: Loopback, cases: list[tuple[list[tuple[str, str]], str]]) -> None:
    """Quotes, line breaks, NUL, signs that a shell, a URL or curl's globbing knows: all come as they are."""
    requests = [
        Request("GET", PATH, tuple(query), (("x-api-key", header),))
        for query, header in cases
        if header.strip() == header
    ]
    try_requests(server, "k", requests)


def test_a_compressed_answer_is_asked_for_again_as_such() -> None:
    """A fault in the compression does not show in an answer without it."""
    gzipped = exchange(headers=(("Content-Encoding", "gzip"),))
    assert "--compressed" in report().curl(gzipped).split()
    assert "--compressed" not in report().curl(exchange())
