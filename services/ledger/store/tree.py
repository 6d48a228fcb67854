"""Reads the Merkle tree of a book and its signed heads: for proofs, exports and the public page.

Takes part of what `schedule` keeps; the events behind the last kept node are read as leaves. What is given was
committed at one moment each, and never changes afterwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, LiteralString

import psycopg

from services.chassis.clock import rfc3339
from services.ledger.tree import (
    STEP,
    TOP,
    Known,
    Range,
    Rows,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    rows_of,
)

MOST_LEAVES = 65_536
"""So many events may lie behind the last kept node; else the tree is still being built up."""

Connection = psycopg.Connection[tuple[Any, ...]]

HEAD: LiteralString = "SELECT book, number, size, root, hash, accounts, time, kid, jws FROM tree_heads "
"""Rows for `head_of`."""
# A range at a time by the key, whatever the planner thinks of the tables' sizes.
_NODES: LiteralString = """
SELECT found.* FROM unnest(%(levels)s::int[], %(firsts)s::bigint[], %(ends)s::bigint[]) AS r (of_level, first, before)
CROSS JOIN LATERAL (
    SELECT level, n.number, hash FROM tree_nodes n
    WHERE book = %(book)s AND level = of_level AND n.number >= first AND n.number < before OFFSET 0) AS found"""
_LEAVES: LiteralString = """
SELECT found.* FROM unnest(%(firsts)s::bigint[], %(ends)s::bigint[]) AS r (first, before)
CROSS JOIN LATERAL (
    SELECT position - 1, hash FROM events
    WHERE book = %(book)s AND position > first AND position <= before OFFSET 0) AS found"""
_KEPT: LiteralString = """
SELECT level, (SELECT number + 1 FROM tree_nodes n WHERE book = %(book)s AND n.level = r.level
               ORDER BY number DESC LIMIT 1) FROM unnest(%(levels)s::int[]) AS r (level)"""


class TreeBehind(Exception):
    """The tree is not kept far enough yet to prove anything."""

    def __init__(self) -> None:
        super().__init__("The tree over the events is still being built up. Try again in a minute.")


@dataclass(frozen=True, slots=True)
class TreeHead:
    """A signed head as it is stored. `hash` is the chain's at `size`; `jws` is what counts."""

    book: str
    number: int
    size: int
    root: bytes
    hash: bytes
    accounts: int
    time: str
    kid: str
    jws: str


def newest_head(connection: Connection, book: str) -> TreeHead | None:
    """The last that was signed."""
    return _head(connection, HEAD + "WHERE book = %s ORDER BY number DESC LIMIT 1", book)


def covering_head(connection: Connection, book: str, position: int) -> TreeHead | None:
    """The first that covers a position."""
    return _head(connection, HEAD + "WHERE book = %s AND size >= %s ORDER BY size LIMIT 1", book, position)


def heads_before(connection: Connection, book: str, before: int | None, limit: int) -> list[TreeHead]:
    """The newest with a smaller number than `before`, newest first."""
    query: LiteralString = (
        HEAD + "WHERE book = %s AND (%s::bigint IS NULL OR number < %s) ORDER BY number DESC LIMIT %s"
    )
    rows = connection.execute(query, (book, before, before, limit)).fetchall()
    return [head_of(row) for row in rows]


def head_of_size(connection: Connection, book: str, size: int) -> TreeHead | None:
    """The one that was signed at exactly that size."""
    return _head(connection, HEAD + "WHERE book = %s AND size = %s", book, size)


def inclusion_proofs(
    connection: Connection, book: str, positions: Sequence[int], size: int
) -> tuple[bytes, list[list[bytes]]]:
    """The root at `size`, and the path of each position's leaf up to it, in one reading. Raises TreeBehind."""
    wanted = [inclusion_ranges(position - 1, size) for position in positions]
    known = known_nodes(connection, book, rows_of([(0, size), *chain.from_iterable(wanted)]))
    return known.root((0, size)), [[known.root(leaves) for leaves in ranges] for ranges in wanted]


