"""The settings of the network, and the one-time link that sets it up: one document each in MongoDB."""

from dataclasses import asdict
from datetime import datetime

from services.directory.domain.network import Network
from services.directory.store.collection import Document, Stored
from services.directory.store.logins import digest

_SETTINGS = "settings"
_NETWORK: Document = {"_id": "network"}
_LINK: Document = {"_id": "setup-link"}


class NetworkSettings(Stored):
    """What the network calls itself, and its texts."""

    def read(self) -> Network:
        """As it is; empty when nobody has set anything."""
        found = self._collection(_SETTINGS).find_one(_NETWORK, {"_id": False}, session=self._session)
        return Network(**found) if found else Network()

    def save(self, network: Network) -> None:
        """Inside the transaction that read it: of two at once one is made to look again."""
        self._collection(_SETTINGS).replace_one(_NETWORK, asdict(network), upsert=True, session=self._session)


class SetupLink(Stored):
    """At most one, by the digest of its secret. A new one takes the place of the one before."""

    def put(self, secret: str, expires_at: datetime) -> None:
        """The link that counts from now on."""
        document = {"digest": digest(secret), "expires_at": expires_at}
        self._collection(_SETTINGS).replace_one(_LINK, document, upsert=True, session=self._session)

    def lives(self, secret: str, now: datetime) -> bool:
        """Whether it may be used."""
        return self._collection(_SETTINGS).find_one(_living(secret, now), session=self._session) is not None

    def take(self, secret: str, now: datetime) -> bool:
        """Use it up, in one step; False if it can't be used."""
        wanted = _living(secret, now)
        return self._collection(_SETTINGS).delete_one(wanted, session=self._session).deleted_count > 0

    def drop(self) -> None:
        """There is none any more; no matter if there was."""
        self._collection(_SETTINGS).delete_one(_LINK, session=self._session)


def _living(secret: str, now: datetime) -> Document:
    return {**_LINK, "digest": digest(secret), "expires_at": {"$gt": now}}
