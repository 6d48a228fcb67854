"""One event of the ledger with all that proves it, and what was found by working that out again.

The event comes as an export of it alone (docs/audit.md): the very bytes that its hash covers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from services.gateway import proving
from services.gateway.clients import Document, Ledger, PartDown

MOST_BYTES = 1_000_000
"""Of one event with its proof: more than any command may bring."""
_BEFORE, _BETWEEN, _AFTER = b'{"event":', b',"hash":"', b'"}'


@dataclass(frozen=True, slots=True)
class Raw:
    """An event as it is stored: its text, and the chain's hashes before and behind it."""

    book: str
    position: int
    text: str
    prev_hash: str
    hash: str

    @property
    def document(self) -> Document:
        """What the text says."""
        found: Document = orjson.loads(self.text)
        return found


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was worked out: each sentence's name, and whether it is true."""

    findings: Mapping[str, bool]

    @property
    def holds(self) -> bool:
        return all(self.findings.values())


def raw_event(ledger: Ledger, position: int) -> Raw:
    """The event at a position. Raises Refused (`proof.not_covered` while it is not signed), PartDown."""
    lines = export_of(ledger, position).split(b"\n")
    try:
        header = orjson.loads(lines[0])
        line = next(line for line in lines if line.startswith(_BEFORE))
        body, _, hash_ = line.removesuffix(_AFTER).removeprefix(_BEFORE).rpartition(_BETWEEN)
        orjson.loads(body)
        return Raw(header["book"], header["first"], body.decode(), header["prev_hash"], hash_.decode())
    except (ValueError, KeyError, StopIteration) as error:
        raise PartDown("ledger") from error


def export_of(ledger: Ledger, position: int) -> bytes:
    """The export of one event, to its last line. Raises Refused, PartDown."""
    pieces, size = [], 0
    for piece in ledger.export(first=position, last=position):
        pieces.append(piece)
        size += len(piece)
        if size > MOST_BYTES:
            raise PartDown("ledger")
    return b"".join(pieces)


def proof_of(raw: Raw, inclusion: Document) -> Document:
    """Event and proof as one document, in the form of a transfer's proof: what `check_proof.py` reads."""
    event = {
        "position": raw.position,
        "type": raw.document["type"],
        "leaf": inclusion["leaf"],
        "prev_hash": raw.prev_hash,
        "path": inclusion["path"],
        "event": raw.text,
    }
    shared = {name: inclusion[name] for name in ("book", "size", "root", "head")}
    return {**shared, "events": [event]}


def examined(proof: Document, keys: Iterable[Document]) -> Evidence:
    """Works out a proof of events again: `text`, `path`, `root`, `signature`, as far as it has them."""
    events: Sequence[Document] = proof["events"]
    readable = [each for each in events if each["event"] is not None]
    found = {"text": all(map(_is_chained, readable))} if readable else {}
    found["path"] = bool(events) and all(
        proving.includes(size=proof["size"], root=proof["root"], **{name: each[name] for name in _PLACED})
        for each in events
    )
    head = proof["head"]
    if head:
        found["root"] = (head["size"], head["root"]) == (proof["size"], proof["root"])
        found["signature"] = proving.is_signed(head, keys)
    return Evidence(found)


_PLACED = ("leaf", "position", "path")


def _is_chained(each: Mapping[str, Any]) -> bool:
    try:
        return str(each["leaf"]) == proving.chained(each["prev_hash"], each["position"], each["event"].encode())
    except ValueError:
        return False
