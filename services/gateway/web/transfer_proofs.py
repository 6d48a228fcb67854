"""The proof of a transfer on its page, and as a file: for its parties and for auditors."""

from dataclasses import dataclass, field

from flask import Response

from services.chassis.web import allow
from services.gateway.clients import Document, PartDown, Refused
from services.gateway.proven_events import Evidence, examined
from services.gateway.session import parts
from services.gateway.web.audit_events import proof_file
from services.gateway.web.audit_words import Finding, event_words, findings
from services.gateway.web.blueprint import bp
from services.gateway.web.refusals import words, words_for_down

_NOT_SIGNED = ("proof.not_covered", "head.none")


@dataclass(frozen=True, slots=True)
class TransferProof:
    """What proves a transfer, or why there is nothing yet."""

    proof: Document | None = None
    evidence: Evidence | None = None
    findings: list[Finding] = field(default_factory=list)
    trouble: str = ""

    @property
    def is_partial(self) -> bool:
        """Whether the text of an event is withheld: it names the balance of the other side."""
        return self.proof is not None and any(each["event"] is None for each in self.proof["events"])


def transfer_proof(transfer: Document) -> TransferProof:
    """For `_proof.html`: asks the ledger, and works it out again. What is missing spoils this card alone."""
    ledger = parts().ledger
    try:
        proof = ledger.transfer_proof(transfer["transfer_id"])
        if not proof["events"]:
            return TransferProof()
        evidence = examined(proof, ledger.head_keys())
    except PartDown as down:
        return TransferProof(trouble=words_for_down(down))
    except Refused as refused:
        return TransferProof() if refused.code in _NOT_SIGNED else TransferProof(trouble=words(refused))
    return TransferProof(proof, evidence, findings(evidence))


@bp.get("/transfers/<transfer_id>/proof.json")
@allow("member", "admin", "auditor")
def transfer_proof_file(transfer_id: str) -> Response:
    """What proves a transfer, as a file for `check_proof.py`."""
    proof = parts().ledger.transfer_proof(transfer_id)
    return proof_file(proof, f"transfer-{proof['transfer_id']}")


bp.add_app_template_global(transfer_proof)
bp.add_app_template_global(event_words)
