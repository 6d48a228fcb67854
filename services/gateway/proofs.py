"""What the ledger says about itself: signed heads, proofs, codes on statements, what auditors ask for."""

from typing import Any

from services.gateway.calling import Document, Stream, given
from services.gateway.part import Part, segment

SIGNING_SECONDS = 8.0
"""The ledger waits up to 4 s of these for its new head."""
AUDIT_SECONDS = 15.0
"""A view over a whole book takes its time; the ledger itself gives up before (`request.too_broad`)."""


class Proofs(Part):
    """The part of the ledger that anybody, or an auditor, checks it by (docs/internal-api.md). Changes no money."""

    def tree_head(self) -> Document:
        """The newest signed head: `{book, number, size, root, hash, sum, accounts, time, kid, jws}`.

        Refused: head.none while nothing is signed.
        """
        return self._get("/tree/head")

    def heads(self, *, before: int | None = None, limit: int | None = None) -> Document:
        """`{"heads": [Head], "next": number or None}`, newest first; `next` is the `before` of the next page."""
        return self._get("/tree/heads", before=before, limit=limit)

    def head_keys(self) -> list[Document]:
        """The public keys that heads are signed with, old ones too: JWKs with kid and added_at."""
        keys: list[Document] = self._get("/tree/keys")["keys"]
        return keys

    def sign_head(self) -> Document:
        """Have a head signed that covers all that is committed now; answers it. For administrators and auditors.

        PartDown: head.not_signed.
        """
        return self._write("POST", "/tree/heads", {}, None, SIGNING_SECONDS)

    def inclusion(self, *, position: int, size: int | None = None) -> Document:
        """That the event at a position lies in the tree of a size: `{leaf, path, root, head, …}`."""
        return self._get("/tree/inclusion", position=position, size=size)

    def consistency(self, *, first: int, second: int | None = None) -> Document:
        """That the tree of one size is the beginning of another's: `{first_root, second_root, path, …}`."""
        return self._get("/tree/consistency", first=first, second=second)

    def transfer_proof(self, transfer_id: str, *, size: int | None = None) -> Document:
        """That each event of a transfer lies in the tree of a size; for its parties and auditors."""
        return self._get(f"/transfers/{segment(transfer_id)}/proof", size=size)

    def statement_code(self, number: str, *, since: str | None = None, until: str | None = None) -> Document:
        """A code for an account's statement of a period, and the facts that the code stands for."""
        body = given({"from": since, "to": until})
        return self._write("POST", f"/accounts/{segment(number)}/statement-codes", body, None)

    def statement_facts(self, code: str) -> Document:
        """What the statement with this code says. Refused: code.unknown."""
        return self._get(f"/statement-codes/{segment(code)}")

    def audit(self, view: str, query: dict[str, Any]) -> Document:
        """A page of an auditor's view: `{"rows": [...], "next": cursor or None, … facts}`."""
        return self._line.ask(self._asker, "GET", f"/audit/{segment(view)}", query=query, seconds=AUDIT_SECONDS)

    def export(self, **query: Any) -> Stream:
        """The events of the book, or from `first` to `last`, as they come: NDJSON, or gzip of it."""
        return self._open("/export", **query)
