"""A little network for the stand-ins: documents as docs/internal-api.md writes them."""

from typing import Any

from tests.gateway.standin import Asked, Standin, problem

ANN = "user-ann"
FARM, FARM_ACCOUNT = "entity-farm", "1000000000000008"
BAKERY, BAKERY_ACCOUNT = "entity-bakery", "2000000000000006"
OFFICE_ACCOUNT = "3000000000000004"
LATER = "2999-12-22T12:00:00.000000Z"
NOW = "2026-01-31T12:00:00.000000Z"


def a_session(session_id: str = "session-ann", **changes: Any) -> dict[str, Any]:
    """Ann, who runs the farm."""
    farm = {
        "entity_id": FARM, "account": FARM_ACCOUNT, "name": "Green Farm", "status": "tradingAccepted", "role": "owner",
    }  # fmt: skip
    session = {
        "session_id": session_id, "user_id": ANN, "kind": "member", "roles": ["member"], "email": "ann@farm.example",
        "first_name": "Ann", "last_name": "Archer", "entities": [farm], "previous_login": None,
        "expires_at": "2099-01-01T00:00:00.000000Z", "position": 41,
    }  # fmt: skip
    return session | changes


def an_admin_session(session_id: str = "session-root", **changes: Any) -> dict[str, Any]:
    admin = {
        "user_id": "admin-root", "kind": "admin", "roles": ["admin"], "email": "admin@dev.null", "entities": [],
    }  # fmt: skip
    return a_session(session_id, **admin) | changes


def an_operator_session(session_id: str = "session-olga", *, view_only: bool = False, **changes: Any) -> dict[str, Any]:
    """Olga, who works at the farm: she may pay up to 50.00, or only look."""
    part = {"role": "operator", "view_only": view_only, "max_amount": None if view_only else 5_000}
    farm = a_session()["entities"][0] | part
    return a_session(session_id, user_id="user-olga", email="olga@farm.example", entities=[farm]) | changes


def an_acting_session(session_id: str = "session-acting", **changes: Any) -> dict[str, Any]:
    """An administrator who acts for the farm."""
    acting = {"until": LATER, "reason": "Ann telephoned: she has no computer."}
    return an_admin_session(session_id, entities=a_session()["entities"], on_behalf=acting) | changes


def an_entity(entity_id: str = FARM, account: str = FARM_ACCOUNT, **changes: Any) -> dict[str, Any]:
    texts = ("telephone", "inc_type", "company_number", "website", "description", "address", "city", "region",
             "postal_code", "country")  # fmt: skip
    entity = dict.fromkeys(texts, "") | {
        "entity_id": entity_id, "account": account, "status": "tradingAccepted", "name": "Green Farm",
        "declared_turnover": None, "place": None, "offers": ["vegetables"], "wants": ["bread"], "categories": [],
        "created_at": NOW, "member_started_at": None, "version": 41,
    }  # fmt: skip
    return entity | changes


def a_bakery(**changes: Any) -> dict[str, Any]:
    return an_entity(BAKERY, BAKERY_ACCOUNT, name="Old Bakery", version=57) | changes


def an_account(account: str = FARM_ACCOUNT, balance: int = 1000, **changes: Any) -> dict[str, Any]:
    known = {
        "account": account, "entity_id": FARM, "balance": balance, "max_negative": 10_000, "max_positive": 50_000,
        "standing": "trading", "closing": False, "outside_limits": False, "can_pay": balance + 10_000,
        "can_receive": 50_000 - balance, "version": 7,
    }  # fmt: skip
    return known | changes


def a_transfer(transfer_id: str = "transfer-1", **changes: Any) -> dict[str, Any]:
    """The farm proposes to pay the bakery 25.00."""
    transfer = {
        "transfer_id": transfer_id, "kind": "transfer", "direction": "pay", "initiator": FARM_ACCOUNT,
        "payer": FARM_ACCOUNT, "payee": BAKERY_ACCOUNT, "amount": 2500, "description": "Bread", "reference": "",
        "status": "initiated", "initiated_at": NOW, "expires_at": LATER, "ended_at": None, "accepted_by": None,
        "by_consent": False, "cancellation": None, "reverses": None, "reversed_by": None, "version": 3,
    } | changes  # fmt: skip
    payer, payee, amount = (transfer[name] for name in ("payer", "payee", "amount"))
    return {"legs": some_legs((payer, -amount), (payee, amount))} | transfer


def some_legs(*legs: tuple[str, int]) -> list[dict[str, Any]]:
    return [{"account": account, "amount": amount} for account, amount in legs]


def a_completed_transfer(transfer_id: str = "transfer-1", **changes: Any) -> dict[str, Any]:
    done = {"status": "completed", "ended_at": NOW, "expires_at": None, "accepted_by": BAKERY_ACCOUNT}
    return a_transfer(transfer_id, **done | changes)


def an_admin_transfer(transfer_id: str = "transfer-1", **changes: Any) -> dict[str, Any]:
    """An administrator moves 20.00 from the farm and 10.00 from the office to the bakery."""
    legs = some_legs((FARM_ACCOUNT, -2000), (OFFICE_ACCOUNT, -1000), (BAKERY_ACCOUNT, 3000))
    known = {"kind": "admin", "initiator": "", "amount": 3000, "legs": legs, "accepted_by": None}
    return a_completed_transfer(transfer_id, **known | changes)


