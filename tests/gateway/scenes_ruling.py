"""The stand-ins furnished for the pages by which administrators rule money."""

from typing import Any

from tests.gateway.network import (
    ANN,
    BAKERY,
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    NOW,
    OFFICE_ACCOUNT,
    Network,
    a_completed_transfer,
)
from tests.gateway.standin import Asked

POLICY = {
    "default_max_negative": 10_000, "default_max_positive": 50_000, "expires_after_days": 30, "reminder_days": 3,
    "warning_percent": 80, "unit": "ocn-uk",
}  # fmt: skip
RULES = [
    {"account": OFFICE_ACCOUNT, "side": "payer", "fixed": 10, "basis_points": 50},
    {"account": OFFICE_ACCOUNT, "side": "payee", "fixed": 0, "basis_points": 100},
]
HISTORIES = ("/changes", f"/accounts/{FARM_ACCOUNT}/history", f"/accounts/{BAKERY_ACCOUNT}/history")


def a_change(position: int, kind: str, **data: Any) -> dict[str, Any]:
    return {"position": position, "time": NOW, "type": kind, "actor": "admin:admin-root"} | data


def a_received_transfer(**changes: Any) -> dict[str, Any]:
    """The bakery paid the farm 30.00."""
    sides = {"initiator": BAKERY_ACCOUNT, "payer": BAKERY_ACCOUNT, "payee": FARM_ACCOUNT, "accepted_by": FARM_ACCOUNT}
    return a_completed_transfer("transfer-done", **sides | {"amount": 3000} | changes)


def previewed(asked: Asked) -> dict[str, Any]:
    """As the ledger answers: every account begins with 10.00."""
    own = [
        {
            "account": leg["account"], "amount": leg["amount"], "balance": 1000, "balance_after": 1000 + leg["amount"],
            "can_pay_after": 11_000 + leg["amount"], "can_receive_after": 49_000 - leg["amount"],
            "level_after": "warning" if leg["amount"] < 0 else "ok",
        } for leg in asked.body["legs"]
    ]  # fmt: skip
    return {"legs": asked.body["legs"], "fees": [], "own": own, "expires_at": None, "completes_at_once": True}


def furnish_ruling(network: Network, note: str) -> None:
    """Rules, fees, what was changed of them, a transfer that may be undone, and who would be outside."""
    on = network.ledger.on
    on("GET", "/transfers/transfer-done", a_received_transfer(description=note))
    on("POST", "/preview", lambda asked: previewed(asked) if "legs" in asked.body else network.foreseen(asked))
    on("GET", "/policy", POLICY)
    on("GET", "/fees", {"rules": RULES})
    outside = [
        {"account": BAKERY_ACCOUNT, "entity_id": BAKERY, "balance": -9_000, "by": 4_000},
        {"account": FARM_ACCOUNT, "entity_id": FARM, "balance": -5_001, "by": 1},
    ]
    on("POST", "/limit-simulations", {"outside": outside, "count": 2, "total": 62})
    on("GET", "/changes", lambda asked: _of_the_book(asked, note))
    limits = {"max_negative": 10_000, "max_positive": 50_000}
    changes = [
        a_change(88, "consent", rules=[{"party": "any", "direction": "pay", "max_amount": None}], actor=f"user:{ANN}"),
        a_change(70, "standing", standing="trading", previous="frozen", reason=note),
        a_change(61, "limits", **limits, previous={**limits, "max_negative": 0}, reason=note),
        a_change(7, "opened", **limits, standing="trading", entity_id=BAKERY, actor="system:directory"),
    ]  # fmt: skip
    for number in (FARM_ACCOUNT, BAKERY_ACCOUNT):
        on("GET", f"/accounts/{number}/history", {"changes": changes, "next": None})


def _of_the_book(asked: Asked, note: str) -> dict[str, Any]:
    if asked.query["subject"] == "policy":
        changes = [
            a_change(90, "policy", **{**POLICY, "reason": note}),
            a_change(12, "policy", **{**POLICY, "default_max_negative": 0, "reason": "As founded"}),
        ]
    else:
        changes = [
            a_change(93, "fee-rules", rules=RULES, reason=note),
            a_change(50, "fee-rules", rules=[], reason="None at first"),
        ]
    return {"changes": changes[: int(asked.query["limit"])], "next": None}


def no_ruling(network: Network) -> None:
    """Nothing costs anything, and nothing was ever changed."""
    network.ledger.on("GET", "/fees", {"rules": []})
    network.ledger.on("POST", "/limit-simulations", {"outside": [], "count": 0, "total": 62})
    for path in HISTORIES:
        network.ledger.on("GET", path, {"changes": [], "next": None})
