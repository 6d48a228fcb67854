"""The directory, as far as service accounts go."""

from collections.abc import Mapping
from typing import Any

from services.gateway.calling import Document
from services.gateway.part import Part, segment


class ServiceAccounts(Part):
    """What programs of the office act as, and their tokens."""

    def service_accounts(self) -> list[Document]:
        """All of them, by name, with their tokens."""
        found: list[Document] = self._get("/service-accounts")["service_accounts"]
        return found

    def service_account(self, account_id: str) -> Document:
        """One. Refused: service_account.unknown."""
        return self._get(_path(account_id))

    def create_service_account(self, wanted: Mapping[str, Any], *, key: str | None = None) -> Document:
        """`{name, purpose, scopes}` → ServiceAccount. Refused: service_account.name_taken, service_account.too_many."""
        return self._write("POST", "/service-accounts", wanted, key)

    def change_service_account(
        self, account_id: str, changes: Mapping[str, Any], *, key: str | None = None
    ) -> Document:
        """`{name?, purpose?, scopes?, disabled?}` → ServiceAccount. Refused: service_account.name_taken."""
        return self._write("PATCH", _path(account_id), changes, key)

    def remove_service_account(self, account_id: str, *, key: str | None = None) -> None:
        """It and its tokens."""
        self._write("DELETE", _path(account_id), {}, key)

    def create_service_account_token(
        self, account_id: str, wanted: Mapping[str, Any], *, key: str | None = None
    ) -> Document:
        """`{name, days?}` → a token with `token`, which is null for a repeat.

        Refused: service_account.disabled, api_token.too_many.
        """
        return self._write("POST", f"{_path(account_id)}/tokens", wanted, key)

    def revoke_service_account_token(self, account_id: str, token_id: str, *, key: str | None = None) -> None:
        """End one. Refused: api_token.unknown."""
        self._write("DELETE", f"{_path(account_id)}/tokens/{segment(token_id)}", {}, key)


def _path(account_id: str) -> str:
    return f"/service-accounts/{segment(account_id)}"
