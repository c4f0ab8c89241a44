"""The operation in FastAPI: key checked, parameters validated, rows that were made before."""

import json
import secrets
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import APIKeyHeader
from pydantic import BaseModel

ROWS = json.loads(Path(sys.argv[2]).read_bytes())
KEY = sys.argv[3]


class Row(BaseModel):
    """What one integration did in the range."""

    integration_key: str
    invocations: int
    successful: int
    vendor_errors: int
    exceptions: int
    success_rate_pct: float
    p95_latency_ms: float


application = FastAPI()


async def authenticate(key: Annotated[str, Depends(APIKeyHeader(name="x-api-key"))]) -> None:
    """Refuse a wrong key."""
    if not secrets.compare_digest(key.encode(), KEY.encode()):
        raise HTTPException(401)


@application.get("/v1/analytics/integrations/by-integration", dependencies=[Depends(authenticate)])
async def by_integration(
    start_date: date, end_date: date, mode: str | None = None, slug: str | None = None
) -> list[Row]:
    """Give the rows."""
    del mode, slug
    if start_date > end_date:
        raise HTTPException(400)
    rows: list[Any] = ROWS
    return rows


if __name__ == "__main__":
    uvicorn.run(application, port=int(sys.argv[1]), access_log=False, log_level="warning")
