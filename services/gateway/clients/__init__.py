"""The other services as the gateway sees them: one class each, methods named as use cases (docs/internal-api.md).

Every method answers the service's JSON document as a dict, or a list where the name says so, and raises
* `Refused` when the service said no (its problem document: status, code, sentence, field errors);
* `StepUpNeeded` when it wants to know that it is still the same person: leave it alone, its page comes by itself;
* `PartDown` when it gave no answer in time, is known to be down, or answered 5xx: a page shows that part as missing.

Amounts are integers of the smallest unit, times RFC 3339 text. `key` is the Idempotency-Key of a write; one is made
when it is left out, so that a write may be sent again after a broken connection.

Get the four of this request by `services.gateway.session.parts()`: they are bound to who is asking and to the
positions that the session has seen, which travel as `Min-Position` and grow with every answered `Position`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.chassis.tokens import Caller
from services.gateway.calling import Asker, Document, Line, PartDown, Refused, StepUpNeeded, Stream
from services.gateway.clients.directory import THE_GATEWAY, Directory
from services.gateway.clients.ledger import Ledger
from services.gateway.clients.matcher import Matcher
from services.gateway.clients.notifier import Notifier

__all__ = [
    "THE_GATEWAY", "Asker", "Directory", "Document", "Ledger", "Line", "Lines", "Matcher", "Notifier", "PartDown",
    "Parts", "Refused", "StepUpNeeded", "Stream",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parts:
    """The four services, bound to one asker."""

    ledger: Ledger
    directory: Directory
    matcher: Matcher
    notifier: Notifier
    asker: Asker


@dataclass(frozen=True, slots=True)
class Lines:
    """The ways to the four services: made once per process."""

    ledger: Line
    directory: Line
    matcher: Line
    notifier: Line

    @property
    def all(self) -> tuple[Line, ...]:
        return (self.ledger, self.directory, self.matcher, self.notifier)

    def parts(self, caller: Caller, positions: Mapping[str, int] | None = None, address: str = "") -> Parts:
        """The services for one caller, who has seen `positions` and calls from `address`."""
        asker = Asker(caller, dict(positions or {}), address)
        return Parts(
            Ledger(self.ledger, asker),
            Directory(self.directory, asker),
            Matcher(self.matcher, asker),
            Notifier(self.notifier, asker),
            asker,
        )
