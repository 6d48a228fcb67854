"""A claimed message as a mail: whom it goes to is looked up, its template filled in."""

from dataclasses import dataclass
from email.message import EmailMessage

from services.chassis.clock import Clock
from services.notifier.addressing import Book, Unseal, addressee, instead, kept, values_for
from services.notifier.mail import Envelope, Stationery, as_mail, in_words
from services.notifier.store import Claimed


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes mails."""

    stationery: Stationery
    unseal: Unseal
    sender: str
    clock: Clock

    def mail(self, claimed: Claimed, book: Book) -> EmailMessage:
        """The mail that `claimed` is. Raises NotKnownYet, BadAddress, ValueError."""
        to = kept(claimed.once) or addressee(claimed.recipient, book)
        values = values_for(claimed.recipient, claimed.facts, claimed.once, book, self.unseal)
        to = instead(to, values.pop("address", ""))
        values |= {"happened_on": in_words(claimed.event_at.isoformat())}
        words = self.stationery.words(claimed.kind, {**values, "name": to.name, "greeted": to.name, "why": to.why})
        envelope = Envelope(
            sender=self.sender,
            name=to.name,
            address=to.address,
            message_id=claimed.message_id,
            at=self.clock(),
            reply_to=values.get("reply_to", ""),
        )
        return as_mail(envelope, words, self.stationery)
