"""TLS: a certificate that is trusted, by the system or by --ca-bundle, or none and a word on what to do."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from contract_tests.call import NoVerdictError
from tests.contract_tests.conftest import MakeCaller
from tests.contract_tests.loopback import Loopback, answering, reply
from tests.contract_tests.making import get


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture(autouse=True)
def only_the_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)


def serving_as(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture
def server(authority: trustme.CA) -> Iterator[Loopback]:
    with answering(reply(), serving_as(authority, "127.0.0.1")) as server:
        yield server


def test_a_certificate_of_the_bundle_is_trusted(server: Loopback, bundle: Path, make_caller: MakeCaller) -> None:
    assert make_caller(server.url, ca_bundle=bundle).call(get()).status == 200


def test_a_bundle_that_the_environment_names_is_trusted(
    server: Loopback, bundle: Path, make_caller: MakeCaller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    assert make_caller(server.url).call(get()).status == 200


def test_a_certificate_that_nobody_vouches_for_leaves_no_verdict_and_the_option_is_named(
    server: Loopback, make_caller: MakeCaller
) -> None:
    with pytest.raises(
        NoVerdictError, match=r"TLS with https://127\.0\.0\.1:[0-9]+ fails: .*--ca-bundle FILE"
    ) as caught:
        make_caller(server.url).call(get())
    assert "certificate" in caught.value.problem
    assert server.seen == [], "nothing is sent to a stranger, the key least of all"


def test_a_certificate_of_another_host_leaves_no_verdict(
    authority: trustme.CA, bundle: Path, make_caller: MakeCaller
) -> None:
    with answering(reply(), serving_as(authority, "feather.invalid")) as server:
        with pytest.raises(NoVerdictError, match=r"not valid for '127\.0\.0\.1'\. Name"):
            make_caller(server.url, ca_bundle=bundle).call(get())
        assert server.seen == []


def test_a_bundle_that_is_none_leaves_no_verdict(server: Loopback, tmp_path: Path, make_caller: MakeCaller) -> None:
    nonsense = tmp_path / "ca.pem"
    nonsense.write_text("no certificate\n")
    with pytest.raises(NoVerdictError, match="--ca-bundle"):
        make_caller(server.url, ca_bundle=nonsense).call(get())


def test_a_port_without_tls_leaves_no_verdict_and_the_other_scheme_is_named(make_caller: MakeCaller) -> None:
    refusal = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    with answering(refusal) as server, pytest.raises(NoVerdictError, match=r"TLS with .* Write http://"):
        make_caller(server.url.replace("http:", "https:")).call(get())
