"""Which event becomes which message to whom: one table. Pure.

Who is asked to accept: the other side of a proposal that waits for an answer. What needs no answer (an administrator's
transfer, a reversal, a proposal that a standing consent covers) is told as done, never asked.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from events import directory, ledger, matcher
from events.envelope import Envelope, Event
from services.notifier import saying as says
from services.notifier.digests import KIND as DAILY
from services.notifier.domain import Channel, Known, Message
from services.notifier.preferences import SWITCHABLE, Group
from services.notifier.saying import ToEach, What, When, Whom
from services.notifier.webhooks.domain import WebhookPaused
from services.notifier.weekly import KIND as WEEKLY

PROPOSED = "transfer_initiated"
"""The kind of message that asks for an answer."""

FAREWELL = "account_closed"
"""The kind of message that is still sent to who is forgotten."""

BOTH: tuple[Channel, ...] = ("mail", "notice")
MAIL_ALONE: tuple[Channel, ...] = ("mail",)
"""For what a login must not show: one-time links, people's words, and what goes to who can't log in any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table."""

    kind: str
    group: Group
    to: Whom
    channels: tuple[Channel, ...] = BOTH
    when: When = lambda _event, _known: True
    facts: What = lambda _event, _known: {}
    once: What = lambda _event, _known: {}
    """What must not be kept, for the mail alone."""
    where: Callable[[Envelope], Mapping[str, Any]] = lambda _envelope: {}
    """Facts of the envelope, for those who look the event up."""
    wait: Callable[[Any], timedelta] = lambda _event: timedelta(0)
    own: ToEach = lambda _event, _known, _recipient: {}
    """Facts that are one recipient's alone, and in nobody else's record."""


def _membership_rule(what: str, kind: str) -> Rule:
    """A sign-up says nothing of `what`: it is told in other words."""
    return Rule(
        kind=kind,
        group="account",
        to=says.the_member_and_the_entity,
        when=lambda event, _known: event.what == what,
        facts=says.part_facts,
    )


def _status_rule(status: directory.Status, kind: str) -> Rule:
    return Rule(
        kind=kind,
        group="account",
        to=says.the_entity,
        when=says.status_is(status),
        facts=says.status_facts,
        once=says.reason,
    )


def _ending_rule(kind: str, *endings: ledger.CancellationKind) -> Rule:
    return Rule(
        kind=kind,
        group="trades",
        to=says.both_parties,
        when=says.ended_as(*endings),
        facts=says.ending_facts,
        once=says.reason,
    )


def _one_time_rule(what: str, kind: str) -> Rule:
    return Rule(
        kind=kind,
        group="security",
        to=says.the_user,
        channels=MAIL_ALONE,
        when=lambda event, _known: event.kind == what,
        once=says.ciphertext,
    )


def _entity_message_rule(what: str, kind: str) -> Rule:
    """To the entity that the message names."""
    return Rule(
        kind=kind,
        group="contact",
        to=says.the_named_entity,
        channels=MAIL_ALONE,
        when=lambda event, _known: event.kind == what,
        once=says.ciphertext,
    )


def _notice_rule(what: str) -> Rule:
    return Rule(
        kind=what.replace("-", "_"),
        group="security",
        to=says.the_user,
        when=lambda event, _known: event.what == what,
        once=says.device,
    )


TABLE: Mapping[type, tuple[Rule, ...]] = {
    directory.EntityRegistered: (
        Rule(kind="welcome", group="account", to=says.the_entity, when=says.came_by_itself, facts=says.entity_facts),
        Rule(
            kind="signup_notification",
            group="work",
            to=says.the_admins,
            when=says.signup_is_reported,
            facts=says.entity_facts,
        ),
    ),
    directory.EntityStatusChanged: (
        _status_rule("pending", "status_pending"),
        _status_rule("accepted", "status_accepted"),
        _status_rule("rejected", "status_rejected"),
        _status_rule("tradingPending", "trading_pending"),
        _status_rule("tradingAccepted", "trading_accepted"),
        _status_rule("tradingRejected", "trading_rejected"),
    ),
    directory.EntityClosed: (
        Rule(kind=FAREWELL, group="security", to=says.the_entity, channels=MAIL_ALONE, once=says.reason),
    ),
    directory.MembershipChanged: (
        _membership_rule("joined", "member_joined"),
        _membership_rule("changed", "member_changed"),
        _membership_rule("left", "member_left"),
    ),
    directory.OnBehalfBegan: (
        Rule(kind="acted_on_behalf", group="security", to=says.the_entity, facts=says.acting_facts, once=says.reason),
    ),
    directory.TradingApplicationSubmitted: (
        Rule(kind="trading_application", group="work", to=says.the_admins, facts=says.entity_facts),
    ),
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
            group="requests",
            to=says.the_other_party,
            when=says.is_of("transfer"),
            facts=says.proposal_facts,
            wait=says.until_covered,
        ),
        # These two are completed by the next event of the same decision; what they are for is said here alone.
        Rule(
            kind="transfer_by_admin",
            group="trades",
            to=says.those_moved,
            when=says.is_of("admin"),
            facts=says.moved_facts,
            once=says.purpose,
        ),
        Rule(
            kind="transfer_reversed",
            group="trades",
            to=says.those_moved,
            when=says.is_of("reversal"),
            facts=says.moved_facts,
            once=says.purpose,
        ),
    ),
    ledger.TransferExpiring: (
        Rule(kind="transfer_expiring", group="requests", to=says.the_other_party, facts=says.proposal_facts),
    ),
    ledger.TransferCompleted: (
        Rule(
            kind="transfer_accepted",
            group="trades",
            to=says.the_initiator,
            when=says.accepted,
            facts=says.transfer_facts,
        ),
        Rule(
            kind="transfer_receipt",
            group="trades",
            to=says.the_other_party,
            when=says.accepted,
            facts=says.transfer_facts,
        ),
        Rule(
            kind="non_zero_sum",
            group="work",
            to=says.the_admins,
            when=says.is_off_balance,
            facts=says.excess_facts,
            where=says.position,
        ),
        Rule(
            kind="transfer_by_consent",
            group="trades",
            to=says.the_consenter,
            when=says.by_consent,
            facts=says.transfer_facts,
        ),
        Rule(kind="near_limit", group="account", to=says.those_near_a_limit, own=says.nearness),
    ),
    ledger.TransferCancelled: (
        # Both parties, always (behaviour.md, decisions).
        _ending_rule("transfer_rejected", "rejected"),
        _ending_rule("transfer_cancelled", "cancelled"),
        _ending_rule("transfer_cancelled_by_system", "system", "expired"),
    ),
    ledger.AccountLimitsChanged: (
        Rule(kind="limits_changed", group="account", to=says.the_account, facts=says.limit_facts, once=says.reason),
    ),
    WebhookPaused: (Rule(kind="webhook_paused", group="security", to=says.the_webhooks_owner, facts=says.pause_facts),),
    matcher.SearchHit: (Rule(kind="search_hit", group="searches", to=says.who_searched, facts=says.hit_facts),),
    matcher.LoopFound: (Rule(kind="loop_found", group="loops", to=says.the_loop, facts=says.loop_facts),),
    matcher.LoopAgreed: (Rule(kind="loop_agreed", group="loops", to=says.the_loop, facts=says.loop_facts),),
}
"""Event → message kind → recipients → channels."""

_RULES = tuple(rule for rules in TABLE.values() for rule in rules)
TIMED: Mapping[str, Group] = {DAILY: "digest", WEEKLY: "work"}
"""Kinds that no event asks for, but an hour (`digesting`)."""
KINDS = (*(rule.kind for rule in _RULES), *TIMED)
NOTICED = tuple(rule.kind for rule in _RULES if "notice" in rule.channels)
"""The kinds that are also shown to who logs in."""
GROUP_OF: Mapping[str, Group] = {**{rule.kind: rule.group for rule in _RULES}, **TIMED}
OFFERED: Mapping[Group, frozenset[Channel]] = {
    group: frozenset(channel for rule in _RULES if rule.group == group for channel in rule.channels)
    for group in SWITCHABLE
    if group in GROUP_OF.values()
} | {"digest": frozenset({"mail"})}
"""What can be switched: groups that have kinds, and by which channels those are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """An event that is told now."""

    envelope: Envelope
    event: Any
    known: Known
    now: datetime
    event_at: datetime
    expires_at: datetime | None
    too_late: bool


