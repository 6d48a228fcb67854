"""Which event becomes which message to whom: one table. Pure.

Who is asked to accept: the other side of a proposal that waits for an answer. What needs no answer (an administrator's
transfer, a reversal, a proposal that a standing consent covers) is told as done, never asked.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from events import directory, ledger
from events.envelope import Envelope, Event
from services.notifier.domain import Channel, Known, Message
from services.notifier.limits import Nearness, came_near

MAY_BE_COVERED = timedelta(seconds=60)
"""How long a proposal without an end is not mailed about: it is either from before proposals had one, or covered by a
standing consent. Then its completion, which is the next event, withdraws the message."""

PROPOSED = "transfer_initiated"
"""The kind of message that asks for an answer."""

FAREWELL = "account_closed"
"""The kind of message that is still sent to who is forgotten."""

Whom = Callable[[Any, Known], Sequence[str]]
What = Callable[[Any, Known], Mapping[str, Any]]
When = Callable[[Any, Known], bool]
ToEach = Callable[[Any, Known, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table."""

    kind: str
    to: Whom
    channel: Channel = "mail"
    when: When = lambda _event, _known: True
    facts: What = lambda _event, _known: {}
    once: What = lambda _event, _known: {}
    where: Callable[[Envelope], Mapping[str, Any]] = lambda _envelope: {}
    """Facts of the envelope, for those who look the event up."""
    wait: Callable[[Any], timedelta] = lambda _event: timedelta(0)
    own: ToEach = lambda _event, _known, _recipient: {}
    """Facts that are one recipient's alone, and in nobody else's record."""


def _the_entity(event: Any, _: Known) -> Sequence[str]:
    return (f"entity:{event.entity_id}",)


def _the_user(event: Any, _: Known) -> Sequence[str]:
    return (f"user:{event.user_id}",)


def _the_account(event: Any, _: Known) -> Sequence[str]:
    return (f"account:{event.account}",)


def _the_admins(_: Any, known: Known) -> Sequence[str]:
    return tuple(f"user:{admin}" for admin in known.admins)


def _the_other_party(event: Any, known: Known) -> Sequence[str]:
    return (f"account:{known.transfer(event.transfer_id).other}",)


def _the_initiator(event: Any, known: Known) -> Sequence[str]:
    return (f"account:{known.transfer(event.transfer_id).initiator}",)


def _both_parties(event: Any, known: Known) -> Sequence[str]:
    transfer = known.transfer(event.transfer_id)
    return (f"account:{transfer.initiator}", f"account:{transfer.other}")


def _the_consenter(event: ledger.TransferCompleted, _: Known) -> Sequence[str]:
    return (f"account:{event.consent.account}",) if event.consent else ()


def _those_moved(event: ledger.TransferInitiated, known: Known) -> Sequence[str]:
    return tuple(f"account:{account}" for account in _moved(event, known))


def _moved(event: ledger.TransferInitiated, known: Known) -> Mapping[str, int]:
    """Account to signed amount, of all that take part; who only took a fee of what is reversed takes no part."""
    original = known.transfers.get(event.reverses or "")
    parties = {event.payer, event.payee} if original and original.kind == "transfer" else None
    return {leg.account: leg.amount for leg in event.legs if parties is None or leg.account in parties}


def _entity_facts(event: Any, _: Known) -> Mapping[str, Any]:
    return {"entity_id": event.entity_id}


def _status_facts(event: directory.EntityStatusChanged, _: Known) -> Mapping[str, Any]:
    return {"entity_id": event.entity_id, "previous": event.previous}


def _transfer_facts(event: Any, known: Known) -> Mapping[str, Any]:
    transfer = known.transfer(event.transfer_id)
    return {name: getattr(transfer, name) for name in ("transfer_id", "initiator", "payer", "payee", "amount")}


def _proposal_facts(event: ledger.TransferInitiated | ledger.TransferExpiring, known: Known) -> Mapping[str, Any]:
    return {**_transfer_facts(event, known), "expires_at": event.expires_at or ""}


