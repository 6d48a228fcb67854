"""Routes that read transfers."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from services.chassis.web import allow, answer, caller, follows, query
from services.ledger.api.blueprint import bp, known_form, may_see, reader, require_sight_of
from services.ledger.domain import UnknownTransfer
from services.ledger.schemas.reads import TRANSFERS
from services.ledger.store import Reader
from services.ledger.views import transfer_view


@bp.get("/transfers")
@allow("member", "admin", "auditor")
@follows("directory")
def get_transfers() -> Response:
    """A page of transfers, newest proposal first; members name one of their accounts."""
    asked = query(TRANSFERS)
    require_sight_of(asked["account"], "admin", "auditor")
    return answer(page_document(reader(), asked))


def page_document(reading: Reader, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to `GET /transfers`; `asked` is what TRANSFERS has made of the question."""
    size, offset = asked["page_size"], (asked["page"] - 1) * asked["page_size"]
    found, total = reading.transfers(
        asked["account"], asked["status"], limit=size + 1, offset=offset, before=asked["before"], only=asked["only"]
    )
    following = found[size - 1].initiated_position if len(found) > size else None
    return {"transfers": [transfer_view(each) for each in found[:size]], "total": total, "next": following}


@bp.get("/transfers/<transfer_id>")
@allow("member", "admin", "auditor")
def get_transfer(transfer_id: str) -> Response:
    """One transfer, for its parties."""
    transfer = reader().transfer(known_form(transfer_id))
    if transfer is None or not may_see(transfer, caller()):
        raise UnknownTransfer("There is no such transfer.")
    return answer(transfer_view(transfer))
