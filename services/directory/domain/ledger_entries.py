"""What the audit log tells of an event of the ledger: ids and amounts, never what people wrote about a transfer. Pure.

Descriptions, references and members' reasons stay in the ledger. So do balances: an entry is seen by both parties.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from events import ledger
from events.envelope import Envelope, Event
from services.directory.domain.audit import Act, Entry

INITIATED = "transfer.initiated"
SETTINGS = ("book.policy-changed", "book.fee-rules-changed")
"""Events that say how it is now, not how it was: that is in the entry before."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of those that an event is about, beside the event itself."""

    entities: Mapping[str, str]
    """Account number to entity id."""
    parties: Mapping[str, Sequence[str]]
    """Transfer id to the accounts that it moves."""
    settings: Mapping[str, Mapping[str, Any]]
    """Action to how it was after the last entry of that kind."""

    def concerned(self, accounts: Sequence[str]) -> tuple[str, ...]:
        """Accounts and the businesses that they belong to."""
        known = dict.fromkeys(accounts)
        entities = [f"entity/{self.entities[account]}" for account in known if account in self.entities]
        return (*(f"account/{account}" for account in known), *entities)


def accounts_of(event: Event) -> tuple[str, ...]:
    """The accounts that an event names itself."""
    match event:
        case ledger.TransferInitiated():
            return tuple(dict.fromkeys([event.payer, event.payee, *(leg.account for leg in event.legs)]))
        case ledger.TransferCompleted():
            return tuple(entry.account for entry in event.entries)
        case (
            ledger.AccountOpened()
            | ledger.AccountLimitsChanged()
            | ledger.AccountStandingChanged()
            | ledger.AccountConsentChanged()
        ):
            return (event.account,)
    return ()


def act_of(envelope: Envelope, event: Event, known: Told, source: str) -> Act | None:
    """The entry for an event; None when it changes nothing (a reminder), or is none that is known here."""
    entry_of = _ENTRIES.get(type(event))
    if entry_of is None:
        return None
    entry: Entry = entry_of(event, known)
    after = {**entry.after, "at": envelope.time, "event": envelope.id, "position": envelope.sequence}
    concerned = tuple(each for each in entry.concerns if each != entry.subject)
    told = Entry(
        action=entry.action,
        subject=entry.subject,
        before=entry.before,
        after=after,
        reason=entry.reason,
        concerns=concerned,
    )
    return Act(
        entry=told,
        actor=envelope.actor,
        on_behalf_of=envelope.onbehalfof,
        correlation_id=envelope.correlationid,
        source=source,
    )


def _initiated(event: ledger.TransferInitiated, known: Told) -> Entry:
    after: dict[str, Any] = {
        "status": "initiated",
        "kind": event.kind,
        "direction": event.direction,
        "payer": event.payer,
        "payee": event.payee,
        "amount": event.amount,
    }
    after |= {"reverses": event.reverses} if event.reverses else {}
    after |= {"expires_at": event.expires_at} if event.expires_at else {}
    return Entry(action=INITIATED, subject=event.subject, after=after, concerns=known.concerned(accounts_of(event)))


def _completed(event: ledger.TransferCompleted, known: Told) -> Entry:
    moved = [{"account": entry.account, "amount": entry.amount} for entry in event.entries]
    after: dict[str, Any] = {"status": "completed", "moved": moved}
    after |= {"accepted_by": event.accepted_by} if event.accepted_by else {}
    after |= {"consent_of": event.consent.account} if event.consent else {}
    action = "transfer.accepted" if event.accepted_by else "transfer.completed"
    return Entry(
        action=action,
        subject=event.subject,
        before={"status": "initiated"},
        after=after,
        concerns=known.concerned(accounts_of(event)),
    )


_ENDINGS: Mapping[str, str] = {"system": "transfer.cancelled-by-system"}


def _cancelled(event: ledger.TransferCancelled, known: Told) -> Entry:
    after: dict[str, Any] = {"status": "cancelled", "kind": event.kind, "code": event.code}
    after |= {"by": event.by} if event.by else {}
    return Entry(
        action=_ENDINGS.get(event.kind, f"transfer.{event.kind}"),
        subject=event.subject,
        before={"status": "initiated"},
        after=after,
        concerns=known.concerned(known.parties.get(event.transfer_id, ())),
    )


def _limits(event: ledger.AccountLimitsChanged, known: Told) -> Entry:
    after = {"max_negative": event.max_negative, "max_positive": event.max_positive}
    return _of_account(event, known, "account.limits-changed", asdict(event.previous), after, event.reason)


def _standing(event: ledger.AccountStandingChanged, known: Told) -> Entry:
    after = {"standing": event.standing} | ({"closing": True} if event.closing else {})
    before = {"standing": event.previous}
    return _of_account(event, known, "account.standing-changed", before, after, event.reason)


def _opened(event: ledger.AccountOpened, known: Told) -> Entry:
    names = ("entity_id", "max_negative", "max_positive", "standing")
    return _of_account(event, known, "account.opened", {}, {name: getattr(event, name) for name in names})


def _consent(event: ledger.AccountConsentChanged, known: Told) -> Entry:
    return _of_account(event, known, "account.consent-changed", {}, {"rules": [asdict(rule) for rule in event.rules]})


def _of_account(
    event: Any, known: Told, action: str, before: Mapping[str, Any], after: Mapping[str, Any], reason: str = ""
) -> Entry:
    concerns = known.concerned([event.account])
    return Entry(action=action, subject=event.subject, before=before, after=after, reason=reason, concerns=concerns)


def _policy(event: ledger.BookPolicyChanged, known: Told) -> Entry:
    after = {name: value for name, value in asdict(event).items() if name != "reason"}
    return _of_book(event, known, "book.policy-changed", after)


def _fees(event: ledger.FeeRulesChanged, known: Told) -> Entry:
    return _of_book(event, known, "book.fee-rules-changed", {"rules": [asdict(rule) for rule in event.rules]})


def _of_book(event: Any, known: Told, action: str, after: Mapping[str, Any]) -> Entry:
    before = {name: value for name, value in known.settings.get(action, {}).items() if name in after}
    return Entry(action=action, subject=event.subject, before=before, after=after, reason=event.reason)


_ENTRIES: Mapping[type, Callable[[Any, Told], Entry]] = {
    ledger.TransferInitiated: _initiated,
    ledger.TransferCompleted: _completed,
    ledger.TransferCancelled: _cancelled,
    ledger.AccountOpened: _opened,
    ledger.AccountLimitsChanged: _limits,
    ledger.AccountStandingChanged: _standing,
    ledger.AccountConsentChanged: _consent,
    ledger.BookPolicyChanged: _policy,
    ledger.FeeRulesChanged: _fees,
}
