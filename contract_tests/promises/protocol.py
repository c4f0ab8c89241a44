"""What HTTP itself asks: the methods that the document lacks, and how an answer may be asked for."""

from __future__ import annotations

from contract_tests.promise import Attempt, Finding, Promise, Source
from contract_tests.promises.judging import judge_exchange, judge_request
from contract_tests.properties import for_all

UNSAFE = ("POST", "PUT", "PATCH", "DELETE", "TRACE")
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def promises() -> tuple[Promise, ...]:
    """Give the promises about HTTP."""
    document, kit = Source.DOCUMENT, Source.KIT
    return (
        Promise("undocumented-methods", "A method that the document lacks is refused", document, None, _methods),
        Promise("head-and-options", "HEAD and OPTIONS are answered as HTTP has them", kit, None, _head_and_options),
        Promise("odd-requests", "What the rules leave open makes no server fail", kit, None, _odd),
        Promise("any-accept-header", "A client's Accept headers change nothing", document, 200, _negotiation),
        Promise("any-header-case", "A header's name means the same in any case", document, 200, _header_case),
    )


def _methods(attempt: Attempt) -> None:
    run = attempt.run
    if run.settings.methods != "all":
        attempt.not_exercised("needs --methods all: by itself the check sends GET, HEAD and OPTIONS alone")
    findings = []
    request = run.request(*run.samples.valid[0])
    for method in UNSAFE:
        if method in run.operation.documented_methods:
            continue
        exchange = attempt.call(request.with_method(method))
        if exchange.status == 0:
            findings.append(Finding(f"no answer to {method}: {exchange.failure}", (exchange,)))
        elif exchange.status < 300 or exchange.status >= 500:
            what = f"{exchange.status} for {method}, which the document lacks: 405 is due, or 404"
            findings.append(Finding(what, (exchange,)))
        elif exchange.status == 405 and exchange.header("allow") is None:
            attempt.advise("405 without an Allow header, which would tell what is allowed (RFC 9110, 15.5.6)", exchange)
    attempt.settle(findings)


def _head_and_options(attempt: Attempt) -> None:
    run = attempt.run
    findings = []
    request = run.request(*run.samples.valid[0])
    for method in ("HEAD", "OPTIONS"):
        exchange = attempt.call(request.with_method(method))
        if exchange.status == 0:
            findings.append(Finding(f"no answer to {method}: {exchange.failure}", (exchange,)))
        elif exchange.status >= 500:
            findings.append(Finding(f"{exchange.status} for {method}", (exchange,)))
    open_head = attempt.call(request.with_method("HEAD").with_headers())
    if open_head.status == 0 or open_head.status >= 500:
        findings.append(Finding(f"{open_head.status or 'no answer'} for HEAD without a key", (open_head,)))
    elif 200 <= open_head.status < 300:
        what = f"{open_head.status} for HEAD without a key: it tells a stranger the answer's size, and 401 is due"
        findings.append(Finding(what, (open_head,)))
    attempt.settle(findings)


def _odd(attempt: Attempt) -> None:
    """Send what the rules leave open: any answer will do that is one."""
    run = attempt.run
    query = run.samples.valid[0]
    plain = run.request(*query)
    usual = plain.url("").partition("?")[2]
    optional = [parameter.name for parameter in run.operation.parameters if not parameter.required]
    requests = [
        run.request(*query, query[0]),
        run.request((query[0][0], "0000-01-01"), *query[1:]),
        # Some servers make lists of these, which are then no text.
        run.request(*query, *((f"{name}[]", "1") for name in optional or ["nothing-knows-this"])),
        # A name without a value, and nothing at all, where a pair is due.
        run.request(*query, ("nothing-knows-this", "")).spelled(f"{usual}&nothing-knows-this&"),
        # A byte that is no UTF-8.
        run.request(*query, ("nothing-knows-this", "\ufffd")).spelled(f"{usual}&nothing-knows-this=%FF"),
    ]
    for_all(attempt, lambda request: judge_request(attempt, request), requests)


def _header_case(attempt: Attempt) -> None:
    """Write the key's header in capitals (RFC 9110, section 5.1)."""
    run = attempt.run
    request = run.request(*run.samples.valid[0])
    finding = judge_request(attempt, request.with_headers((run.operation.key_header.upper(), run.key)))
    attempt.settle([finding] if finding else [])


def _negotiation(attempt: Attempt) -> None:
    run = attempt.run
    findings = []
    request = run.request(*run.samples.valid[0])
    for header in (("Accept", BROWSER), ("Accept-Encoding", "identity")):
        exchange = attempt.call(request.with_headers(*request.headers, header))
        finding = judge_exchange(attempt, exchange)
        if finding is not None:
            findings.append(Finding(f"with {header[0]}: {header[1]}: {finding.what}", finding.exchanges))
    # A refusal in the client's own language is a refusal by the document all the same.
    refused = run.request(*run.samples.refused[0])
    finding = judge_request(attempt, refused.with_headers(*refused.headers, ("Accept-Language", "fr-FR, fr;q=0.9")))
    if finding is not None:
        findings.append(finding)
    attempt.settle(findings)
