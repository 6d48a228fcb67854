"""A small book with right hashes, and what a ledger that keeps it says of its events: proofs, exports, lists.

The trees are those of RFC 9162, 2.1, written from its text.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.gateway.network import BAKERY_ACCOUNT, FARM, FARM_ACCOUNT, NOW
from tests.gateway.proven import a_head, a_key
from tests.gateway.standin import Asked, Streams, problem

Document = dict[str, Any]


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """2.1.1."""
    if len(leaves) == 1:
        return sha(b"\x00", leaves[0])
    left = _left(leaves)
    return sha(b"\x01", root_of(leaves[:left]), root_of(leaves[left:]))


def inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """2.1.3.1."""
    if len(leaves) == 1:
        return []
    left = _left(leaves)
    if index < left:
        return [*inclusion(index, leaves[:left]), root_of(leaves[left:])]
    return [*inclusion(index - left, leaves[left:]), root_of(leaves[:left])]


def consistency(first: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """2.1.4.1."""
    if first == len(leaves):
        return [] if whole else [root_of(leaves)]
    left = _left(leaves)
    if first <= left:
        return [*consistency(first, leaves[:left], whole=whole), root_of(leaves[left:])]
    return [*consistency(first - left, leaves[left:], whole=False), root_of(leaves[:left])]


def _left(leaves: Sequence[bytes]) -> int:
    return 1 << (len(leaves) - 1).bit_length() - 1


def some_events() -> list[tuple[str, str, Document]]:
    """Type, subject and data; the transfer that completes is `transfer-1`."""
    way = {"payer": FARM_ACCOUNT, "payee": BAKERY_ACCOUNT, "initiator": FARM_ACCOUNT, "kind": "transfer"}
    legs = [{"account": FARM_ACCOUNT, "amount": -2500}, {"account": BAKERY_ACCOUNT, "amount": 2500}]
    entries = [leg | {"balance": leg["amount"]} for leg in legs]
    farm, bakery, one, two = f"account/{FARM_ACCOUNT}", f"account/{BAKERY_ACCOUNT}", "transfer-1", "transfer-2"
    limits = {"max_negative": 10_000, "max_positive": 50_000}
    asked = {"direction": "pay", "amount": 2500, "legs": legs}
    return [
        ("account-opened", farm, {"account": FARM_ACCOUNT, "entity_id": FARM, **limits, "max_negative": 0}),
        ("account-opened", bakery, {"account": BAKERY_ACCOUNT, "entity_id": "entity-b", **limits}),
        ("account-limits-changed", farm, {"account": FARM_ACCOUNT, **limits, "previous": {"max_negative": 0,
            "max_positive": 50_000}, "reason": "Steady trade for three months"}),
        ("transfer-initiated", f"transfer/{one}", way | asked | {"transfer_id": one, "description": "Bread"}),
        ("transfer-completed", f"transfer/{one}", {"transfer_id": one, "entries": entries,
            "accepted_by": BAKERY_ACCOUNT}),
        ("transfer-initiated", f"transfer/{two}", way | asked | {"transfer_id": two, "description": "<b>Cakes</b>"}),
        ("transfer-cancelled", f"transfer/{two}", {"transfer_id": two, "kind": "system", "code": "limit",
            "reason": "The limit did not allow it", "by": ""}),
        ("book-policy-changed", "book/policy", {"warning_percent": 80, "reason": "As the members decided"}),
        ("account-standing-changed", bakery, {"account": BAKERY_ACCOUNT, "previous": "frozen", "standing": "trading"}),
    ]  # fmt: skip


@dataclass(frozen=True)
class Book:
    """Canonical texts in their order, and the chain's hashes: the genesis first."""

    texts: Sequence[str]
    chain: Sequence[bytes]
    signed: int
    """The size of the newest head."""

    @property
    def leaves(self) -> Sequence[bytes]:
        return self.chain[1:]

    def head(self, size: int) -> Document | None:
        """Of the newest size, and of each fourth."""
        if size > self.signed or (size != self.signed and size % 4):
            return None
        return a_head(size // 4 + 1, size, root=root_of(self.leaves[:size]).hex(), hash=self.chain[size].hex())

    def tree(self, asked: Asked) -> Any:
        """GET /tree/inclusion."""
        position, size = int(asked.query["position"]), int(asked.query.get("size", self.signed))
        if not position <= size <= self.signed:
            return problem(404, "proof.not_covered")
        return {"position": position, **self._shared(size), **self._placed(position, size)}

    def continued(self, asked: Asked) -> Any:
        """GET /tree/consistency."""
        first, second = int(asked.query["first"]), int(asked.query.get("second", self.signed))
        if not first <= second <= self.signed:
            return problem(404, "proof.not_covered")
        leaves = self.leaves[:second]
        return {
            "book": "main", "first": first, "second": second, "first_root": root_of(leaves[:first]).hex(),
            "second_root": root_of(leaves).hex(), "path": [step.hex() for step in consistency(first, leaves)],
        }  # fmt: skip

    def exported(self, asked: Asked) -> Any:
        """GET /export, of one event."""
        first = int(asked.query["first"])
        if first > self.signed:
            return problem(404, "proof.not_covered")
        header = {
            "mccs_export": 1,
            "book": "main",
            "unit": "tea",
            "first": first,
            "prev_hash": self.chain[first - 1].hex(),
        }
        event = f'{{"event":{self.texts[first - 1]},"hash":"{self.chain[first].hex()}"}}'
        lines = [json.dumps(header | {"keys": [a_key()]}), event, json.dumps({"manifest": {"first": first}})]
        return Streams([f"{line}\n".encode() for line in lines], "application/x-ndjson", f"main-{first}.ndjson")

    def listed(self, asked: Asked) -> Any:
        """GET /audit/changes and /audit/events, of any type: the newest first, all on one page."""
        first, last = int(asked.query.get("from_position", 1)), int(asked.query.get("to_position", len(self.texts)))
        if last > len(self.texts):
            return problem(400, "request.invalid", errors={"to_position": ["Not yet."]})
        rows = [self._row(position) for position in range(last, first - 1, -1)]
        wanted = asked.query.get("type", "")
        rows = [row for row in rows if wanted in row["type"] and asked.query.get("account", "") in row["data"]]
        return {
            "rows": rows, "next": None, "from_position": first, "to_position": last, "looked_from": first,
            "looked_to": last,
        }  # fmt: skip

    def of_transfer(self, asked: Asked) -> Any:
        """GET /transfers/transfer-1/proof."""
        is_auditor = bool(asked.caller.roles & {"admin", "auditor"})
        events = [
            {"position": position, "type": self._row(position)["type"], "prev_hash": self.chain[position - 1].hex(),
             "event": self.texts[position - 1] if is_auditor or position == 4 else None,
             **self._placed(position, self.signed)}
            for position in (4, 5)
        ]  # fmt: skip
        return {"transfer_id": "transfer-1", **self._shared(self.signed), "events": events}

    def _shared(self, size: int) -> Document:
        return {"book": "main", "size": size, "root": root_of(self.leaves[:size]).hex(), "head": self.head(size)}

    def _placed(self, position: int, size: int) -> Document:
        path = inclusion(position - 1, self.leaves[:size])
        return {"leaf": self.chain[position].hex(), "path": [step.hex() for step in path]}

    def _row(self, position: int) -> Document:
        event = json.loads(self.texts[position - 1])
        shown = {name: event[name] for name in ("time", "type", "subject", "actor")}
        return {"position": position, **shown, "on_behalf_of": None, "data": json.dumps(event["data"])}


def a_book(signed: int = 8) -> Book:
    """Nine events, of which `signed` are."""
    texts: list[str] = []
    chain = [sha(b"mccs ledger, book main, genesis")]
    for position, (type_, subject, data) in enumerate(some_events(), 1):
        event = {
            "specversion": "1.0", "id": f"id-{position}", "source": "/ledger/main", "partitionkey": "main", "time": NOW,
            "type": f"ledger.{type_}.v1", "subject": subject, "sequence": f"{position:020}", "data": data,
            "actor": "admin:admin-root" if "changed" in type_ else "user:user-ann", "correlationid": "c" * 8,
        }  # fmt: skip
        texts.append(json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
        chain.append(sha(chain[-1], position.to_bytes(8, "big"), texts[-1].encode()))
    return Book(texts, chain, signed)
