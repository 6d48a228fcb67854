"""The ledger for those who check it: signed heads and keys, proofs; open to anybody, from pages of other sites too."""

from flask import Response, request

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document, Refused
from services.gateway.codes import normal
from services.gateway.keys import HEAD_SECONDS
from services.gateway.rest.blueprint import bp
from services.gateway.rest.operations import operation
from services.gateway.rest.refusals import Codes, both
from services.gateway.schemas_proofs import (
    Consistency,
    ConsistencyQuery,
    Head,
    HeadKeys,
    Heads,
    HeadsQuery,
    Inclusion,
    InclusionQuery,
    SizeQuery,
    StatementChecked,
    TransferProof,
)

_PROOF: Codes = {404: ("head.none", "proof.not_covered"), 503: ("proof.building",)}


@bp.get("/ledger/head")
@allow("public")
@operation("The newest signed head of the ledger", data=Head(), codes={404: ("head.none",)}, cached=HEAD_SECONDS)
def ledger_head() -> Document:
    """404 `head.none` while nothing is signed."""
    return session.parts().ledger.tree_head()


@bp.get("/ledger/heads")
@allow("public")
@operation("All signed heads, newest first", query=HeadsQuery(), data=Heads(), cached=HEAD_SECONDS)
def ledger_heads(query: Document) -> Document:
    """By number, for there may be very many."""
    return session.parts().ledger.heads(**query)


@bp.get("/ledger/keys")
@allow("public")
@operation("The public keys that heads are signed with, old ones too", data=HeadKeys(), cached=HEAD_SECONDS)
def ledger_keys() -> Document:
    """Also in /.well-known/mccs-ledger."""
    return {"keys": session.parts().ledger.head_keys()}


@bp.get("/ledger/inclusion")
@allow("public")
@operation("Proof that an event lies in the signed ledger", query=InclusionQuery(), data=Inclusion(), codes=_PROOF)
def ledger_inclusion(query: Document) -> Document:
    """Tells the event's hash alone, not what is in it."""
    return session.parts().ledger.inclusion(**query)


@bp.get("/ledger/consistency")
@allow("public")
@operation(
    "Proof that nothing was changed between two sizes", query=ConsistencyQuery(), data=Consistency(), codes=_PROOF
)
def ledger_consistency(query: Document) -> Document:
    """Whoever kept a head compares `firstRoot` with its root."""
    return session.parts().ledger.consistency(**query)


@bp.get("/transfers/<transfer_id>/proof")
@allow("member", "admin", "auditor")
@operation(
    "Proof that a transfer of one's own lies in the signed ledger",
    query=SizeQuery(),
    data=TransferProof(),
    codes=both(_PROOF, {403: ("transfer.not_yours",)}),
)
def transfer_proof(transfer_id: str, query: Document) -> Document:
    """With the text of its events, as far as it is the caller's to see."""
    return session.parts().ledger.transfer_proof(transfer_id, **query)


@bp.get("/statement-codes/<code>")
@allow("public")
@operation(
    "What the statement with this code says, to compare with the paper",
    data=StatementChecked(),
    notes="Any case, with dashes or without.",
    codes={404: ("code.unknown",), 503: ("proof.building",)},
)
def statement_checked(code: str) -> Document:
    """And whether the book still says so."""
    known = normal(code)
    if not known:
        raise Refused(404, "code.unknown", "There is no statement with this code: compare it with the paper again.")
    facts = session.parts().ledger.statement_facts(known)
    return {**facts, "since": facts["from"], "until": facts["to"]}


@bp.after_request
def _open_to_other_sites(response: Response) -> Response:
    """Nothing under /ledger depends on who asks."""
    if request.path.startswith(f"{bp.url_prefix}/ledger/"):
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response
