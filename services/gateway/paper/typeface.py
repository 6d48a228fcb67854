"""The letters of printed statements: Source Sans Pro, what it can show, and lines no wider than a column."""

import unicodedata
from functools import lru_cache

import font_source_sans_pro
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "SourceSansPro", "SourceSansProSemibold"
UNKNOWN = "\N{BALLOT BOX}"
"""Stands for what the typeface lacks."""


@lru_cache(maxsize=1)
def prepare() -> frozenset[int]:
    """Read the typeface, once a process; what it can show."""
    for name in (REGULAR, BOLD):
        pdfmetrics.registerFont(TTFont(name, font_source_sans_pro.font_files_ttf[name]))
    return frozenset(set.intersection(*(set(pdfmetrics.getFont(name).face.charWidths) for name in (REGULAR, BOLD))))


def printable(text: str) -> str:
    """`text` on one line, with a box for every character that the typeface lacks."""
    known = prepare()
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    shown = (letter if ord(letter) in known else UNKNOWN for letter in plain if _is_visible(letter))
    return "".join(shown)


def width(text: str, face: str, size: float) -> float:
    """In points."""
    measured: float = pdfmetrics.stringWidth(text, face, size)
    return measured


def wrapped(text: str, face: str, size: float, most: float) -> list[str]:
    """Lines at most `most` points wide, broken between words; inside of one that is longer than a line."""
    lines, line = [], ""
    for word in text.split(" "):
        joined = f"{line} {word}" if line else word
        if width(joined, face, size) <= most:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, face, size, most)
        lines += full
    return [*lines, line] if line else lines


def _pieces(word: str, face: str, size: float, most: float) -> list[str]:
    pieces, piece, used = [], "", 0.0
    for letter in word:
        wide = width(letter, face, size)
        if piece and used + wide > most:
            pieces.append(piece)
            piece, used = "", 0.0
        piece, used = piece + letter, used + wide
    return [*pieces, piece]


def _is_visible(letter: str) -> bool:
    # Controls, joiners and marks of direction have no shape of their own.
    return unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn") and not 0xFE00 <= ord(letter) <= 0xFE0F
