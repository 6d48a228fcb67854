"""The textbook ledger, to compare with: a transaction a command, rows locked in account order, no log, no chain.

Behind the same chassis, token check and schemas as ours, so that a ratio compares write paths alone.
"""

import os
import uuid
from pathlib import Path
from typing import Any

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
"""

bp = Blueprint("textbook", __name__)

_LOCK = (
    "SELECT account, balance, low, high FROM textbook.accounts WHERE account IN (%s, %s) ORDER BY account FOR UPDATE"
)


@bp.post("/transfers")
@allow("member")
def initiate() -> Response:
    """Check limits under row locks, remember the key, insert."""
    asked = body(INITIATE)
    if asked["initiator"] not in caller().accounts:
        raise Problem(403, "auth.forbidden", "Not yours.")
    payer, payee = asked["initiator"], asked["counterparty"]
    transfer_id = uuid.uuid4()
    with _pool().connection() as connection:
        _check(connection, payer, payee, asked["amount"])
        connection.execute(
            "INSERT INTO textbook.keys VALUES (%s, %s, %s)",
            (caller().actor, request.headers["Idempotency-Key"], transfer_id),
        )
        connection.execute(
            "INSERT INTO textbook.transfers VALUES (%s, %s, %s, %s, %s, %s, 'initiated')",
            (transfer_id, payer, payer, payee, asked["amount"], asked["description"]),
        )
    return answer({"transfer_id": str(transfer_id), "status": "initiated"})


@bp.post("/transfers/<transfer_id>/accept")
@allow("member")
def accept(transfer_id: str) -> Response:
    """Lock the transfer, then both accounts in order; check, post, update."""
    body(EMPTY)
    with _pool().connection() as connection:
        connection.execute(
            "INSERT INTO textbook.keys VALUES (%s, %s, %s)",
            (caller().actor, request.headers["Idempotency-Key"], transfer_id),
        )
        row = connection.execute(
            "SELECT payer, payee, amount, status FROM textbook.transfers WHERE id = %s FOR UPDATE", [transfer_id]
        ).fetchone()
        if row is None or row[1] not in caller().accounts:
            raise Problem(404, "transfer.unknown", "No such transfer.")
        payer, payee, amount, status = row
        if status != "initiated":
            raise Problem(409, "transfer.already_closed", "Closed.")
        balances = _check(connection, payer, payee, amount)
        for account, change in ((payer, -amount), (payee, amount)):
            connection.execute(
                "UPDATE textbook.accounts SET balance = balance + %s WHERE account = %s", (change, account)
            )
            connection.execute(
                "INSERT INTO textbook.postings (transfer, account, amount, balance) VALUES (%s, %s, %s, %s)",
                (transfer_id, account, change, balances[account] + change),
            )
        connection.execute("UPDATE textbook.transfers SET status = 'completed' WHERE id = %s", [transfer_id])
    return answer({"transfer_id": transfer_id, "status": "completed"})


def _check(connection: Any, payer: str, payee: str, amount: int) -> dict[str, int]:
    rows = {row[0]: row[1:] for row in connection.execute(_LOCK, (payer, payee))}
    if rows[payer][0] - amount < -rows[payer][1] or rows[payee][0] + amount > rows[payee][2]:
        raise Problem(422, "transfer.limit_exceeded", "Too much.")
    return {account: row[0] for account, row in rows.items()}


def _pool() -> ConnectionPool[Any]:
    pool: ConnectionPool[Any] = current_app.extensions["textbook"]
    return pool


def serving_app() -> Flask:
    """What gunicorn serves, with the ledger's settings."""
    configure_logs("textbook", "serve")
    verifier = Verifier(Path(os.environ["INTERNAL_PUBLIC_KEY_FILE"]).read_bytes(), "ledger")
    app = new_app(Parts(name="textbook", verifier=verifier), bp)
    app.extensions["textbook"] = ConnectionPool(os.environ["LEDGER_DATABASE_URL"], min_size=1, max_size=16)
    return app