def consistency_proof(connection: Connection, book: str, first: int, second: int) -> tuple[bytes, bytes, list[bytes]]:
    """Both roots and the path between them, in one reading; 0 < first <= second. Raises TreeBehind."""
    ranges = [(0, first), (0, second), *consistency_ranges(first, second)]
    first_root, second_root, *path = _roots(connection, book, ranges)
    return first_root, second_root, path


def inclusion_path(connection: Connection, book: str, position: int, size: int) -> list[bytes]:
    """From the leaf of the event at `position` (1 to size) up to the root at `size`. Raises TreeBehind."""
    return _roots(connection, book, inclusion_ranges(position - 1, size))


def root_at(connection: Connection, book: str, size: int) -> bytes:
    """The root over the first `size` (> 0) events. Raises TreeBehind."""
    return _roots(connection, book, [(0, size)])[0]


def kept_nodes(connection: Connection, book: str) -> dict[int, int]:
    """How many complete subtrees of each level are kept: all from the first on."""
    rows = connection.execute(_KEPT, {"book": book, "levels": list(range(STEP, TOP + 1, STEP))}).fetchall()
    return {level: count or 0 for level, count in rows}


def known_nodes(connection: Connection, book: str, wanted: Sequence[Rows]) -> Known:
    """These nodes and leaves; what is not kept yet is worked out. Raises TreeBehind."""
    read, made = _parted(wanted, kept_nodes(connection, book))
    if sum(rows.end - rows.first for rows in read if not rows.level) > MOST_LEAVES:
        raise TreeBehind
    hashes = {(level, number): hash_ for level, number, hash_ in _rows(connection, _NODES, book, read, inner=True)}
    hashes |= {(0, number): leaf_hash(entry) for number, entry in _rows(connection, _LEAVES, book, read, inner=False)}
    known = Known(hashes)
    for rows in sorted(made):
        known.make(rows)
    return known


def _roots(connection: Connection, book: str, ranges: Sequence[Range]) -> list[bytes]:
    known = known_nodes(connection, book, rows_of(ranges))
    return [known.root(leaves) for leaves in ranges]


def _parted(wanted: Sequence[Rows], kept: dict[int, int]) -> tuple[list[Rows], list[Rows]]:
    """What is read, and what is made of it, lowest level first."""
    read: list[Rows] = []
    made: list[Rows] = []
    waiting = list(wanted)
    while waiting:
        rows = waiting.pop()
        middle = min(max(kept.get(rows.level, rows.end), rows.first), rows.end)
        if rows.first < middle:
            read.append(Rows(rows.level, rows.first, middle))
        if middle < rows.end:
            made.append(Rows(rows.level, middle, rows.end))
            waiting.append(made[-1].below)
    return read, made


def _rows(
    connection: Connection, query: LiteralString, book: str, read: Sequence[Rows], *, inner: bool
) -> list[tuple[Any, ...]]:
    asked = _joined(rows for rows in read if bool(rows.level) is inner)
    if not asked:
        return []
    levels, firsts, ends = zip(*((rows.level, rows.first, rows.end) for rows in asked), strict=True)
    given = {"book": book, "levels": list(levels), "firsts": list(firsts), "ends": list(ends)}
    return connection.execute(query, given, binary=True).fetchall()


def _joined(read: Iterable[Rows]) -> list[Rows]:
    """Rows that lie side by side or overlap are read as one."""
    joined: list[Rows] = []
    for rows in sorted(read):
        last = joined[-1] if joined else None
        if last and last.level == rows.level and rows.first <= last.end:
            joined[-1] = Rows(last.level, last.first, max(last.end, rows.end))
        else:
            joined.append(rows)
    return joined


def _head(connection: Connection, query: LiteralString, *parameters: Any) -> TreeHead | None:
    row = connection.execute(query, parameters).fetchone()
    return head_of(row) if row else None


def head_of(row: Sequence[Any]) -> TreeHead:
    """A head of a row of HEAD. The connection's time zone does not matter."""
    book, number, size, root, hash_, accounts, time, kid, jws = row
    return TreeHead(book, number, size, bytes(root), bytes(hash_), accounts, rfc3339(time), kid, jws)
