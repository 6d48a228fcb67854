"""The directory, as far as one's own login goes."""

from collections.abc import Mapping
from typing import Any

from services.chassis.tokens import Caller
from services.gateway.calling import PASSWORD_SECONDS, Document, given
from services.gateway.part import Part, segment

Visit = Mapping[str, str]
"""From where somebody logs in: `address`, and for browsers `device` and `agent`."""


class Security(Part):
    """Verification, password, sessions, second factor. `user_id` is always the caller's own, but for resets."""

    def enter_code(self, ticket: str, code: str, visit: Visit) -> Document:
        """The second step of a login: a Session. Refused: login.code_failed, login.locked."""
        body = {"ticket": ticket, "code": code, **visit}
        return self._line.ask(self._as(Caller()), "POST", "/sessions/codes", body=body, seconds=PASSWORD_SECONDS)

    def verify_session(self, session_id: str, *, password: str | None = None, code: str | None = None) -> None:
        """Show that it is still the same person: good for ten minutes. Refused: auth.wrong, login.locked."""
        path = f"/sessions/{segment(session_id)}/verification"
        self._write("POST", path, given({"password": password, "code": code}), None, PASSWORD_SECONDS)

    def change_password(self, user_id: str, *, current: str, new: str) -> None:
        """Another password; all other sessions end. Refused: auth.wrong, login.locked, request.invalid."""
        path = f"/users/{segment(user_id)}/password"
        self._write("POST", path, {"current": current, "new": new}, None, PASSWORD_SECONDS)

    def sessions(self, user_id: str) -> list[Document]:
        """`[{handle, device, address, opened_at, used_at, current}]`, the one used last first."""
        found: list[Document] = self._get(f"/users/{segment(user_id)}/sessions")["sessions"]
        return found

    def end_one_session(self, user_id: str, handle: str) -> None:
        """End one of them. Refused: session.unknown."""
        self._write("DELETE", f"/users/{segment(user_id)}/sessions/{segment(handle)}", {}, None)

    def end_other_sessions(self, user_id: str) -> int:
        """End all but this one; how many there were."""
        return int(self._write("DELETE", f"/users/{segment(user_id)}/sessions", {}, None)["ended"])

    def two_factor(self, user_id: str) -> Document:
        """`{on, since, recovery_codes_left, required}`."""
        return self._get(f"/users/{segment(user_id)}/two-factor")

    def begin_two_factor(self, user_id: str) -> str:
        """A secret for an app. Refused: two_factor.state. StepUpNeeded."""
        return str(self._write("POST", f"/users/{segment(user_id)}/two-factor", {}, None)["secret"])

    def confirm_two_factor(self, user_id: str, code: str) -> list[str]:
        """It is on: the recovery codes, told this once. Refused: auth.wrong, two_factor.state, login.locked."""
        path = f"/users/{segment(user_id)}/two-factor/confirmation"
        return _codes(self._write("POST", path, {"code": code}, None))

    def switch_two_factor_off(self, user_id: str) -> None:
        """Refused: two_factor.state. StepUpNeeded."""
        self._write("DELETE", f"/users/{segment(user_id)}/two-factor", {}, None)

    def reset_two_factor(self, user_id: str, reason: str, *, key: str | None = None) -> None:
        """Somebody else's, for administrators. Refused: two_factor.state, user.unknown. StepUpNeeded."""
        self._write("POST", f"/users/{segment(user_id)}/two-factor/reset", {"reason": reason}, key)

    def renew_recovery_codes(self, user_id: str) -> list[str]:
        """New recovery codes, told this once. Refused: two_factor.state. StepUpNeeded."""
        return _codes(self._write("POST", f"/users/{segment(user_id)}/recovery-codes", {}, None))


def _codes(answered: Mapping[str, Any]) -> list[str]:
    return [str(code) for code in answered["recovery_codes"]]
