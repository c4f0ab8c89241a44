"""A vendor's FastAPI application with parameters and bodies of many kinds; the mock serves its document."""
# ruff: noqa: ARG001, PLR0913, PLR0917  # that they are many, and only declared, is the point

import enum
import uuid
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Cookie, FastAPI, Header, Query
from pydantic import BaseModel, Field


class Colour(enum.StrEnum):
    """A few names."""

    RED = "red"
    BLUE = "blue"


class Node(BaseModel):
    """Contains itself."""

    name: str
    size: int = Field(1, ge=1, le=9)
    children: list["Node"] = []
    colour: Colour | None = None
    tags: list[str] = Field([], max_length=3)


def create() -> FastAPI:
    vendor = FastAPI(title="Vendor", version="2")

    @vendor.get("/items/{item_id}")
    def item(
        item_id: int,
        q: str | None = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
        ratio: Annotated[float | None, Query(gt=0)] = None,
        flag: bool = False,
        colour: Colour | None = None,
        mode: Literal["a", "b"] = "a",
        ids: Annotated[list[int], Query()] = [],  # noqa: B006  # FastAPI copies it
        when: date | None = None,
        at: datetime | None = None,
        code: Annotated[str | None, Query(min_length=2, max_length=4)] = None,
        either: int | bool | None = None,
        token: uuid.UUID | None = None,
        x_count: Annotated[int | None, Header()] = None,
        session: Annotated[int | None, Cookie()] = None,
    ) -> dict[str, Any]:
        return {"ok": True}

    @vendor.post("/nodes")
    def add(node: Node, dry: Annotated[bool, Query()]) -> dict[str, Any]:
        return {"ok": True}

    return vendor


def document(vendor: FastAPI) -> dict[str, Any]:
    """Give the document that FastAPI writes, with an example of each success: the mock has no handler for it."""
    written = vendor.openapi()
    for item in written["paths"].values():
        for operation in item.values():
            operation["responses"]["200"]["content"]["application/json"]["example"] = {"ok": True}
    return written
