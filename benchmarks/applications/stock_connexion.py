"""The operation in a stock Connexion application; the document is written down to OpenAPI 3.0, which it can serve."""

import json
import secrets
import sys
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from connexion import AsyncApp

ROWS = json.loads(Path(sys.argv[2]).read_bytes())
KEY = sys.argv[3]
DOCUMENT = Path(sys.argv[4])


def written_down(value: Any) -> Any:
    """Rewrite what OpenAPI 3.0 has not: `anyOf` with null becomes `nullable`."""
    if isinstance(value, list):
        return [written_down(each) for each in value]
    if not isinstance(value, dict):
        return value
    plain = {name: written_down(each) for name, each in value.items()}
    options = [each for each in plain.get("anyOf", ()) if each.get("type") != "null"]
    if len(options) == 1:
        del plain["anyOf"]
        plain |= {**options[0], "nullable": True}
    return plain


def authenticate(api_key: str, **_options: Any) -> dict[str, str] | None:
    """Give the owner of a key."""
    return {"sub": "benchmark"} if secrets.compare_digest(api_key.encode(), KEY.encode()) else None


async def by_integration(start_date: str, end_date: str, mode: str | None = None, slug: str | None = None) -> Any:
    """Give the rows."""
    del mode, slug
    return ({"error": "bad_request", "message": "Inverted"}, 400) if start_date > end_date else ROWS


def document() -> dict[str, Any]:
    """Make the document ready."""
    made: dict[str, Any] = written_down(yaml.load(DOCUMENT.read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)))  # noqa: S506  # it is the safe one
    made["openapi"] = "3.0.3"
    made["servers"] = [{"url": "/"}]
    made["components"]["securitySchemes"]["APIKeyHeader"]["x-apikeyInfoFunc"] = f"{__name__}.authenticate"
    operation = made["paths"]["/v1/analytics/integrations/by-integration"]["get"]
    operation["operationId"] = f"{__name__}.by_integration"
    return made


if __name__ == "__main__":
    application = AsyncApp("stock")
    application.add_api(document())
    uvicorn.run(application, port=int(sys.argv[1]), access_log=False, log_level="warning")
