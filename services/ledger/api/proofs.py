"""Routes of signed heads and of proofs: for everybody, but a transfer's words are for its parties."""

import time
from collections.abc import Sequence
from typing import Any

import orjson
from flask import Response

from services.chassis.clock import rfc3339
from services.chassis.web import Problem, Unavailable, allow, answer, caller, query
from services.ledger.api.blueprint import bp, known_form, may_see, reader
from services.ledger.domain import UnknownTransfer
from services.ledger.heads import document_of
from services.ledger.schemas.proofs import CONSISTENCY, HEADS, INCLUSION, TRANSFER_PROOF
from services.ledger.store.proofs import Proven
from services.ledger.store.tree import TreeHead

_WAIT_SECONDS = 4.0
_LOOK_SECONDS = 0.05
_A_DAY = "max-age=86400, immutable"


def head_view(head: TreeHead | None) -> dict[str, Any] | None:
    """A head, if there is one."""
    return None if head is None else orjson.loads(orjson.dumps(document_of(head)))


def hexes(hashes: Sequence[bytes]) -> list[str]:
    """A path as it is shown."""
    return [each.hex() for each in hashes]


@bp.get("/tree/head")
@allow("public", "member", "admin", "auditor", "service")
def get_tree_head() -> Response:
    """The newest signed head."""
    head = reader().proofs.newest_head()
    if head is None:
        raise _no_head()
    return answer(head_view(head))


@bp.get("/tree/heads")
@allow("public", "member", "admin", "auditor", "service")
def get_tree_heads() -> Response:
    """Signed heads, newest first; `next` is the `before` of the next page."""
    asked = query(HEADS)
    found = reader().proofs.heads(asked["before"], asked["limit"] + 1)
    shown = found[: asked["limit"]]
    following = shown[-1].number if len(found) > len(shown) else None
    return answer({"heads": [head_view(head) for head in shown], "next": following})


@bp.post("/tree/heads")
@allow("admin", "auditor")
def post_tree_head() -> Response:
    """A head that covers all that is committed now; signed for this if there is none."""
    proofs = reader().proofs
    position, deadline = proofs.want_head(), time.monotonic() + _WAIT_SECONDS
    if not position:
        raise _no_head()
    while True:
        head = proofs.newest_head()
        if head and head.size >= position:
            return answer(head_view(head))
        if time.monotonic() > deadline:
            raise Unavailable("head.not_signed", "No head was signed in time. Try again in a minute.", retry_after=60)
        time.sleep(_LOOK_SECONDS)


@bp.get("/tree/keys")
@allow("public", "member", "admin", "auditor", "service")
def get_tree_keys() -> Response:
    """The public keys of all heads, also those that are not used any more."""
    keys = [
        orjson.loads(key.jwk) | {"kid": key.kid, "use": "sig", "alg": "EdDSA", "added_at": rfc3339(key.added_at)}
        for key in reader().proofs.public_keys()
    ]
    return answer({"keys": keys})


@bp.get("/tree/inclusion")
@allow("public", "member", "admin", "auditor", "service")
def get_inclusion() -> Response:
    """That the event at a position is in the tree of a size: its chain hash is the leaf. Shows nothing of the event."""
    asked = query(INCLUSION)
    found = reader().proofs.inclusion(**asked)
    (event,) = found.events
    document = {
        "book": reader().proofs.book,
        "position": event.position,
        "size": found.size,
        "leaf": event.leaf.hex(),
        "path": hexes(event.path),
        "root": found.root.hex(),
        "head": head_view(found.head),
    }
    return _lasting(document, is_fixed=asked["size"] is not None)


@bp.get("/tree/consistency")
@allow("public", "member", "admin", "auditor", "service")
def get_consistency() -> Response:
    """That the tree of one size continues that of another."""
    asked = query(CONSISTENCY)
    found = reader().proofs.consistency(**asked)
    document = {
        "book": reader().proofs.book,
        "first": found.first,
        "second": found.second,
        "first_root": found.first_root.hex(),
        "second_root": found.second_root.hex(),
        "path": hexes(found.path),
    }
    return _lasting(document, is_fixed=asked["second"] is not None)


@bp.get("/transfers/<transfer_id>/proof")
@allow("member", "admin", "auditor")
def get_transfer_proof(transfer_id: str) -> Response:
    """That a transfer was proposed and ended as it says: its events, each with its path."""
    known, asked = known_form(transfer_id), query(TRANSFER_PROOF)
    transfer = reader().transfer(known)
    if transfer is None or not may_see(transfer, caller()):
        raise UnknownTransfer("There is no such transfer.")
    found = reader().proofs.of_transfer(known, asked["size"])
    return answer(
        {
            "book": reader().proofs.book,
            "transfer_id": known,
            "size": found.size,
            "root": found.root.hex(),
            "head": head_view(found.head),
            "events": [_event_view(event) for event in found.events],
        }
    )


def _event_view(event: Proven) -> dict[str, Any]:
    return {
        "position": event.position,
        "type": event.type,
        "leaf": event.leaf.hex(),
        "prev_hash": event.prev_hash.hex(),
        "path": hexes(event.path),
        "event": event.body if _may_read(event) else None,
    }


def _may_read(event: Proven) -> bool:
    """A completion has the other side's balance; which administrator it was is not told to members either."""
    if caller().roles & {"admin", "auditor"}:
        return True
    has_balances = event.type.startswith("ledger.transfer-completed.")
    return not has_balances and not orjson.loads(event.body)["actor"].startswith("admin:")


def _lasting(document: dict[str, Any], *, is_fixed: bool) -> Response:
    """What was asked of a fixed size is the same for ever."""
    response = answer(document)
    if is_fixed:
        response.headers["Cache-Control"] = _A_DAY
    return response


def _no_head() -> Problem:
    return Problem(404, "head.none", "No head has been signed yet.")
