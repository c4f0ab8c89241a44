"""The peers, at pinned versions, installed by npm into a folder of the benchmark's own."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.contestant import Command, Contestant
from benchmarks.load import KEY, PATH
from feather_kit.files import DOCUMENT

CACHE: Final = Path(__file__).with_name(".cache")
_SCALAR: Final = Path(__file__).with_name("scalar.mjs")
_INSTALL_SECONDS: Final = 600


@dataclass(frozen=True)
class Peer:
    """A mock server from npm.

    Attributes:
        name: what tables call it.
        packages: what to install, at which version; the first is the peer itself.
        needs: the program that runs it, beside npm.
        make: gives its command, from its folder and the rows that a server of fixed answers is to give.

    """

    name: str
    packages: Mapping[str, str]
    needs: str
    make: Callable[[Path, Any], Command]


@dataclass(frozen=True)
class LeftOut:
    """A peer that could not be had, and why."""

    name: str
    why: str


def find_peers(rows: Any, names: frozenset[str]) -> Iterator[Contestant | LeftOut]:
    """Install what is not there yet, and give each peer among `names` (all where empty), ready to start."""
    for peer in PEERS:
        if names and peer.name not in names:
            continue
        why = _install(peer)
        package, version = next(iter(peer.packages.items()))
        if why is None:
            yield Contestant(peer.name, f"{package} {version}", peer.make(_folder(peer), rows))
        else:
            yield LeftOut(peer.name, why)


def _folder(peer: Peer) -> Path:
    """Give the folder of a peer's package, which two peers may share."""
    return CACHE / next(iter(peer.packages)).strip("@").replace("/", "-")


def _install(peer: Peer) -> str | None:
    """Install a peer, unless these versions are there; give the reason where it can't be."""
    for program in ("npm", peer.needs):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    folder = _folder(peer)
    wanted = {"private": True, "type": "module", "dependencies": dict(peer.packages)}
    manifest, done = folder / "package.json", folder / "installed.json"
    if done.exists() and json.loads(done.read_bytes()) == wanted:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    manifest.write_text(json.dumps(wanted))
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel", "error"]
    try:
        ended = subprocess.run(  # noqa: S603  # npm, found above
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"npm took more than {_INSTALL_SECONDS} s"
    if ended.returncode != 0:
        return f"npm failed: {(ended.stderr.strip() or 'no reason given').splitlines()[-1]}"
    done.write_text(json.dumps(wanted))
    return None


def _binary(name: str, *arguments: str) -> Callable[[Path, Any], Command]:
    """Make the command of a peer that serves the document; `PORT` among the arguments stands for the port."""

    def make(folder: Path, _rows: Any) -> Command:
        program = str(folder / "node_modules" / ".bin" / name)
        return lambda port: [program, *(argument.replace("PORT", str(port)) for argument in arguments)]

    return make


def _scalar(folder: Path, _rows: Any) -> Command:
    # Node looks for packages from where the script stands.
    script = folder / _SCALAR.name
    shutil.copyfile(_SCALAR, script)
    return lambda port: ["node", str(script), str(DOCUMENT), str(port)]


def _wiremock(folder: Path, rows: Any) -> Command:
    """Give it the one stub that a developer would write by hand."""
    root = folder / "stubs"
    (root / "mappings").mkdir(parents=True, exist_ok=True)
    stub = {
        "request": {"method": "GET", "urlPath": PATH, "headers": {"x-api-key": {"equalTo": KEY}}},
        "response": {"status": 200, "headers": {"content-type": "application/json"}, "jsonBody": rows},
    }
    (root / "mappings" / "rows.json").write_text(json.dumps(stub))
    jar = next((folder / "node_modules" / "wiremock" / "build").glob("*.jar"))
    options = ["--bind-address", "127.0.0.1", "--root-dir", str(root), "--no-request-journal", "--disable-banner"]
    return lambda port: ["java", "-jar", str(jar), "--port", str(port), *options]


def _specmatic(folder: Path, _rows: Any) -> Command:
    jar = folder / "node_modules" / "specmatic" / "specmatic.jar"
    return lambda port: ["java", "-jar", str(jar), "stub", str(DOCUMENT), "--host", "127.0.0.1", "--port", str(port)]


_PRISM: Final = {"@stoplight/prism-cli": "5.14.2"}
_PRISM_SERVES: Final = ("mock", "-h", "127.0.0.1", "-p", "PORT")

PEERS: Final = (
    Peer("Scalar", {"@scalar/mock-server": "0.14.4", "@hono/node-server": "1.19.19"}, "node", _scalar),
    Peer(
        "Steady",
        {"@stdy/cli": "0.22.2"},
        "node",
        _binary("steady", "--host", "127.0.0.1", "-p", "PORT", "-q", str(DOCUMENT)),
    ),
    Peer("Prism", _PRISM, "node", _binary("prism", *_PRISM_SERVES, str(DOCUMENT))),
    Peer("Prism -d", _PRISM, "node", _binary("prism", *_PRISM_SERVES, "-d", str(DOCUMENT))),
    Peer(
        "Mockoon",
        {"@mockoon/cli": "9.9.0"},
        "node",
        _binary(
            "mockoon-cli", "start", "-l", "127.0.0.1", "-p", "PORT", "-X", "--disable-admin-api", "-d", str(DOCUMENT)
        ),
    ),
    Peer("WireMock", {"wiremock": "3.13.2"}, "java", _wiremock),
    Peer("Specmatic", {"specmatic": "2.55.1"}, "java", _specmatic),
)
