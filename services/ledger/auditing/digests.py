"""What rows of each table must come to, one number a position: the fold forgets what it told, these remember it.

Digests of rows cancel out (xor) those of what the events tell; where something is left, something differs. 8 bytes an
event and table, whatever rows say. Texts are digested, never numbers: hash(-1) == hash(-2).
"""

from array import array
from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from services.ledger.audit import AuditedAccount, Fold, Proposal, consent_key

Legs = Sequence[tuple[str, int]]

_MASK = (1 << 64) - 1


class Digests:
    """Of positions; all are 0 at first."""

    def __init__(self) -> None:
        self._left = array("Q")

    def add(self, position: int, text: str) -> None:
        """Digest `text` into what is at `position`, which must not be negative."""
        left = self._left
        if position >= len(left):
            left.frombytes(bytes(8 * (position + 1 + len(left) // 8 - len(left))))
        left[position] ^= hash(text) & _MASK

    def cancel(self, position: int, text: str) -> bool:
        """The same, for rows; False where no event can be, which no digest shows."""
        if not 0 <= position < len(self._left):
            return False
        self._left[position] ^= hash(text) & _MASK
        return True

    def left(self) -> Iterator[int]:
        """Positions at which something differs."""
        return (position for position, rest in enumerate(self._left) if rest)


class Told:
    """Observes a fold: digests of the rows of tables that its events must have made."""

    def __init__(self) -> None:
        self.postings, self.changes, self.parties, self.transfers = Digests(), Digests(), Digests(), Digests()

    def changed(self, position: int, event: dict[str, Any]) -> None:
        subject = event["subject"].partition("/")[2]
        data = orjson.dumps(event["data"], option=orjson.OPT_SORT_KEYS).decode()
        self.changes.add(position, change_text(subject, event["type"], event["actor"], data))

    def proposed(self, position: int, proposal: Proposal) -> None:
        data = proposal.data
        if data["kind"] != "transfer":
            for number in {number for number, _ in proposal.legs} - {data["payer"], data["payee"]}:
                self.parties.add(position, party_text(number, data["transfer_id"]))

    def posted(self, position: int, transfer_id: str, number: str, amount: int, account: AuditedAccount) -> None:
        text = posting_text(number, transfer_id, amount, account.balance, account.max_negative, account.max_positive)
        self.postings.add(position, text)

    def ended(self, position: int, proposal: Proposal, data: dict[str, Any], time: str) -> None:
        completed, consent = "entries" in data, data.get("consent")
        cancellation = () if completed else (data["kind"], data["code"], data["reason"], data.get("by"))
        ending = (time, data.get("accepted_by"), consent_key(consent) if consent else None, *cancellation)
        self._transfer(proposal, position, "completed" if completed else "cancelled", ending)

    def reversed(self, position: int, original: str, ended_at: int, reversal: str) -> None:
        self.transfers.add(ended_at, version_text(original, None))
        self.transfers.add(position, version_text(original, reversal))

    def end(self, fold: Fold) -> None:
        """No more events come: what is still open."""
        for proposal in fold.open.values():
            self._transfer(proposal, proposal.reminded or proposal.position, "initiated", ())

    def _transfer(self, proposal: Proposal, version: int, status: str, ending: tuple[object, ...]) -> None:
        data, known = proposal.data, proposal.data["transfer_id"]
        told = (
            known, data["kind"], data["direction"], data["initiator"], data["payer"], data["payee"], data["amount"],
            legs_told(proposal.legs, data["payer"], data["payee"], data["amount"]), data.get("expires_at"),
            data.get("reverses"), bool(proposal.reminded), data["description"], data.get("reference"), proposal.time,
            status, *ending,
        )  # fmt: skip
        self.transfers.add(proposal.position, repr(told))
        self.transfers.add(version, version_text(known, None))


def legs_told(legs: Legs, payer: str, payee: str, amount: int) -> str:
    """Of a transfer; empty when they are the two that everybody expects."""
    if len(legs) == 2 and tuple(legs[0]) == (payer, -amount) and tuple(legs[1]) == (payee, amount):
        return ""
    return " ".join(f"{number}{moved:+}" for number, moved in legs)


def change_text(subject: str, type_: str, actor: str, data: str) -> str:
    return repr((subject, type_, actor, data))


def posting_text(number: str, transfer_id: str, amount: int, balance: int, max_negative: int, max_positive: int) -> str:
    return f"{number} {transfer_id} {amount} {balance} {max_negative} {max_positive}"


def party_text(number: str, transfer_id: str) -> str:
    return f"{number} {transfer_id}"


def version_text(transfer_id: str, reversed_by: str | None) -> str:
    return f"{transfer_id} {reversed_by}"


def transfer_texts(row: Sequence[Any]) -> tuple[str, str]:
    """What a row of transfers tells, and who reversed it; its columns are those of AuditSource.transfers."""
    (known, kind, direction, initiator, payer, payee, amount, status, _, reversed_by, legs, _, expires_at, reverses,
     reminded, description, reference, initiated_at, ended_at, accepted_by, consent, *cancellation) = row  # fmt: skip
    given = [(payer, -amount), (payee, amount)]
    if legs is not None:
        given = [(leg["account"], leg["amount"]) for leg in orjson.loads(legs)]
    ending: tuple[object, ...] = (ended_at, accepted_by, consent_key(orjson.loads(consent)) if consent else None)
    if any(told is not None for told in cancellation):
        ending = (*ending, *cancellation)
    if not any(told is not None for told in ending):
        ending = ()
    told = (
        known, kind, direction, initiator, payer, payee, amount, legs_told(given, payer, payee, amount), expires_at,
        reverses, reminded, description, reference, initiated_at, status, *ending,
    )  # fmt: skip
    return repr(told), version_text(known, reversed_by)
