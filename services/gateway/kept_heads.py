"""Heads that somebody kept: read from whatever file they are in, and what this browser remembers. Pure.

Who made a head is not asked here: it is compared with the ledger's tree, and counts as far as its reader trusts it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from services.gateway.proving import LONGEST_JWS, payload_of

MOST_BYTES = 500_000
_ROOT = re.compile(r"[0-9a-f]{64}")
_JWS = re.compile(r"[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}")
_LARGEST = 2**53
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Kept:
    """How many events a head covers, and the root of the tree over them."""

    size: int
    root: str


def kept(size: str, root: str) -> Kept | None:
    """What was typed, if it can be a head."""
    plain, hex_ = size.replace(",", "").strip(), root.strip().lower()
    if not (plain.isascii() and plain.isdigit() and len(plain) < 17 and _ROOT.fullmatch(hex_)):
        return None
    return Kept(int(plain), hex_) if 0 < int(plain) <= _LARGEST else None


def newest_in(text: str) -> Kept | None:
    """The largest head in a file: as this site gives them, alone, in lists, or as bare signed words (JWS)."""
    try:
        words = list(_words_in(orjson.loads(text), 0))
    except ValueError:
        words = []
    heads = [_head_of(word) for word in words or _JWS.findall(text)]
    return max((head for head in heads if head), key=lambda head: head.size, default=None)


def _words_in(value: Any, depth: int) -> Iterator[str]:
    """Every text in a document that may be signed."""
    if isinstance(value, str) and _JWS.fullmatch(value) and len(value) <= LONGEST_JWS:
        yield value
    elif isinstance(value, dict | list) and depth < _DEEPEST:
        for each in value.values() if isinstance(value, dict) else value:
            yield from _words_in(each, depth + 1)


def _head_of(jws: str) -> Kept | None:
    said = payload_of(jws)
    return kept(str(said.get("size", "")), str(said.get("root", "")))