def foreseen(wanted: dict[str, Any], account: dict[str, Any], *, fee: int = 0, **changes: Any) -> Any:
    """What the ledger's preview answers whoever pays or asks; `fee` is the payer's, to the office."""
    pays, amount = wanted["direction"] == "pay", wanted["amount"]
    most = account["can_pay"] - fee if pays else account["can_receive"]
    if amount > most:
        return problem(422, "transfer.limit_exceeded", max_possible=most)
    mine, theirs = (-amount - fee, amount) if pays else (amount, -amount - fee)
    payer, payee = (wanted["initiator"], wanted["counterparty"])[:: 1 if pays else -1]
    legs = some_legs((payer, min(mine, theirs)), (payee, amount), *([(OFFICE_ACCOUNT, fee)] if fee else []))
    after = account["balance"] + mine
    own = {
        "account": wanted["initiator"], "amount": mine, "balance": account["balance"], "balance_after": after,
        "can_pay_after": account["can_pay"] + mine, "can_receive_after": account["can_receive"] - mine,
        "level_after": "ok",
    }  # fmt: skip
    fees = [{"account": OFFICE_ACCOUNT, "side": "payer", "amount": fee}] if fee else []
    return {
        "legs": legs, "fees": fees, "total": amount + fee, "received": amount, "expires_at": LATER,
        "completes_at_once": False, "own": [own],
    } | changes  # fmt: skip


def a_statement(entries: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    closing = entries[0]["balance"] if entries else 0
    statement = {
        "account": FARM_ACCOUNT, "from": NOW, "to": NOW, "opening_balance": 0, "closing_balance": closing,
        "entries": entries, "next": None, "totals": _totals([entry["amount"] for entry in entries]),
    }  # fmt: skip
    return statement | changes


def _totals(amounts: list[int]) -> dict[str, int]:
    paid = -sum(amount for amount in amounts if amount < 0)
    return {"count": len(amounts), "paid": paid, "received": sum(amounts) + paid}


def an_entry(position: int, amount: int, balance: int, description: str, **changes: Any) -> dict[str, Any]:
    entry = {
        "position": position, "transfer_id": f"transfer-{position}", "counterparty": BAKERY_ACCOUNT, "amount": amount,
        "balance": balance, "description": description, "time": NOW, "role": "payer" if amount < 0 else "payee",
        "kind": "transfer", "direction": "pay", "reference": None,
    }  # fmt: skip
    return entry | changes


class Network:
    """Ann and her farm, a bakery, an administrator; sessions live until `end` is called."""

    def __init__(self, ledger: Standin, directory: Standin, matcher: Standin, notifier: Standin) -> None:
        self.ledger, self.directory, self.matcher, self.notifier = ledger, directory, matcher, notifier
        self.entities = [an_entity(), a_bakery()]
        directory.on("POST", "/sessions", self._open)
        directory.on("GET", "/entities", self._listed)
        directory.on("GET", "/memberships", {"memberships": [], "users": []})
        for entity in self.entities:
            directory.on("GET", f"/entities/{entity['entity_id']}", entity)
        ledger.on("GET", "/accounts", {"accounts": [an_account()]})
        ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account())
        ledger.on("POST", "/preview", self.foreseen)
        ledger.on("GET", "/transfers", {"transfers": [a_transfer()], "total": 1, "next": None})
        self.lives(a_session())
        self.lives(an_admin_session())

    def lives(self, session: dict[str, Any]) -> None:
        path = f"/sessions/{session['session_id']}"
        self.directory.on("GET", path, session)
        self.directory.on("DELETE", path, lambda _: self._end(path))

    def end(self, session_id: str) -> None:
        self._end(f"/sessions/{session_id}")

    def _end(self, path: str) -> dict[str, Any]:
        for method in ("GET", "DELETE"):
            self.directory.on(method, path, problem(404, "session.unknown"))
        return {}

    def foreseen(self, asked: Asked) -> Any:
        """What the ledger would do, without fees, by the balance that it was told to have."""
        account = self.ledger.told("GET", f"/accounts/{asked.body['initiator']}")
        return foreseen(asked.body, account)

    def _open(self, asked: Asked) -> Any:
        if asked.body["password"] != "Secret-123":
            return problem(401, "login.failed", "The address or the password is wrong.")
        return an_admin_session() if asked.body["kind"] == "admin" else a_session()

    def _listed(self, asked: Asked) -> dict[str, Any]:
        wanted = asked.query.get("ids", asked.query.get("accounts", "")).split(",")
        found = [entity for entity in self.entities if {entity["entity_id"], entity["account"]} & set(wanted)]
        return {"entities": found, "total": len(found)}


USER = {
    "user_id": "user-ann", "kind": "member", "email": "ann@farm.example", "first_name": "Ann", "last_name": "Archer",
    "telephone": "01", "created_at": NOW, "last_login": None, "previous_login": {"at": NOW, "address": "192.0.2.7"},
    "version": 3,
}  # fmt: skip
"""The directory's answer about Ann."""
