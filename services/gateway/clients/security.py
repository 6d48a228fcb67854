"""The directory, as far as one's own login goes."""

from services.gateway.calling import PASSWORD_SECONDS
from services.gateway.part import Part, segment


class Security(Part):
    """Verification of a session."""

    def verify_session(self, session_id: str, *, password: str) -> None:
        """Show that it is still the same person: good for ten minutes. Refused: auth.wrong, login.locked."""
        path, body = f"/sessions/{segment(session_id)}/verification", {"password": password}
        self._write("POST", path, body, None, PASSWORD_SECONDS)