def messages_for(envelope: Envelope, event: Event, known: Known, *, now: datetime, max_age: timedelta) -> list[Message]:
    """The messages that `event` asks for. Raises UnknownTransfer.

    An event older than `max_age` (a replayed history, demo data), or one past its own end (a one-time link, a
    proposal), makes mails in state `expired`: recorded, never sent. Of those there is no notice.
    """
    event_at = datetime.fromisoformat(envelope.time)
    end: str | None = getattr(event, "expires_at", None)
    expires_at = datetime.fromisoformat(end) if end else None
    too_late = now - event_at > max_age or (expires_at is not None and now >= expires_at)
    told = _Told(
        envelope=envelope,
        event=event,
        known=known,
        now=now,
        event_at=event_at,
        expires_at=expires_at,
        too_late=too_late,
    )
    return [
        _message(rule, told, recipient, channel)
        for rule in TABLE.get(type(event), ())
        if rule.when(event, known)
        for recipient in _distinct(rule.to(event, known))
        for channel in rule.channels
        if channel == "mail" or not too_late
    ]


def _message(rule: Rule, told: _Told, recipient: str, channel: Channel) -> Message:
    event, known = told.event, told.known
    mailed = channel == "mail" and not told.too_late
    return Message(
        event_id=told.envelope.id,
        recipient=recipient,
        kind=rule.kind,
        channel=channel,
        facts={**rule.facts(event, known), **rule.where(told.envelope), **rule.own(event, known, recipient)},
        once=rule.once(event, known) if mailed else {},
        state="expired" if told.too_late else "queued" if channel == "mail" else "sent",
        event_at=told.event_at,
        due_at=told.now + rule.wait(event),
        expires_at=told.expires_at,
    )


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
