"""A history that never was, without a fault in it: what somebody makes who knows all the rules. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from services.ledger.audit import Fold
from services.ledger.chain import genesis_hash, link

MORE = 100
"""By so much the forger raises an amount; minor units."""

_COMPLETED, _INITIATED = "ledger.transfer-completed.v1", "ledger.transfer-initiated.v1"
_TRIES = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An event as it is stored."""

    position: int
    prev_hash: bytes
    hash: bytes
    body: bytes


class NothingToForge(Exception):
    """The book has no transfer that could have been a little larger."""

    def __init__(self) -> None:
        super().__init__("The book has no completed transfer between two members whose amount could be another one.")


def rechained(book: str, lines: Sequence[Line]) -> list[Line]:
    """The same bytes, each hash worked out again from the beginning."""
    found, hash_ = [], genesis_hash(book)
    for line in lines:
        following = link(hash_, line.position, line.body)
        found.append(Line(line.position, hash_, following, line.body))
        hash_ = following
    return found


def target(book: str, lines: Sequence[Line]) -> "Target":
    """The first transfer, from the middle of the book on and then from its beginning, that can be forged whole."""
    documents = [orjson.loads(line.body) for line in lines]
    for tried, found in enumerate(_candidates(documents)):
        if tried >= _TRIES:
            break
        if not _findings(book, forged(book, lines, found)):
            return found
    raise NothingToForge


@dataclass(frozen=True, slots=True)
class Target:
    """A transfer that was completed between two, and where."""

    transfer_id: str
    initiated: int
    completed: int
    payer: str
    payee: str


def forged(book: str, lines: Sequence[Line], chosen: Target) -> list[Line]:
    """The whole book as if more had been paid with that transfer: every later balance and every hash fits."""
    changed = []
    for line in lines:
        document = orjson.loads(line.body)
        data = document["data"]
        if line.position == chosen.initiated:
            data["amount"] += MORE
            _shift(data["legs"], chosen, ("amount",))
        elif document["type"] == _COMPLETED and line.position >= chosen.completed:
            names = ("amount", "balance") if line.position == chosen.completed else ("balance",)
            _shift(data["entries"], chosen, names)
        changed.append(Line(line.position, b"", b"", canonical(document)))
    return rechained(book, changed)


def canonical(document: dict[str, Any]) -> bytes:
    """RFC 8785, for what events are made of."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def _shift(legs: list[dict[str, Any]], chosen: Target, names: Sequence[str]) -> None:
    for leg in legs:
        sign = {chosen.payer: -1, chosen.payee: 1}.get(leg["account"], 0)
        for name in names:
            leg[name] += sign * MORE


def _candidates(documents: Sequence[dict[str, Any]]) -> Iterator[Target]:
    """Every member's transfer without a fee, those from the middle on first."""
    proposed: dict[str, tuple[int, dict[str, Any]]] = {}
    found = []
    for position, document in enumerate(documents, 1):
        data = document["data"]
        if document["type"] == _INITIATED and data["kind"] == "transfer":
            proposed[data["transfer_id"]] = (position, data)
        elif document["type"] == _COMPLETED and data["transfer_id"] in proposed:
            initiated, proposal = proposed[data["transfer_id"]]
            found.append(Target(data["transfer_id"], initiated, position, proposal["payer"], proposal["payee"]))
    middle = len(documents) // 2
    yield from (each for each in found if each.initiated >= middle)
    yield from (each for each in found if each.initiated < middle)


def _findings(book: str, lines: Sequence[Line]) -> bool:
    fold = Fold(book)
    for line in lines:
        fold.take(line.position, line.prev_hash, line.hash, line.body)
    fold.end()
    return bool(fold.findings)
