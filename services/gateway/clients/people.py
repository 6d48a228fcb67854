"""The directory, as far as it goes about people: of businesses, of the network, and acting for members."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.tokens import Caller
from services.gateway.calling import PASSWORD_SECONDS, Document
from services.gateway.part import Part, segment


class People(Part):
    """Memberships, invitations, staff, users as administrators see them."""

    def members(self, entity_id: str) -> Document:
        """`{members: [MemberView], invitations: [InvitationView]}`; the latter for owners and staff."""
        return self._get(f"/entities/{segment(entity_id)}/members")

    def change_member(
        self, entity_id: str, user_id: str, part: Mapping[str, Any], *, key: str | None = None
    ) -> Document:
        """`part` is `{role, view_only, max_amount}`. Answers the MemberView. Refused: membership.last_owner."""
        return self._write("PATCH", f"/entities/{segment(entity_id)}/members/{segment(user_id)}", part, key)

    def link_member(self, entity_id: str, user_id: str, part: Mapping[str, Any], *, key: str | None = None) -> Document:
        """Staff make somebody a member. Refused: membership.exists."""
        return self._write("PUT", f"/entities/{segment(entity_id)}/members/{segment(user_id)}", part, key)

    def remove_member(self, entity_id: str, user_id: str, *, key: str | None = None) -> None:
        """Remove somebody, or leave. Refused: membership.last_owner."""
        self._write("DELETE", f"/entities/{segment(entity_id)}/members/{segment(user_id)}", {}, key)

    def invite(self, entity_id: str, wanted: Mapping[str, Any], *, key: str | None = None) -> Document:
        """`{email, role, view_only, max_amount}` → InvitationView; the link is mailed."""
        return self._write("POST", f"/entities/{segment(entity_id)}/invitations", wanted, key)

    def revoke_invitation(self, entity_id: str, invitation_id: str, *, key: str | None = None) -> None:
        """Its link is dead. Refused: invitation.invalid."""
        self._write("DELETE", f"/entities/{segment(entity_id)}/invitations/{segment(invitation_id)}", {}, key)

    def invitation(self, token: str) -> Document:
        """What a link offers. Refused: invitation.invalid."""
        return self._line.ask(self._as(Caller()), "GET", f"/invitations/{segment(token)}")

    def accept_invitation(self, token: str, *, key: str | None = None) -> Document:
        """Join with one's own login: MemberView + `entity_name`. Refused: invitation.invalid, .other_address."""
        return self._write("POST", f"/invitations/{segment(token)}/accept", {}, key)

    def sign_up_by_invitation(self, token: str, person: Mapping[str, Any], *, address: str) -> Document:
        """`{first_name, last_name, telephone?, password}` → `{user_id, entity_id, session}`."""
        body = {**person, "address": address}
        path = f"/invitations/{segment(token)}/signup"
        return self._line.ask(self._as(Caller()), "POST", path, body=body, seconds=PASSWORD_SECONDS)

    def register_business(self, entity: Mapping[str, Any], *, key: str | None = None) -> Document:
        """Another business of one's own: `{entity_id, account}`."""
        return self._write("POST", "/entities", entity, key)

    def staff(self) -> list[Document]:
        """Administrators, coordinators, auditors."""
        found: list[Document] = self._get("/staff")["users"]
        return found

    def create_staff(self, wanted: Mapping[str, Any], *, key: str | None = None) -> Document:
        """`{email, kind, first_name?, last_name?, until?}` → User; a link to set the password by is mailed."""
        return self._write("POST", "/staff", wanted, key, PASSWORD_SECONDS)

    def change_staff(self, user_id: str, changes: Mapping[str, Any], *, key: str | None = None) -> Document:
        """`{until?, suspended?}` → User. Refused: staff.not_yourself, staff.last_admin."""
        return self._write("PATCH", f"/staff/{segment(user_id)}", changes, key)

    def remove_staff(self, user_id: str, *, key: str | None = None) -> None:
        """Refused: staff.not_yourself, staff.last_admin."""
        self._write("DELETE", f"/staff/{segment(user_id)}", {}, key)

    def invite_staff_again(self, user_id: str, *, key: str | None = None) -> Document:
        """A fresh link to set the password by."""
        return self._write("POST", f"/staff/{segment(user_id)}/invitation", {}, key)

    def users(
        self,
        *,
        last_name: str = "",
        email: str = "",
        email_part: str = "",
        page: int = 1,
        page_size: int = 10,
        after: str | None = None,
    ) -> Document:
        """`{users: [User], total, next}`, by last name; `after` is the `next` of the page before."""
        asked = {"last_name": last_name, "email": email, "email_part": email_part}
        given = {name: text or None for name, text in asked.items()}
        return self._get("/users", **given, page=page, page_size=page_size, after=after)

    def belonging(self, *, entities: Sequence[str] = (), users: Sequence[str] = ()) -> Document:
        """`{memberships: [{entity_id, user_id, role, view_only, …}], users: [User]}` of businesses, or of people.

        `users` are those of the businesses; at most 200 are asked for.
        """
        return self._get("/memberships", entities=",".join(entities) or None, users=",".join(users) or None)

    def close_login(self, user_id: str, *, reason: str = "") -> None:
        """End a member's login for good. Refused: user.unknown. StepUpNeeded."""
        self._line.ask(self._asker, "DELETE", f"/users/{segment(user_id)}", query={"reason": reason or None})

    def suspend_user(self, user_id: str, *, suspended: bool, reason: str = "", key: str | None = None) -> Document:
        """Stop a member's login, or let it go on: User."""
        body = {"suspended": suspended, "reason": reason}
        return self._write("PUT", f"/users/{segment(user_id)}/suspension", body, key)

    def act_for(self, entity_id: str, reason: str, *, key: str | None = None) -> Document:
        """This session acts for a business, at most an hour: `{entity_id, until}`."""
        return self._write("PUT", "/acting", {"entity_id": entity_id, "reason": reason}, key)

    def act_for_nobody(self, own: Caller, *, key: str | None = None) -> None:
        """End it, as the administrator that one is."""
        self._line.ask(self._as(own), "DELETE", "/acting", key=key)
