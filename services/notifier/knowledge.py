"""What the notifier remembers of events: names, addresses, who may be written to, who takes part in a transfer.

Pure: an event becomes a change of one document; the store carries it out. Changes set values and never add to
them, so carrying one out twice is the same as once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from events import directory, ledger, matcher
from events.envelope import Event
from services.notifier.digests import Found
from services.notifier.domain import DailyMail, Message, Transfer
from services.notifier.limits import Limits

NAMELESS = "A closed business"
"""What one is called that was forgotten."""

THE_BOOK = "main"
"""The one book that is followed."""

LISTED = ("accepted", "tradingPending", "tradingAccepted", "tradingRejected")
"""The statuses in which others find one, and one is told whom one could trade with."""

CollectionName = Literal["entities", "users", "transfers", "accounts", "books"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Fields (dotted paths) to set and to remove in the document `key` of `collection`."""

    collection: CollectionName
    key: str
    values: Mapping[str, Any] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    forgets: tuple[str, ...] = ()
    """Recipients to whom nothing is said any more but farewell; of what was said nothing is kept but that it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What a run of events does to the store."""

    changes: Sequence[Change]
    messages: Sequence[Message]
    """Those that must be sent."""
    notices: Sequence[Message] = ()
    daily_mails: Sequence[DailyMail] = ()
    found: Sequence[Found] = ()
    """Matches that wait for daily mails, and when those are due who had none waiting."""
    digests_due: Mapping[str, datetime] = field(default_factory=dict)
    weeks: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Week to what is added to its counters."""
    covered: Collection[str] = ()
    """Transfers that need no answer after all: a message that asks for one is withdrawn, if it still waits."""


class Reader(Protocol):
    """What the store tells while events are taken."""

    def admins(self) -> Sequence[str]:
        """Ids of the administrators and coordinators who may log in: members are their work."""

    def transfers(self, ids: Iterable[str]) -> dict[str, Transfer]:
        """The transfers of these ids that are known."""

    def entity(self, entity_id: str) -> Mapping[str, Any]:
        """What is remembered of an entity; empty when it is nothing."""

    def user(self, user_id: str) -> Mapping[str, Any]:
        """The same of a user."""

    def preferences(self, recipients: Collection[str]) -> Mapping[str, Mapping[str, Any]]:
        """Recipient to what it chose, of those that chose anything."""

    def limits(self, accounts: Iterable[str]) -> dict[str, Limits]:
        """The limits of these accounts that are known."""

    def unlisted(self, entities: Iterable[str]) -> Collection[str]:
        """Those of these that are known, and closed or in no accepted status."""

    def warning_percent(self) -> int:
        """Share of a limit from which on an account is near it."""


def change_of(event: Event) -> Change | None:
    """What to remember of `event`; None when there is nothing."""
    remember = _MEMORY.get(type(event))
    return remember(event) if remember else None


def after(document: Mapping[str, Any], changes: Iterable[Change]) -> Mapping[str, Any]:
    """`document` with `changes` of it carried out."""
    made: dict[str, Any] = deepcopy(dict(document))
    for change in changes:
        for path, value in change.values.items():
            holder, name = _holder(made, path)
            holder[name] = value
        for path in change.gone:
            holder, name = _holder(made, path)
            holder.pop(name, None)
    return made


def _holder(document: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    *outer, name = path.split(".")
    for each in outer:
        document = document.setdefault(each, {})
    return document, name


def transfer_of(event: Event) -> Transfer | None:
    """The transfer that `event` begins, if it does."""
    if not isinstance(event, ledger.TransferInitiated):
        return None
    return Transfer(
        transfer_id=event.transfer_id,
        kind=event.kind,
        direction=event.direction,
        initiator=event.initiator,
        payer=event.payer,
        payee=event.payee,
        amount=event.amount,
    )


def earlier_transfer(event: Event) -> str | None:
    """The id of the transfer that `event` goes on with or reverses, if it does."""
    if isinstance(event, ledger.TransferCompleted | ledger.TransferCancelled | ledger.TransferExpiring):
        return event.transfer_id
    return event.reverses if isinstance(event, ledger.TransferInitiated) else None


def limits_of(event: Event) -> dict[str, Limits]:
    """Account to the limits that `event` gives it, if it does."""
    if not isinstance(event, ledger.AccountOpened | ledger.AccountLimitsChanged):
        return {}
    return {event.account: Limits(max_negative=event.max_negative, max_positive=event.max_positive)}


def moved_accounts(event: Event) -> list[str]:
    """The accounts whose balances `event` changes."""
    return [entry.account for entry in event.entries] if isinstance(event, ledger.TransferCompleted) else []


def matched_entities(event: Event) -> Sequence[str]:
    """The entities that `event` of the matcher is told to."""
    if isinstance(event, matcher.SearchHit):
        return (event.entity_id,)
    return event.members if isinstance(event, matcher.LoopFound | matcher.LoopAgreed) else ()


def _registered(event: directory.EntityRegistered) -> Change:
    values = {
        "name": event.profile.name,
        "email": event.profile.email,
        "account": event.account,
        "status": event.status,
    }
    return Change(collection="entities", key=event.entity_id, values=values)


def _profile(event: directory.EntityProfileChanged) -> Change | None:
    changed = {*event.before, *event.after} & {"name", "email"}
    values = {name: event.after.get(name, "") for name in sorted(changed)}
    return Change(collection="entities", key=event.entity_id, values=values) if values else None


def _status(event: directory.EntityStatusChanged) -> Change:
    return Change(collection="entities", key=event.entity_id, values={"status": event.status})


def _closed(event: directory.EntityClosed) -> Change:
    return Change(collection="entities", key=event.entity_id, values={"closed": True})


def _forgotten(event: directory.EntityForgotten) -> Change:
    # Others may still be told of a transfer with it: without its name.
    values = {"name": NAMELESS, "account": event.account, "closed": True}
    recipients = (f"entity:{event.entity_id}", f"account:{event.account}")
    gone = ("email", "members")
    return Change(collection="entities", key=event.entity_id, values=values, gone=gone, forgets=recipients)


def _user_closed(event: directory.UserClosed) -> Change:
    gone = ("email", "first_name", "last_name")
    return Change(collection="users", key=event.user_id, gone=gone, forgets=(f"user:{event.user_id}",))


def _membership(event: directory.MembershipChanged) -> Change:
    member = f"members.{event.user_id}"
    if event.role is None:
        return Change(collection="entities", key=event.entity_id, gone=(member,))
    return Change(collection="entities", key=event.entity_id, values={member: event.role})


def _user(event: directory.UserRegistered) -> Change:
    values = {name: getattr(event, name) for name in ("kind", "email", "first_name", "last_name")}
    return Change(collection="users", key=event.user_id, values=values)


def _access(event: directory.UserAccessChanged) -> Change:
    return Change(collection="users", key=event.user_id, values={"active": event.active})


def _user_profile(event: directory.UserProfileChanged) -> Change:
    values = {name: getattr(event, name) for name in ("email", "first_name", "last_name")}
    return Change(collection="users", key=event.user_id, values=values)


def _transfer(event: ledger.TransferInitiated) -> Change:
    values = {name: getattr(event, name) for name in ("kind", "direction", "initiator", "payer", "payee", "amount")}
    return Change(collection="transfers", key=event.transfer_id, values=values)


def _limits(event: ledger.AccountOpened | ledger.AccountLimitsChanged) -> Change:
    values = {"max_negative": event.max_negative, "max_positive": event.max_positive}
    return Change(collection="accounts", key=event.account, values=values)


def _policy(event: ledger.BookPolicyChanged) -> Change:
    return Change(collection="books", key=THE_BOOK, values={"warning_percent": event.warning_percent})


_MEMORY: Mapping[type, Callable[[Any], Change | None]] = {
    directory.EntityRegistered: _registered,
    directory.EntityProfileChanged: _profile,
    directory.EntityStatusChanged: _status,
    directory.EntityClosed: _closed,
    directory.EntityForgotten: _forgotten,
    directory.MembershipChanged: _membership,
    directory.UserRegistered: _user,
    directory.UserProfileChanged: _user_profile,
    directory.UserAccessChanged: _access,
    directory.UserClosed: _user_closed,
    ledger.TransferInitiated: _transfer,
    ledger.AccountOpened: _limits,
    ledger.AccountLimitsChanged: _limits,
    ledger.BookPolicyChanged: _policy,
}
