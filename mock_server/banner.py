"""What the mock prints when it is ready."""

import shlex
from datetime import date, timedelta
from typing import Final

from mock_server.document.openapi import Document
from mock_server.settings import Settings

_DAYS: Final = 7


def banner(url: str, settings: Settings, document: Document, path: str | None, today: date) -> str:
    """Write the banner: the URL first, for programs that wait for it, and a curl line that works when pasted.

    Args:
        url: where the mock answers.
        settings: the server's settings.
        document: the document that it serves.
        path: the path of the operation that has rows, where the document has it.
        today: the last day with traffic.

    """
    key = settings.api_keys[0].value
    if path is None:
        curl = f"curl {shlex.quote(f'{url}/openapi.json')}"
    else:
        query = f"start_date={today - timedelta(days=_DAYS - 1)}&end_date={today}"
        curl = f"curl -H {shlex.quote(f'x-api-key: {key}')} {shlex.quote(f'{url}{path}?{query}')}"
    return "\n".join(
        (
            f"feather-mock is ready: {url}",
            f"  serves  {document.title} {document.version}, from {settings.document}",
            f"  docs    {url}/docs",
            f"  key     {key}",
            f"  try     {curl}",
            "  stop    Ctrl-C",
        )
    )
