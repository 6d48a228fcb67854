"""Who belongs to which entity, and who is invited to. Links are stored as digests alone."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime

from services.directory.domain import Membership
from services.directory.domain.memberships import Invitation, Part
from services.directory.store.collection import Document, Stored, selector
from services.directory.store.logins import digest

_SIDES = {"user": "user_id", "entity": "entity_id"}


class Memberships(Stored):
    """Writing, the export and the end of memberships; `Entities` reads them."""

    def put(self, membership: Membership) -> None:
        """Add it, or write it as it is now."""
        key = f"{membership.entity_id}/{membership.user_id}"
        self._collection("memberships").replace_one(
            {"_id": key}, asdict(membership), upsert=True, session=self._session
        )

    def remove(self, membership: Membership) -> None:
        """No matter if it is gone."""
        self._collection("memberships").delete_one(
            {"_id": f"{membership.entity_id}/{membership.user_id}"}, session=self._session
        )

    def every(self) -> Iterator[Membership]:
        """All of them, by entity."""
        for document in self._collection("memberships").find({}, {"_id": False}).sort("_id", 1):
            yield Membership(**document)

    def of_entities(self, entity_ids: Sequence[str]) -> dict[str, list[Membership]]:
        """Entity to all who belong to it, in a fixed order; in one query."""
        parts: dict[str, list[Membership]] = {entity_id: [] for entity_id in entity_ids}
        wanted = {"entity_id": {"$in": list(parts)}}
        found = self._collection("memberships").find(wanted, {"_id": False}, session=self._session)
        for document in found.sort("_id", 1):
            membership = Membership(**document)
            parts[membership.entity_id].append(membership)
        return parts

    def of_users(self, user_ids: Sequence[str]) -> list[Membership]:
        """What these people belong to, oldest first; in one query."""
        wanted = {"user_id": {"$in": list(user_ids)}}
        found = self._collection("memberships").find(wanted, {"_id": False}, session=self._session)
        return [Membership(**document) for document in found.sort("_id", 1)]

    def about(self, subject: str) -> list[Document]:
        """Who belongs, or belongs to what."""
        wanted = selector(subject, _SIDES)
        return (
            list(self._collection("memberships").find(wanted, {"_id": False}, session=self._session)) if wanted else []
        )

    def forget(self, subject: str) -> None:
        """Delete them."""
        if wanted := selector(subject, _SIDES):
            self._collection("memberships").delete_many(wanted, session=self._session)


class Invitations(Stored):
    """Open ones; one that is accepted, revoked or too old is gone."""

    def add(self, invitation: Invitation, token: str) -> None:
        """A second one to the same address takes the place of the first: its link is dead."""
        wanted = {"entity_id": invitation.entity_id, "email": invitation.email}
        self._collection("invitations").delete_many(wanted, session=self._session)
        document = asdict(invitation) | {"token": digest(token), "until": datetime.fromisoformat(invitation.expires_at)}
        document["_id"] = document.pop("invitation_id")
        self._collection("invitations").insert_one(document, session=self._session)

    def of_entity(self, entity_id: str, now: datetime) -> list[Invitation]:
        """Open ones, oldest first."""
        wanted = {"entity_id": entity_id, "until": {"$gt": now}}
        found = self._collection("invitations").find(wanted, session=self._session)
        return [_invitation(document) for document in found.sort("_id", 1)]

    def find(self, token: str, now: datetime) -> Invitation | None:
        """What a link that can be used is for."""
        wanted = {"token": digest(token), "until": {"$gt": now}}
        found = self._collection("invitations").find_one(wanted, session=self._session)
        return _invitation(found) if found else None

    def take(self, token: str, now: datetime) -> Invitation | None:
        """Use a link up, in one step: of several at once one gets it."""
        wanted = {"token": digest(token), "until": {"$gt": now}}
        found = self._collection("invitations").find_one_and_delete(wanted, session=self._session)
        return _invitation(found) if found else None

    def revoke(self, entity_id: str, invitation_id: str) -> Invitation | None:
        """Its link is dead from now on."""
        wanted = {"_id": invitation_id, "entity_id": entity_id}
        found = self._collection("invitations").find_one_and_delete(wanted, session=self._session)
        return _invitation(found) if found else None

    def about(self, subject: str) -> list[Document]:
        """Invitations of a business, and those that a user sent; no digest. To whom a user's went is not theirs."""
        wanted = selector(subject, {"entity": "entity_id", "user": "invited_by"})
        hidden = {"_id": False, "token": False, "until": False}
        return list(self._collection("invitations").find(wanted, hidden, session=self._session)) if wanted else []

    def forget(self, subject: str) -> None:
        """They can't be used any more."""
        if wanted := selector(subject, {"entity": "entity_id", "user": "invited_by"}):
            self._collection("invitations").delete_many(wanted, session=self._session)


def _invitation(document: Document) -> Invitation:
    known = {name: value for name, value in document.items() if name not in ("_id", "token", "until")}
    return Invitation(invitation_id=document["_id"], **{**known, "part": Part(**known["part"])})
