"""What a ledger says that proves itself: heads, keys, codes, views. Shapes as in docs/internal-api.md."""

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.gateway.network import FARM_ACCOUNT, NOW, Network, a_statement, an_entry
from tests.gateway.standin import Asked, Says, problem

CODE = "0123456789ABCDEFGHJK"
PRINTED = "0123-4567-89AB-CDEF-GHJK"
KID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
STATEMENT = f"/accounts/{FARM_ACCOUNT}/statement"
CODES = f"/accounts/{FARM_ACCOUNT}/statement-codes"


def a_head(number: int = 7, size: int = 1042, **changes: Any) -> dict[str, Any]:
    head = {
        "book": "main", "number": number, "size": size, "root": "5d" * 32, "hash": "9f" * 32, "sum": 0,
        "accounts": 60, "time": NOW,
    } | changes  # fmt: skip
    return {"kid": KID, "jws": signed({**head, "iss": "/ledger/main"})} | head


def signed(payload: dict[str, Any]) -> str:
    """A JWS by the key of RFC 8037, A.1: the one that `a_key` shows."""
    key = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A="))
    said = ".".join(_words(part) for part in ({"alg": "EdDSA", "kid": KID, "typ": "mccs-head+jwt"}, payload))
    return f"{said}.{_base64(key.sign(said.encode()))}"


def _words(part: dict[str, Any]) -> str:
    return _base64(json.dumps(part, sort_keys=True, separators=(",", ":")).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def a_key(**changes: Any) -> dict[str, Any]:
    key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "kid": KID}
    return key | {"use": "sig", "alg": "EdDSA", "added_at": NOW} | changes


def some_facts(listed: list[dict[str, Any]] | None = None, **changes: Any) -> dict[str, Any]:
    """What a code stands for; `listed` are the entries of the statement, newest first."""
    entries = listed or []
    amounts = [entry["amount"] for entry in entries]
    opening = entries[-1]["balance"] - entries[-1]["amount"] if entries else 0
    facts = {
        "code": CODE, "book": "main", "unit": "ocn-uk", "account": FARM_ACCOUNT,
        "from": "2026-01-01T00:00:00.000000Z", "to": "2026-02-01T00:00:00.000000Z", "from_position": 3,
        "to_position": 1000, "opening_balance": opening, "closing_balance": opening + sum(amounts),
        "entries": len(entries), "paid": -sum(amount for amount in amounts if amount < 0),
        "received": sum(amount for amount in amounts if amount > 0), "made_at": "2026-02-03T09:30:00.000000Z",
        "holds": True, "head": a_head(), "path": ["ab" * 32, "cd" * 32], "leaf": "ef" * 32,
    }  # fmt: skip
    return facts | changes


def furnish_proofs(network: Network) -> None:
    """Signed heads, a key, and one code that holds."""
    ledger = network.ledger
    ledger.on("GET", "/tree/head", a_head())
    ledger.on("GET", "/tree/heads", heads_asked)
    ledger.on("GET", "/tree/keys", {"keys": [a_key()]})
    ledger.on("POST", "/tree/heads", a_head(8, 1050))
    ledger.on("GET", f"/statement-codes/{CODE}", some_facts(some_entries(3)))


def furnish_file(network: Network, listed: list[dict[str, Any]], **changes: Any) -> None:
    """The ledger's side of a statement file: `listed`, newest first, and a code for them."""
    network.ledger.on("POST", CODES, some_facts(listed, **changes))
    network.ledger.on("GET", STATEMENT, lambda asked: statement_asked(asked, listed))


def heads_asked(asked: Asked) -> dict[str, Any]:
    """Pages of the seven heads."""
    below = min(int(asked.query.get("before", 8)), 8)
    numbers = range(below - 1, 0, -1)[: int(asked.query.get("limit", 20))]
    shown = [a_head(number, 100 * number) for number in numbers]
    last = shown[-1]["number"] if shown else 1
    return {"heads": shown, "next": last if last > 1 else None}


def statement_asked(asked: Asked, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """A page of a statement, newest first, forwards from `after` as the ledger does it."""
    limit = int(asked.query.get("limit", 20))
    if "after" not in asked.query:
        return a_statement(entries[:limit])
    later = [entry for entry in entries if entry["position"] > int(asked.query["after"])]
    shown = later[-limit:]
    return a_statement(shown, previous=shown[0]["position"] if len(later) > limit else None)


def some_entries(count: int, **changes: Any) -> list[dict[str, Any]]:
    """Entries of a statement, newest first; balances run."""
    entries, balance = [], 500
    for number in range(count):
        amount = -2500 if number % 2 else 1234
        balance += amount
        entries.append(an_entry(3 * number + 4, amount, balance, f"Delivery {number}", **changes))
    return entries[::-1]


def no_proofs(network: Network) -> None:
    """A ledger that has signed nothing yet."""
    furnish_proofs(network)
    network.ledger.on("GET", "/tree/head", problem(404, "head.none"))
    network.ledger.on("GET", "/tree/heads", {"heads": [], "next": None})
    network.ledger.on("GET", "/tree/keys", {"keys": []})
    network.ledger.on("GET", f"/statement-codes/{CODE}", some_facts(head=None, path=None))


DOWN = Says({"type": "internal", "title": "no", "status": 500, "detail": "", "correlation_id": ""}, 500)
