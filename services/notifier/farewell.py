"""The last mail to a business: it keeps name, address and language, for soon nobody knows them any more. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.notifier.addressing import NotKnownYet, of_entity
from services.notifier.domain import Message
from services.notifier.knowledge import Change, CollectionName, Reader, after
from services.notifier.rules import FAREWELL


@dataclass(frozen=True, slots=True)
class _AtThatEvent:
    """What the store knows, with the changes of this run that are not in it yet."""

    reader: Reader
    changes: Sequence[Change]

    def entity(self, entity_id: str) -> Mapping[str, Any]:
        return after(self.reader.entity(entity_id), self._of("entities", entity_id))

    def user(self, user_id: str) -> Mapping[str, Any]:
        return after(self.reader.user(user_id), self._of("users", user_id))

    def _of(self, collection: CollectionName, key: str) -> Iterable[Change]:
        return (change for change in self.changes if (change.collection, change.key) == (collection, key))


def addressed(message: Message, reader: Reader, changes: Sequence[Change]) -> Message:
    """`message`; a farewell with the name and address of whom it goes to, deleted with it once it is sent."""
    if message.kind != FAREWELL or message.state != "queued":
        return message
    book = _AtThatEvent(reader, changes)
    try:
        to = of_entity(book.entity(message.recipient.removeprefix("entity:")), book)
    except NotKnownYet:
        # Looked up when it is sent, like those of all others.
        return message
    chosen = reader.preferences([message.recipient]).get(message.recipient, {})
    language = {"language": chosen["language"]} if chosen.get("language") else {}
    return replace(message, once={**message.once, "name": to.name, "address": to.address, **language})
