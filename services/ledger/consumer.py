"""Accounts follow the directory: `directory.events` to commands. Halts on a gap or a disagreement."""

from collections.abc import Callable, Sequence
from typing import Any

from events import directory
from events.codec import decode, event_of
from events.envelope import Envelope
from events.ledger import Standing
from events.topics import DEFAULT_BOOK
from services.chassis.consuming import Received
from services.ledger.domain import Authority, Command, OpenAccount, SetStanding
from services.ledger.handlers import Appender
from services.ledger.records import Request
from services.ledger.store import Interrupted, Reader, StoreAway

GROUP = "ledger"


def group_of(book: str) -> str:
    """Each book follows the directory for itself: two in one group would share the news between them."""
    return GROUP if book == DEFAULT_BOOK else f"{GROUP}.{book}"


class AccountsFollowDirectory:
    """The projection (chassis `Projection`): effect and position go into one transaction of the event store."""

    transient: tuple[type[Exception], ...] = (Interrupted, StoreAway)
    parks = False

    def __init__(self, appender: Appender, reader: Reader) -> None:
        self._appender, self._reader = appender, reader

    def decode(self, raw: bytes) -> Envelope:
        """Raises MalformedEvent (a ValueError)."""
        return decode(raw)

    def position(self, source: str) -> int:
        return self._reader.followed(source)

    def apply(self, source: str, received: Sequence[Received]) -> None:
        """Raises handlers.Refused, handlers.OutOfOrder, MalformedEvent: the loop halts."""
        self._appender.follow(source, [(record.position, self._requests(record)) for record in received])

    def skip(self, source: str, received: Received) -> None:
        """Never asked for: this projection does not park."""
        raise NotImplementedError(f"{source} at {received.position}: accounts do not skip news")

    def _requests(self, received: Received) -> Sequence[Request]:
        envelope = received.envelope
        if envelope is None:
            raise ValueError(f"{received.source} at {received.position} is no event")
        event = event_of(envelope)
        to_command = _COMMANDS.get(type(event))
        return [] if to_command is None else [self._request(to_command(event), received, envelope)]

    def _request(self, command: Command, received: Received, envelope: Envelope) -> Request:
        return Request(
            command=command,
            authority=Authority(actor=envelope.actor, on_behalf_of=envelope.onbehalfof),
            scope=f"system:{received.source}",
            key=str(received.position),
            fingerprint=envelope.id,
            correlation_id=envelope.correlationid,
            causation_id=envelope.id,
        )


def _open(event: directory.EntityRegistered) -> Command:
    """With the book's limits for new accounts."""
    return OpenAccount(account=event.account, entity_id=event.entity_id, standing=_standing(event.status))


def _follow_status(event: directory.EntityStatusChanged) -> Command:
    reason = f"The business's status is now {event.status}."
    return SetStanding(account=event.account, standing=_standing(event.status), reason=reason)


def _close(event: directory.EntityClosed) -> Command:
    return SetStanding(account=event.account, standing="closed", reason="The business was closed.")


def _standing(status: directory.Status) -> Standing:
    return "trading" if status == "tradingAccepted" else "frozen"


_COMMANDS: dict[type, Callable[[Any], Command]] = {
    directory.EntityRegistered: _open,
    directory.EntityStatusChanged: _follow_status,
    directory.EntityClosed: _close,
}
