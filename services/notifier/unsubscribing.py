"""Links that stop mails (RFC 8058): signed, of no login, for ever. Pure.

A link names a business, a group of mails and the address that it was sent to, as a digest: whoever has the mail may
stop that group for the business, or everything but security for that address.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

_PURPOSE = b"unsubscribe.v1"
_MAC_BYTES = 16


class BadLink(ValueError):
    """Not a link of ours."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a link asks to stop. `address`: the digest that `digest_of` makes."""

    entity_id: str
    group: str
    address: str


def digest_of(address: str) -> str:
    """What an address is called in the list of those that want no mail: no list of addresses is kept."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads links with one key."""

    key: str

    def token(self, wish: Wish) -> str:
        """The last step of the link's path."""
        said = bytes.fromhex(wish.address) + f"{wish.group} {wish.entity_id}".encode()
        return base64.urlsafe_b64encode(self._mac(said) + said).decode().rstrip("=")

    def read(self, token: str) -> Wish:
        """What a link asks. Raises BadLink."""
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError as error:
            raise BadLink("not base64") from error
        mac, said = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(said)):
            raise BadLink("another signature")
        group, _, entity_id = said[32:].decode().partition(" ")
        return Wish(entity_id, group, said[:32].hex())

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self.key.encode(), _PURPOSE + said, "sha256")[:_MAC_BYTES]
