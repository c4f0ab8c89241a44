"""The code blocks of a page: ```` ```sh ```` is run as it stands, further words say how."""

from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

DOCS = Path(__file__).parents[2] / "docs"


@dataclass(frozen=True)
class Block:
    """A block of code.

    Attributes:
        info: what follows its fence, as `sh serve`.
        code: what is in it.
        line: where it begins.

    """

    info: str
    code: str
    line: int


def blocks(page: str, info: str) -> list[Block]:
    """List the blocks of a page with this `info`."""
    tokens = MarkdownIt().parse((DOCS / page).read_text("utf-8"))
    found = [Block(token.info, token.content, (token.map or [0])[0] + 1) for token in tokens if token.type == "fence"]
    return [block for block in found if block.info == info]
