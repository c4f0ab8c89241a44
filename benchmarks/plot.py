"""The speeds as a picture: one SVG file, readable in light and dark."""

from collections.abc import Sequence
from html import escape
from typing import Final

from benchmarks import ours
from benchmarks.field import Field

_WIDTH: Final = 760
_LEFT: Final = 190
_ROW: Final = 30
_TOP: Final = 64
_BAR: Final = 16
_STYLE: Final = """
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .quiet { fill: #59636e; font-size: 12px; }
  .grid { stroke: #d1d9e0; }
  .mine { fill: #0969da; } .all { fill: #1a7f37; } .part { fill: #9a6700; } .none { fill: #818b98; }
  .spread { stroke: #1f2328; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; } .quiet { fill: #9198a1; } .grid { stroke: #3d444d; } .spread { stroke: #f0f6fc; }
    .mine { fill: #4493f8; } .all { fill: #3fb950; } .part { fill: #d29922; } .none { fill: #656c76; }
  }
"""


def draw(field: Field) -> str:
    """Draw each contestant's rate as a share of the bare application's, its spread, and how much it does."""
    bare = field.rates[ours.BARE]
    names = sorted(field.rates, key=lambda name: -field.rates[name].ratio(bare))
    height = _TOP + _ROW * len(names) + 46
    body = [
        '<text class="title" x="16" y="26">Requests a second, as a share of a bare ASGI application</text>',
        '<text class="quiet" x="16" y="46">No request comes twice; the line is the spread of the rounds.</text>',
        *_grid(len(names)),
    ]
    for row, name in enumerate(names):
        rate = field.rates[name]
        ratios = [mine / theirs for mine, theirs in zip(rate.figures, bare.figures, strict=True)]
        body += _bar(row, name, rate.ratio(bare), ratios, _kind(field, name))
    body += _legend(height - 14)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-label="{escape(_spoken(field, names))}">\n<style>{_STYLE}</style>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _kind(field: Field, name: str) -> str:
    if name in {ours.MOCK, ours.VALIDATED}:
        return "mine"
    if name == ours.BARE:
        return "none"
    return "part" if field.deeds[name].wrong_key >= 400 else "none"


def _x(ratio: float) -> float:
    return _LEFT + ratio * (_WIDTH - _LEFT - 70)


def _grid(rows: int) -> list[str]:
    bottom = _TOP + _ROW * rows
    lines = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        lines.append(f'<line class="grid" x1="{_x(share):.1f}" x2="{_x(share):.1f}" y1="{_TOP - 6}" y2="{bottom}"/>')
    return lines


def _bar(row: int, name: str, ratio: float, ratios: Sequence[float], kind: str) -> list[str]:
    y = _TOP + _ROW * row
    middle = y + _BAR / 2
    end = max(_x(max(ratios)), _x(ratio))
    return [
        f'<text x="{_LEFT - 10}" y="{y + 13}" text-anchor="end">{escape(name)}</text>',
        f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{_x(ratio) - _LEFT:.1f}" height="{_BAR}" rx="2"/>',
        f'<line class="spread" x1="{_x(min(ratios)):.1f}" x2="{_x(max(ratios)):.1f}" y1="{middle}" y2="{middle}"/>',
        f'<text x="{end + 8:.1f}" y="{y + 13}">{ratio:.2f}</text>',
    ]


def _legend(y: int) -> list[str]:
    x, parts = _LEFT, []
    for kind, text in (("mine", "does all of it"), ("part", "refuses a wrong key"), ("none", "lets any key through")):
        parts.append(f'<rect class="{kind}" x="{x}" y="{y - 11}" width="12" height="12" rx="2"/>')
        parts.append(f'<text class="quiet" x="{x + 18}" y="{y}">{text}</text>')
        x += 165
    return parts


def _spoken(field: Field, names: Sequence[str]) -> str:
    bare = field.rates[ours.BARE]
    return "; ".join(f"{name}: {field.rates[name].ratio(bare):.2f}" for name in names)
