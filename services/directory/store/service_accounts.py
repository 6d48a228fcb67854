"""Service accounts in MongoDB. Their tokens are with all others (`api_tokens`), under the account's id."""

from dataclasses import asdict
from datetime import datetime

from services.directory.domain.service_accounts import ServiceAccount, name_key
from services.directory.store.collection import Document, Stored

_NAME = "service_accounts"
_INNER = frozenset({"_id", "name_key"})


class ServiceAccounts(Stored):
    """What programs of the office act as."""

    def save(self, account: ServiceAccount) -> None:
        """Store a new or changed one."""
        document = {**asdict(account), "_id": account.service_account_id, "name_key": name_key(account.name)}
        which = {"_id": account.service_account_id}
        self._collection(_NAME).replace_one(which, document, upsert=True, session=self._session)

    def find(self, account_id: str) -> ServiceAccount | None:
        """The one of this id."""
        return _account(self._collection(_NAME).find_one({"_id": account_id}, session=self._session))

    def all(self) -> list[ServiceAccount]:
        """By name."""
        found = self._collection(_NAME).find({}, session=self._session).sort("name_key", 1)
        return [account for each in found if (account := _account(each))]

    def names_of(self, account_ids: list[str]) -> dict[str, str]:
        """Id to name, of those that are there."""
        found = self._collection(_NAME).find({"_id": {"$in": account_ids}}, {"name": 1}, session=self._session)
        return {each["_id"]: each["name"] for each in found}

    def remove(self, account_id: str) -> None:
        """It is gone."""
        self._collection(_NAME).delete_one({"_id": account_id}, session=self._session)

    def used(self, account: ServiceAccount, now: datetime) -> None:
        """Note that it is used: as with tokens, once a minute and not waited for."""
        self._note_use(_NAME, {"_id": account.service_account_id}, account.last_used_at, now)


def _account(document: Document | None) -> ServiceAccount | None:
    if document is None:
        return None
    known = {name: value for name, value in document.items() if name not in _INNER}
    return ServiceAccount(**{**known, "scopes": tuple(known["scopes"])})