def _moved_facts(event: ledger.TransferInitiated, known: Known) -> Mapping[str, Any]:
    return {"transfer_id": event.transfer_id, "initiator": event.initiator, "moved": dict(_moved(event, known))}


def _ending_facts(event: ledger.TransferCancelled, known: Known) -> Mapping[str, Any]:
    return {**_transfer_facts(event, known), "ending": event.kind, "by": event.by}


def _near_a_limit(event: ledger.TransferCompleted, known: Known) -> Mapping[str, Nearness]:
    """Recipient to how near, of those whom the transfer brought near a limit; only where the limits are known."""
    return {
        f"account:{entry.account}": nearness
        for entry in event.entries
        if (limits := known.limits.get(entry.account)) and (nearness := came_near(entry, limits, known.warning_percent))
    }


def _those_near_a_limit(event: ledger.TransferCompleted, known: Known) -> Sequence[str]:
    return tuple(_near_a_limit(event, known))


def _nearness(event: ledger.TransferCompleted, known: Known, recipient: str) -> Mapping[str, Any]:
    return asdict(_near_a_limit(event, known)[recipient])


def _limit_facts(event: ledger.AccountLimitsChanged, _: Known) -> Mapping[str, Any]:
    return {
        "account": event.account,
        "max_negative": event.max_negative,
        "max_positive": event.max_positive,
        "previous_max_negative": event.previous.max_negative,
        "previous_max_positive": event.previous.max_positive,
    }


def _reason(event: Any, _: Known) -> Mapping[str, Any]:
    return {"reason": event.reason} if event.reason else {}


def _purpose(event: ledger.TransferInitiated, _: Known) -> Mapping[str, Any]:
    return {"reason": event.description} if event.description else {}


def _device(event: directory.SecurityNotice, _: Known) -> Mapping[str, Any]:
    return {"device": event.device} if event.device else {}


def _ciphertext(event: directory.OneTimeMessage, _: Known) -> Mapping[str, Any]:
    return {"ciphertext": event.ciphertext}


def _between_members(event: Any, known: Known) -> bool:
    """Administrators' transfers and reversals are nobody's proposal."""
    return known.transfer(event.transfer_id).kind == "transfer"


def _is(kind: ledger.TransferKind) -> When:
    return lambda event, _known: event.kind == kind


def _by_consent(event: ledger.TransferCompleted, known: Known) -> bool:
    return event.consent is not None and _between_members(event, known)


def _until_covered(event: ledger.TransferInitiated) -> timedelta:
    return timedelta(0) if event.expires_at else MAY_BE_COVERED


def _came_by_itself(event: directory.EntityRegistered, _: Known) -> bool:
    return not event.imported


def _signup_is_reported(event: directory.EntityRegistered, known: Known) -> bool:
    return known.signup_notifications and not event.imported


def _status_is(status: directory.Status) -> When:
    return lambda event, _known: event.status == status


def _ended_as(*kinds: ledger.CancellationKind) -> When:
    return lambda event, known: event.kind in kinds and _between_members(event, known)


def _accepted(event: ledger.TransferCompleted, known: Known) -> bool:
    return event.accepted_by is not None and _between_members(event, known)


def excess(event: Event) -> int:
    """What the entries of a completed transfer sum to, in the smallest unit: zero, or the ledger is wrong."""
    return sum(entry.amount for entry in event.entries) if isinstance(event, ledger.TransferCompleted) else 0


def _is_off_balance(event: ledger.TransferCompleted, _: Known) -> bool:
    return excess(event) != 0


def _excess_facts(event: ledger.TransferCompleted, _: Known) -> Mapping[str, Any]:
    return {"transfer": event.transfer_id, "excess": excess(event)}


def _position(envelope: Envelope) -> Mapping[str, Any]:
    return {"position": envelope.sequence}


