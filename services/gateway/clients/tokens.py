"""The directory, as far as personal API tokens and another mail address go."""

from typing import Any

from services.chassis.tokens import Caller
from services.gateway.calling import Document
from services.gateway.part import Part, segment

_GATEWAY = Caller(subject="gateway", roles=frozenset({"service"}))


class Tokens(Part):
    """Personal API tokens, and the change of one's address."""

    def api_token_session(self, token: str) -> Document:
        """Whom a token acts for: a Session with `scopes`. Refused: api_token.unknown."""
        return self._line.ask(self._as(_GATEWAY), "POST", "/api-token-sessions", body={"token": token})

    def api_tokens(self, user_id: str) -> list[Document]:
        """One's own tokens, newest first."""
        found: list[Document] = self._get(f"/users/{segment(user_id)}/api-tokens")["api_tokens"]
        return found

    def create_api_token(self, user_id: str, wanted: dict[str, Any], *, key: str | None = None) -> Document:
        """`{name, scopes, days?, day_limit?}` → ApiToken with `token`, which is null for a repeat.

        Refused: api_token.too_many.
        """
        return self._write("POST", f"/users/{segment(user_id)}/api-tokens", wanted, key)

    def revoke_api_token(self, user_id: str, token_id: str, *, key: str | None = None) -> None:
        """End one. Refused: api_token.unknown."""
        self._write("DELETE", f"/users/{segment(user_id)}/api-tokens/{segment(token_id)}", {}, key)

    def reserve_payment(self, token_id: str, amount: int, key: str) -> None:
        """Count what a token is about to move out, once per key. Refused: token.day_limit, api_token.unknown."""
        self._service_write("POST", token_id, {"amount": amount, "key": key})

    def settle_payment(self, token_id: str, kept: int, key: str) -> None:
        """Of what was counted under a key, no more than `kept` is moved."""
        self._service_write("PUT", token_id, {"kept": kept, "key": key})

    def _service_write(self, method: str, token_id: str, body: dict[str, Any]) -> None:
        self._line.ask(self._as(_GATEWAY), method, f"/api-tokens/{segment(token_id)}/payments", body=body)

    def email_change(self, user_id: str) -> Document:
        """The change of one's address that is under way. Refused: email_change.none."""
        return self._get(f"/users/{segment(user_id)}/email-change")

    def request_email_change(self, user_id: str, email: str, *, key: str | None = None) -> Document:
        """Have links mailed to both addresses. Refused: email_change.too_often."""
        return self._write("POST", f"/users/{segment(user_id)}/email-change", {"email": email}, key)

    def cancel_email_change(self, user_id: str, *, key: str | None = None) -> None:
        """Let it be."""
        self._write("DELETE", f"/users/{segment(user_id)}/email-change", {}, key)

    def email_link(self, token: str) -> Document:
        """`{side, new_email}` of a link; uses nothing up. Refused: email_change.invalid."""
        return self._line.ask(self._as(Caller()), "GET", f"/email-confirmations/{segment(token)}")

    def confirm_email(self, token: str) -> Document:
        """`{state, waits_for}`, once. Refused: email_change.invalid, user.email_taken."""
        return self._line.ask(self._as(Caller()), "POST", f"/email-confirmations/{segment(token)}", body={})

    def stop_email_change(self, token: str) -> None:
        """It was somebody else: by the link to the address so far. Refused: email_change.invalid."""
        self._line.ask(self._as(Caller()), "POST", f"/email-confirmations/{segment(token)}/stop", body={})
