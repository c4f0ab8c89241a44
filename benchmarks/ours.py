"""The mock, and the applications in Python that it is measured against."""

import importlib.metadata
import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from benchmarks.contestant import Contestant
from benchmarks.load import KEY, LAST_DAY
from benchmarks.peers import LeftOut
from feather_kit.files import DOCUMENT

MOCK: Final = "feather-mock"
VALIDATED: Final = "feather-mock, validated"
BARE: Final = "bare ASGI"
STOCK: Final = "Connexion"


def mock(name: str = MOCK, *more: str, today: bool = True) -> Contestant:
    """Give the mock, with more options; its last day is that of the load's ranges, or today."""
    # A line a request would go to nobody; the other contestants are quiet as well, where they can be.
    options = ["--api-key", KEY, "--log", "none", *(["--today", str(LAST_DAY)] if today else []), *more]
    return Contestant(
        name,
        "this mock" + (f", {' '.join(more)}" if more else ""),
        lambda port: [sys.executable, "-m", "mock_server", "--port", str(port), *options],
    )


def validated() -> Contestant:
    """Give the mock that validates each of its answers."""
    return mock(VALIDATED, "--validate-responses")


def bare(size: int, folder: Path, name: str = BARE) -> Contestant:
    """Give a bare application whose whole answers are of `size` bytes, head and JSON."""
    body = folder / f"{name}-{size}.json".replace(" ", "-")
    head = len(b"HTTP/1.1 200 OK\r\ndate: Mon, 23 Nov 2026 08:08:44 GMT\r\nserver: uvicorn\r\n\r\n")
    head += len(f"content-type: application/json\r\ncontent-length: {size}\r\n")
    row = json.dumps([{"integration_key": ""}])
    body.write_text(row.replace('""', '"' + "x" * max(size - head - len(row), 0) + '"'))
    return _application(name, "bare", f"a constant, on uvicorn {_version('uvicorn')}", body)


def others(rows: Any, folder: Path) -> Iterator[Contestant | LeftOut]:
    """Give stock Connexion and FastAPI, with rows that were made before."""
    file = folder / "rows.json"
    file.write_text(json.dumps(rows))
    yield _application(
        STOCK, "stock_connexion", f"AsyncApp {_version('connexion')}, document as 3.0", file, KEY, str(DOCUMENT)
    )
    if importlib.util.find_spec("fastapi") is None:
        yield LeftOut("FastAPI", "it is not installed; the extra `test` brings it")
    else:
        yield _application("FastAPI", "fastapi_rows", f"FastAPI {_version('fastapi')}", file, KEY)


def _application(name: str, module: str, about: str, *arguments: str | Path) -> Contestant:
    return Contestant(
        name,
        about,
        lambda port: [sys.executable, "-m", f"benchmarks.applications.{module}", str(port), *map(str, arguments)],
        {"PYTHONWARNINGS": "ignore"},
    )


def _version(package: str) -> str:
    return importlib.metadata.version(package)