def _the_member_and_the_entity(event: directory.MembershipChanged, _: Known) -> Sequence[str]:
    return (f"user:{event.user_id}", f"entity:{event.entity_id}")


def _part_facts(event: directory.MembershipChanged, _: Known) -> Mapping[str, Any]:
    facts = {"entity_id": event.entity_id, "user_id": event.user_id, "view_only": bool(event.view_only)}
    facts |= {"role": event.role or ""}
    return facts if event.max_amount is None else {**facts, "max_amount": event.max_amount}


def _acting_facts(event: directory.OnBehalfBegan, _: Known) -> Mapping[str, Any]:
    return {"entity_id": event.entity_id, "acting_until": event.until}


def _membership_rule(what: str, kind: str) -> Rule:
    """A sign-up says nothing of `what`: it is told in other words."""
    return Rule(
        kind=kind, to=_the_member_and_the_entity, when=lambda event, _known: event.what == what, facts=_part_facts
    )


def _status_rule(status: directory.Status, kind: str) -> Rule:
    return Rule(kind=kind, to=_the_entity, when=_status_is(status), facts=_status_facts, once=_reason)


def _ending_rule(kind: str, *endings: ledger.CancellationKind) -> Rule:
    return Rule(kind=kind, to=_both_parties, when=_ended_as(*endings), facts=_ending_facts, once=_reason)


def _one_time_rule(what: str, kind: str) -> Rule:
    return Rule(kind=kind, to=_the_user, when=lambda event, _known: event.kind == what, once=_ciphertext)


def _entity_message_rule(what: str, kind: str) -> Rule:
    """To the entity that the message names."""
    return Rule(
        kind=kind,
        to=lambda event, _known: (f"entity:{event.to_entity}",),
        when=lambda event, _known: event.kind == what,
        once=_ciphertext,
    )


def _notice_rule(what: str) -> Rule:
    return Rule(kind=what.replace("-", "_"), to=_the_user, when=lambda event, _known: event.what == what, once=_device)


