"""The route of statements."""

from flask import Response, request

from services.chassis.web import allow, answer, follows, query
from services.ledger.api.accounts import known_account
from services.ledger.api.blueprint import bp, reader, require_sight_of
from services.ledger.api.history import reached
from services.ledger.schemas.reads import STATEMENT


@bp.get("/accounts/<number>/statement")
@allow("member", "admin", "auditor")
@follows("directory")
def get_statement(number: str) -> Response:
    """What moved in a period, newest first: `from` inclusive, `to` exclusive, or positions, both inclusive."""
    require_sight_of(number, "admin", "auditor")
    asked = query(STATEMENT)
    known_account(number)
    with reached("from_position" if asked["to_position"] is None else "to_position"):
        statement = reader().statement(number, **asked)
    return answer(
        {
            "account": number,
            "from": request.args.get("from"),
            "to": request.args.get("to"),
            "from_position": statement.from_position,
            "to_position": statement.to_position,
            "opening_balance": statement.opening_balance,
            "closing_balance": statement.closing_balance,
            "totals": statement.totals,
            "entries": list(statement.entries),
            "next": statement.next,
            "previous": statement.previous,
        }
    )
