"""Entries of the audit log, as the directory answers them."""

from typing import Any

from tests.gateway.network import FARM, NOW, Network
from tests.gateway.standin import Streams

HASH = "9f2c" * 16
ACCEPTED: dict[str, Any] = {"before": {"status": "pending"}, "after": {"status": "accepted"}}
SECRET_ADMIN = "admin-root-secret"


def a_log_entry(position: int, action: str, **changes: Any) -> dict[str, Any]:
    """As administrators and auditors get it."""
    entry = {
        "position": position, "time": NOW, "action": action, "subject": f"entity/{FARM}", "concerns": [],
        "actor": f"admin:{SECRET_ADMIN}", "category": "admin", "on_behalf_of": None, "origin": "",
        "correlation_id": f"request-{position}", "before": {}, "after": {}, "reason": "", "erased": False, "hash": HASH,
    }  # fmt: skip
    return entry | changes


def an_own_entry(position: int, action: str, **changes: Any) -> dict[str, Any]:
    """As those get it whom it is about."""
    entry = {
        "position": position, "time": NOW, "action": action, "subject": f"entity/{FARM}", "before": {}, "after": {},
        "reason": "", "erased": False, "by": {"kind": "administrator", "name": ""}, "on_behalf_of": None,
    }  # fmt: skip
    return entry | changes


_FILES = {
    "ndjson": Streams([b"{}\n"], "application/x-ndjson", "audit-log.ndjson"),
    "csv": Streams([b"position\n"], "text/csv", "audit-log.csv"),
}


def furnish_log(network: Network, user_id: str, note: str = "Known since years.") -> None:
    """A page of each kind of log."""
    transfer = {"status": "initiated", "payer": "1234567890123452", "amount": 2500}
    entries = [
        a_log_entry(12, "entity.status-changed", **ACCEPTED, reason=note),
        a_log_entry(11, "account.limits-changed", before={"max_negative": 0}, after={"max_negative": 10000}),
        a_log_entry(10, "transfer.initiated", subject="transfer/t-1", concerns=[f"entity/{FARM}"], after=transfer,
                    actor=f"user:{user_id}", category="user", on_behalf_of=None),
        a_log_entry(9, "two-factor.switched-on", subject=f"user/{user_id}", erased=True,
                    on_behalf_of=f"user:{user_id}"),
        a_log_entry(8, "category.renamed", subject="category/food", actor="system:schedule", category="system"),
    ]  # fmt: skip
    names = {f"user/{user_id}": {"name": "Ann Archer", "email": "ann@farm.example"}, f"entity/{FARM}": {"name": note}}
    page = {"entries": entries, "next": 8, "total": 12, "total_is_least": False, "names": names}
    network.directory.on("GET", "/audit", page)
    state = {"head": {"position": 12, "hash": HASH}, "checked": {"at": NOW, "erased": 1, "head": {"position": 11}},
             "signed": {"number": 3, "position": 11, "time": NOW, "kid": "a-key"}}  # fmt: skip
    network.directory.on("GET", "/audit/state", state)
    head = {"number": 3, "position": 11, "hash": HASH, "time": NOW, "kid": "a-key", "jws": "a.b.c"}
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "abc", "kid": "a-key"}
    network.directory.on("GET", "/audit/heads", {"iss": "/directory/audit", "keys": [jwk], "heads": [head]})
    network.directory.on("GET", "/audit/export", lambda asked: _FILES[asked.query["format"]])
    own = [
        an_own_entry(12, "entity.status-changed", **ACCEPTED, reason=note),
        an_own_entry(11, "user.viewed"),
        an_own_entry(10, "transfer.initiated", after=transfer, by={"kind": "you", "name": ""}),
        an_own_entry(9, "entity.changed", before={"city": "Hull"}, by={"kind": "colleague", "name": note},
                     on_behalf_of={"kind": "you", "name": ""}),
        an_own_entry(8, "entity.changed", erased=True, by={"kind": "system", "name": ""}),
    ]  # fmt: skip
    network.directory.on("GET", f"/users/{user_id}/audit", {"entries": own, "next": None})
    network.directory.on("GET", f"/entities/{FARM}/audit", {"entries": own, "next": 8})
