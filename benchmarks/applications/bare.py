"""The limit of a Python server: a bare ASGI application that sends a file, whatever it is asked."""

import sys
from pathlib import Path
from typing import Any

import uvicorn

BODY = Path(sys.argv[2]).read_bytes()
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(BODY))]


async def application(scope: Any, _receive: Any, send: Any) -> None:
    """Send the file."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": BODY})


if __name__ == "__main__":
    uvicorn.run(application, port=int(sys.argv[1]), access_log=False, log_level="warning", lifespan="off")
