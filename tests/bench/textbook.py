"""The textbook ledger, to compare with: a transaction a command, rows locked in account order.

Behind the same chassis, token check and schemas as ours, so that a ratio compares write paths alone. `chained_app` also
keeps the gapless, hash-chained log that ours keeps, as a transaction a command must: under one lock for all.
"""

import hashlib
import os
import uuid
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Flask, Response, current_app, request
from psycopg_pool import ConnectionPool

from services.chassis.logs import configure_logs
from services.chassis.tokens import Verifier
from services.chassis.web import Parts, Problem, allow, answer, body, caller, new_app
from services.ledger.schemas import EMPTY, INITIATE

TABLES = """
CREATE SCHEMA textbook;
CREATE TABLE textbook.accounts (account text PRIMARY KEY, balance bigint NOT NULL,
    low bigint NOT NULL, high bigint NOT NULL);
CREATE TABLE textbook.transfers (id uuid PRIMARY KEY, initiator text NOT NULL, payer text NOT NULL, payee text NOT NULL,
    amount bigint NOT NULL, description text NOT NULL, status text NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE TABLE textbook.postings (id bigserial PRIMARY KEY, transfer uuid NOT NULL, account text NOT NULL,
    amount bigint NOT NULL, balance bigint NOT NULL);
CREATE TABLE textbook.keys (scope text, key text, transfer uuid NOT NULL, PRIMARY KEY (scope, key));
CREATE TABLE textbook.head (position bigint NOT NULL, hash bytea NOT NULL);
INSERT INTO textbook.head VALUES (0, '');
CREATE TABLE textbook.events (position bigint PRIMARY KEY, prev_hash bytea NOT NULL, hash bytea NOT NULL,
    body text NOT NULL);
"""

bp = Blueprint("textbook", __name__)

_LOCK = (
    "SELECT account, balance, low, high FROM textbook.accounts WHERE account IN (%s, %s) ORDER BY account FOR UPDATE"
)


@bp.post("/transfers")
@allow("member")
def initiate() -> Response:
    """Check limits under row locks, remember the key, insert."""
    transfer = _asked()
    with _pool().connection() as connection:
        head = _head(connection)
        _check(connection, transfer)
        _remember(connection, transfer["id"])
        _insert(connection, transfer, "initiated")
        _log(connection, head, "initiated", transfer)
    return answer({"transfer_id": transfer["id"], "status": "initiated"})


@bp.post("/transfers/<transfer_id>/accept")
@allow("member")
def accept(transfer_id: str) -> Response:
    """Lock the transfer, then both accounts in order; check, post, update."""
    body(EMPTY)
    with _pool().connection() as connection:
        head = _head(connection)
        _remember(connection, transfer_id)
        row = connection.execute(
            "SELECT payer, payee, amount, status FROM textbook.transfers WHERE id = %s FOR UPDATE", [transfer_id]
        ).fetchone()
        if row is None or row[1] not in caller().accounts:
            raise Problem(404, "transfer.unknown", "No such transfer.")
        if row[3] != "initiated":
            raise Problem(409, "transfer.already_closed", "Closed.")
        transfer = {"id": transfer_id, "payer": row[0], "payee": row[1], "amount": row[2]}
        _post(connection, transfer, _check(connection, transfer))
        connection.execute("UPDATE textbook.transfers SET status = 'completed' WHERE id = %s", [transfer_id])
        _log(connection, head, "completed", transfer)
    return answer({"transfer_id": transfer_id, "status": "completed"})


@bp.post("/payments")
@allow("member")
def pay() -> Response:
    """Both at once, in one transaction."""
    transfer = _asked()
    with _pool().connection() as connection:
        head = _head(connection)
        balances = _check(connection, transfer)
        _remember(connection, transfer["id"])
        _insert(connection, transfer, "completed")
        _post(connection, transfer, balances)
        _log(connection, head, "completed", transfer)
    return answer({"transfer_id": transfer["id"], "status": "completed"})


def _asked() -> dict[str, Any]:
    asked = body(INITIATE)
    if asked["initiator"] not in caller().accounts:
        raise Problem(403, "auth.forbidden", "Not yours.")
    kept = {"amount": asked["amount"], "description": asked["description"]}
    return {"id": str(uuid.uuid4()), "payer": asked["initiator"], "payee": asked["counterparty"], **kept}


def _check(connection: Any, transfer: dict[str, Any]) -> dict[str, int]:
    payer, payee, amount = transfer["payer"], transfer["payee"], transfer["amount"]
    rows = {row[0]: row[1:] for row in connection.execute(_LOCK, (payer, payee))}
    if rows[payer][0] - amount < -rows[payer][1] or rows[payee][0] + amount > rows[payee][2]:
        raise Problem(422, "transfer.limit_exceeded", "Too much.")
    return {account: row[0] for account, row in rows.items()}


def _remember(connection: Any, transfer_id: str) -> None:
    key = (caller().actor, request.headers["Idempotency-Key"], transfer_id)
    connection.execute("INSERT INTO textbook.keys VALUES (%s, %s, %s)", key)


def _insert(connection: Any, transfer: dict[str, Any], status: str) -> None:
    payer = transfer["payer"]
    row = (transfer["id"], payer, payer, transfer["payee"], transfer["amount"], transfer["description"], status)
    connection.execute("INSERT INTO textbook.transfers VALUES (%s, %s, %s, %s, %s, %s, %s)", row)


def _post(connection: Any, transfer: dict[str, Any], balances: dict[str, int]) -> None:
    for account, change in ((transfer["payer"], -transfer["amount"]), (transfer["payee"], transfer["amount"])):
        connection.execute("UPDATE textbook.accounts SET balance = balance + %s WHERE account = %s", (change, account))
        connection.execute(
            "INSERT INTO textbook.postings (transfer, account, amount, balance) VALUES (%s, %s, %s, %s)",
            (transfer["id"], account, change, balances[account] + change),
        )


def _head(connection: Any) -> tuple[int, bytes] | None:
    """The newest event, held until the commit: whoever numbers without a gap must wait for those before."""
    if not current_app.config["CHAINED"]:
        return None
    row = connection.execute("SELECT position, hash FROM textbook.head FOR UPDATE").fetchone()
    return row[0], row[1]


def _log(connection: Any, head: tuple[int, bytes] | None, kind: str, transfer: dict[str, Any]) -> None:
    if head is None:
        return
    position, content = head[0] + 1, orjson.dumps({"type": kind, **transfer})
    hash_ = hashlib.sha256(head[1] + position.to_bytes(8) + content).digest()
    connection.execute(
        "INSERT INTO textbook.events VALUES (%s, %s, %s, %s)", (position, head[1], hash_, content.decode())
    )
    connection.execute("UPDATE textbook.head SET position = %s, hash = %s", (position, hash_))


def _pool() -> ConnectionPool[Any]:
    pool: ConnectionPool[Any] = current_app.extensions["textbook"]
    return pool


def plain_app() -> Flask:
    """What gunicorn serves, with the ledger's settings: no log, no chain."""
    configure_logs("textbook", "serve")
    verifier = Verifier(Path(os.environ["INTERNAL_PUBLIC_KEY_FILE"]).read_bytes(), "ledger")
    app = new_app(Parts(name="textbook", verifier=verifier), bp)
    app.config["CHAINED"] = False
    app.extensions["textbook"] = ConnectionPool(os.environ["LEDGER_DATABASE_URL"], min_size=1, max_size=16, open=True)
    return app


def chained_app() -> Flask:
    """The same with a gapless log and a hash chain."""
    app = plain_app()
    app.config["CHAINED"] = True
    return app
