"""Routes of statements' codes: made by who may see the statement, checked by whoever holds the paper."""

import secrets
from typing import Any

from flask import Response

from services.chassis.clock import rfc3339
from services.chassis.web import Problem, allow, answer, follows
from services.ledger.api.accounts import known_account
from services.ledger.api.blueprint import bp, checked, now, reader, require_sight_of, unit
from services.ledger.api.proofs import head_view, hexes
from services.ledger.codes import StatementCode, new_code, normalised
from services.ledger.schemas.proofs import STATEMENT_PERIOD


@bp.post("/accounts/<number>/statement-codes")
@allow("member", "admin", "auditor")
@follows("directory")
def post_statement_code(number: str) -> Response:
    """The code of the statement of a period, as it is now; the same statement has the same code for ever."""
    require_sight_of(number, "admin", "auditor")
    asked = checked(STATEMENT_PERIOD)
    known_account(number)
    code = new_code(secrets.randbits)
    made = reader().codes.make(number, since=asked["since"], until=asked["until"], code=code, made_at=now())
    return answer(_facts(made, holds=True))


@bp.get("/statement-codes/<code>")
@allow("public", "member", "admin", "auditor", "service")
def get_statement_code(code: str) -> Response:
    """What the paper with this code says, whether the book still says so, and the proof that it was in the book."""
    known = normalised(code)
    found = reader().codes.read(known) if known else None
    if found is None:
        raise Problem(404, "code.unknown", "There is no statement with that code.")
    made, holds = found
    return answer(_facts(made, holds=holds))


def _facts(made: StatementCode, *, holds: bool) -> dict[str, Any]:
    return {
        "code": made.code,
        "book": reader().proofs.book,
        "unit": unit(),
        "account": made.account,
        "from": rfc3339(made.since) if made.since else None,
        "to": rfc3339(made.until) if made.until else None,
        "from_position": made.from_position,
        "to_position": made.to_position,
        "opening_balance": made.opening_balance,
        "closing_balance": made.closing_balance,
        "entries": made.entries,
        "paid": made.paid,
        "received": made.received,
        "made_at": rfc3339(made.made_at),
        "holds": holds,
        **_proof(made.to_position),
    }


def _proof(position: int) -> dict[str, Any]:
    """Of the last event that the statement could know; nulls while no head covers it."""
    proofs = reader().proofs
    head = proofs.covering_head(position) if position else None
    if head is None:
        return {"head": None, "path": None, "leaf": None}
    found = proofs.inclusion(position, head.size)
    (event,) = found.events
    return {"head": head_view(head), "path": hexes(event.path), "leaf": event.leaf.hex()}