TABLE: Mapping[type, tuple[Rule, ...]] = {
    directory.EntityRegistered: (
        Rule(kind="welcome", to=_the_entity, when=_came_by_itself, facts=_entity_facts),
        Rule(kind="signup_notification", to=_the_admins, when=_signup_is_reported, facts=_entity_facts),
    ),
    directory.EntityStatusChanged: (
        _status_rule("pending", "status_pending"),
        _status_rule("accepted", "status_accepted"),
        _status_rule("rejected", "status_rejected"),
        _status_rule("tradingPending", "trading_pending"),
        _status_rule("tradingAccepted", "trading_accepted"),
        _status_rule("tradingRejected", "trading_rejected"),
    ),
    directory.EntityClosed: (Rule(kind=FAREWELL, to=_the_entity, once=_reason),),
    directory.MembershipChanged: (
        _membership_rule("joined", "member_joined"),
        _membership_rule("changed", "member_changed"),
        _membership_rule("left", "member_left"),
    ),
    directory.OnBehalfBegan: (Rule(kind="acted_on_behalf", to=_the_entity, facts=_acting_facts, once=_reason),),
    directory.TradingApplicationSubmitted: (Rule(kind="trading_application", to=_the_admins, facts=_entity_facts),),
    directory.OneTimeMessage: (
        _one_time_rule("password-reset", "password_reset"),
        # To the address in the ciphertext, which need not be the user's.
        _one_time_rule("invitation", "invitation"),
        _one_time_rule("staff-invitation", "staff_invitation"),
        _one_time_rule("email-change", "email_change"),
        _one_time_rule("email-change-old", "email_change_old"),
        _one_time_rule("email-change-taken", "email_change_taken"),
        _one_time_rule("email-changed", "email_change_done"),
        _entity_message_rule("contact", "trade_contact"),
        _entity_message_rule("contact-copy", "trade_contact_copy"),
        _one_time_rule("import-invitation", "import_invitation"),
    ),
    directory.SecurityNotice: (
        _notice_rule("password-changed"),
        _notice_rule("locked"),
        _notice_rule("new-sign-in"),
        _notice_rule("two-factor-on"),
        _notice_rule("two-factor-off"),
        _notice_rule("two-factor-reset"),
        _notice_rule("recovery-code-used"),
        _notice_rule("email-changed"),
        _notice_rule("api-token-created"),
    ),
    ledger.TransferInitiated: (
        Rule(
            kind=PROPOSED,
            to=_the_other_party,
            when=_is("transfer"),
            facts=_proposal_facts,
            wait=_until_covered,
        ),
        # These two are completed by the next event of the same decision; what they are for is said here alone.
        Rule(kind="transfer_by_admin", to=_those_moved, when=_is("admin"), facts=_moved_facts, once=_purpose),
        Rule(kind="transfer_reversed", to=_those_moved, when=_is("reversal"), facts=_moved_facts, once=_purpose),
    ),
    ledger.TransferExpiring: (Rule(kind="transfer_expiring", to=_the_other_party, facts=_proposal_facts),),
    ledger.TransferCompleted: (
        Rule(kind="transfer_accepted", to=_the_initiator, when=_accepted, facts=_transfer_facts),
        Rule(kind="transfer_receipt", to=_the_other_party, when=_accepted, facts=_transfer_facts),
        Rule(kind="non_zero_sum", to=_the_admins, when=_is_off_balance, facts=_excess_facts, where=_position),
        Rule(kind="transfer_by_consent", to=_the_consenter, when=_by_consent, facts=_transfer_facts),
        Rule(kind="near_limit", to=_those_near_a_limit, own=_nearness),
    ),
    ledger.TransferCancelled: (
        # Both parties, always (behaviour.md, decisions).
        _ending_rule("transfer_rejected", "rejected"),
        _ending_rule("transfer_cancelled", "cancelled"),
        _ending_rule("transfer_cancelled_by_system", "system", "expired"),
    ),
    ledger.AccountLimitsChanged: (Rule(kind="limits_changed", to=_the_account, facts=_limit_facts, once=_reason),),
}
"""Event → message kind → recipients → channel."""

KINDS = tuple(rule.kind for rules in TABLE.values() for rule in rules)


def messages_for(envelope: Envelope, event: Event, known: Known, *, now: datetime, max_age: timedelta) -> list[Message]:
    """The messages that `event` asks for. Raises UnknownTransfer.

    An event older than `max_age` (a replayed history, demo data), or one past its own end (a one-time link, a
    proposal), makes messages in state `expired`: recorded, never sent.
    """
    event_at = datetime.fromisoformat(envelope.time)
    end: str | None = getattr(event, "expires_at", None)
    expires_at = datetime.fromisoformat(end) if end else None
    too_late = now - event_at > max_age or (expires_at is not None and now >= expires_at)
    return [
        Message(
            event_id=envelope.id,
            recipient=recipient,
            kind=rule.kind,
            channel=rule.channel,
            facts={**rule.facts(event, known), **rule.where(envelope), **rule.own(event, known, recipient)},
            once={} if too_late else rule.once(event, known),
            state="expired" if too_late else "queued",
            event_at=event_at,
            due_at=now + rule.wait(event),
            expires_at=expires_at,
        )
        for rule in TABLE.get(type(event), ())
        if rule.when(event, known)
        for recipient in _distinct(rule.to(event, known))
    ]


def covered_transfer(event: Event) -> str | None:
    """The id of the transfer that `event` completed without an answer, if it did: nobody is asked to accept that."""
    if isinstance(event, ledger.TransferCompleted) and event.accepted_by is None:
        return event.transfer_id
    return None


def asks_to_accept(message: Message, transfers: Iterable[str]) -> bool:
    """Whether `message` asks somebody to accept one of these transfers."""
    return message.kind == PROPOSED and message.facts["transfer_id"] in transfers


def _distinct(recipients: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(recipients))
