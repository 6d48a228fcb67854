"""A claimed message as a mail: whom it goes to is looked up, its template filled in."""

from dataclasses import dataclass
from email.message import EmailMessage

from services.chassis.clock import Clock
from services.notifier.addressing import Book, Unseal, addressee, instead, kept, values_for
from services.notifier.languages import in_words
from services.notifier.mail import Envelope, Stationery, as_mail
from services.notifier.rules import GROUP_OF, OFFERED
from services.notifier.store import Claimed
from services.notifier.unsubscribing import Links, Wish, digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes mails."""

    stationery: Stationery
    unseal: Unseal
    sender: str
    clock: Clock
    links: Links | None = None
    """None: mails carry no link to stop them."""

    def mail(self, claimed: Claimed, book: Book, chosen: str = "") -> EmailMessage:
        """The mail that `claimed` is, in the language that was chosen. Raises NotKnownYet, BadAddress, ValueError."""
        language = self.stationery.language(chosen or claimed.once.get("language", ""))
        to = kept(claimed.once, language) or addressee(claimed.recipient, book, language)
        values = values_for(claimed.recipient, claimed.facts, claimed.once, book, self.unseal, language)
        to = instead(to, values.pop("address", ""), language)
        values |= {"happened_on": in_words(claimed.event_at.isoformat(), language)}
        words = self.stationery.words(
            claimed.kind,
            {**values, "name": to.name, "greeted": to.name, "why": to.why},
            language,
            self._stop(claimed, to.address, book),
        )
        envelope = Envelope(
            sender=self.sender,
            name=to.name,
            address=to.address,
            message_id=claimed.message_id,
            at=self.clock(),
            reply_to=values.get("reply_to", ""),
        )
        return as_mail(envelope, words, self.stationery)

    def _stop(self, claimed: Claimed, address: str, book: Book) -> str:
        """Token of the link that stops such mails; empty for what can't be stopped, and for persons."""
        what, _, key = claimed.recipient.partition(":")
        group = GROUP_OF.get(claimed.kind)
        if self.links is None or group is None or group not in OFFERED or what == "user":
            return ""
        entity_id = key if what == "entity" else (book.entity_of(key) or {}).get("_id", "")
        return self.links.token(Wish(entity_id, group, digest_of(address))) if entity_id else ""
