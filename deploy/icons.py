"""`python -m deploy.icons`: draw the pictures that a phone shows for the installed application, from the mark's rings.

The mark stands in the middle of a plain square, so a phone may cut a circle or a rounded square out of it.
"""

import struct
import zlib
from collections.abc import Iterator
from math import hypot
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "services/gateway/static"
SIZES = (192, 512)
GROUND, RINGS = (0x12, 0x60, 0x4A), (0xFF, 0xFE, 0xFB)
_CENTRES, _RADIUS, _WIDTH = ((12, 16), (20, 16)), 9.0, 3.4
"""As in static/mark.svg, which is 32 wide."""
_SHARE = 0.62
"""Of the square that the mark takes: phones promise to show a circle of 0.8."""
_MARK_WIDTH = 29.4
_SHADES = 32


def picture(size: int) -> bytes:
    """A PNG with that many pixels each way, in the shades between the two colours."""
    rows = b"".join(b"\x00" + bytes(_row(y, size)) for y in range(size))
    header = struct.pack(">IIBBBBB", size, size, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", _palette()), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(name, content) for name, content in parts)


def drawing() -> str:
    """The same as SVG, for whoever takes it."""
    scale = 32 * _SHARE / _MARK_WIDTH
    rings = "".join(f'<circle cx="{x}" cy="{y}" r="{_RADIUS:g}"/>' for x, y in _CENTRES)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="{_hex(GROUND)}" d="M0 0h32v32H0z"/>'
        f'<g fill="none" stroke="{_hex(RINGS)}" stroke-width="{_WIDTH}" '
        f'transform="translate(16 16) scale({scale:.4f}) translate(-16 -16)">{rings}</g></svg>\n'
    )


def _row(y: int, size: int) -> Iterator[int]:
    unit = size * _SHARE / _MARK_WIDTH
    down = (y + 0.5 - size / 2) / unit + 16
    for x in range(size):
        across = (x + 0.5 - size / 2) / unit + 16
        edge = min(abs(hypot(across - cx, down - cy) - _RADIUS) - _WIDTH / 2 for cx, cy in _CENTRES)
        # A pixel is as much ring as lies inside the edge: half of it when the edge goes through its middle.
        yield round(min(max(0.5 - edge * unit, 0.0), 1.0) * (_SHADES - 1))


def _palette() -> bytes:
    shares = (shade / (_SHADES - 1) for shade in range(_SHADES))
    return bytes(round(low + (high - low) * share) for share in shares for low, high in zip(GROUND, RINGS, strict=True))


def _part(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _hex(colour: tuple[int, int, int]) -> str:
    return "#" + bytes(colour).hex()


if __name__ == "__main__":
    (FOLDER / "app.svg").write_text(drawing(), encoding="utf-8")
    for each in SIZES:
        (FOLDER / f"app-{each}.png").write_bytes(picture(each))
