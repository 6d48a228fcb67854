"""The audit log in MongoDB: appended in the transaction of the change, chained, never changed."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pymongo import ReturnDocument

from services.directory.domain.audit import GENESIS, Act, Entry, Header, chained, digest_of
from services.directory.store.collection import Document, Stored

AUDIT = "audit"


class AuditLog(Stored):
    """Who did what. Positions have no gap; the head's hash stands beside the counter."""

    def append(
        self,
        entries: Sequence[Entry],
        *,
        now: str,
        actor: str,
        on_behalf_of: str | None,
        origin: str,
        correlation_id: str,
    ) -> None:
        """Add entries of one command in order. Inside a transaction only."""
        self.append_acts(
            [
                Act(entry=entry, actor=actor, on_behalf_of=on_behalf_of, origin=origin, correlation_id=correlation_id)
                for entry in entries
            ],
            now=now,
        )

    def append_acts(self, acts: Sequence[Act], *, now: str) -> None:
        """Add what was done, in order. Inside a transaction only: it takes turns at one counter document."""
        if self._session is None or not self._session.in_transaction:
            raise RuntimeError("the audit log is written in the transaction of the change")
        if not acts:
            return
        before = self._head_before(len(acts), now)
        position, previous, documents = int(before["position"]), str(before["hash"]), list[Document]()
        for offset, act in enumerate(acts, 1):
            entry, salt = act.entry, secrets.token_hex(16)
            header = Header(
                position=position + offset,
                time=max(now, str(before["time"])),
                action=entry.action,
                subject=entry.subject,
                concerns=entry.concerns,
                actor=act.actor,
                on_behalf_of=act.on_behalf_of,
                origin=act.origin,
                correlation_id=act.correlation_id,
                digest=digest_of(entry.details, salt),
            )
            kept = {"_id": header.position, **asdict(header), "details": entry.details, "salt": salt}
            kept |= {"source": act.source} if act.source else {}
            documents.append({**kept, "previous": previous, "hash": (previous := chained(header, previous))})
        self._collection(AUDIT).insert_many(documents, session=self._session)
        self._collection("counters").update_one({"_id": AUDIT}, {"$set": {"hash": previous}}, session=self._session)

    def _head_before(self, count: int, now: str) -> Document:
        # The time never goes back along the positions, even when the clock does.
        step = {"position": {"$add": ["$position", count]}, "time": {"$max": ["$time", now]}}
        found: Any = self._collection("counters").find_one_and_update(
            {"_id": AUDIT}, [{"$set": step}], return_document=ReturnDocument.BEFORE, session=self._session
        )
        return {"time": "", **found}


class Origins(Stored):
    """The key that network addresses are hashed with. Who forgets it can't tell any more where anything came from."""

    def key(self) -> bytes:
        """The key of these days, made when there is none."""
        return self._secret("origins")


HEAD: Document = {"position": 0, "hash": GENESIS}
"""Of a log with nothing in it."""
