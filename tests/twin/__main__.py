"""Runs the twin as a process: `python -m tests.twin [--port 8000] [--api-key KEY] [--today YYYY-MM-DD]`."""

import argparse
import socket
from datetime import date

import uvicorn

from tests.twin.application import API_KEY, Twin, create


def main() -> None:
    """Serve until stopped; `--port 0` takes a free port. Prints its URL once it listens."""
    parser = argparse.ArgumentParser(prog="python -m tests.twin", description="The vendor's twin.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--api-key", default=API_KEY)
    parser.add_argument("--today", type=date.fromisoformat, help="the last day with traffic")
    options = parser.parse_args()
    application = create(Twin(api_key=options.api_key, today=options.today))
    with socket.create_server(("127.0.0.1", options.port)) as listener:
        print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)  # noqa: T201 - its output
        uvicorn.Server(uvicorn.Config(application, log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    main()
