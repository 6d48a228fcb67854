"""What events say to rules: to whom, whether at all, and which facts. Pure.

Facts are ids and amounts alone; names are looked up when a message is sent or shown.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from events import directory, ledger, matcher
from events.envelope import Envelope, Event
from services.notifier.domain import Known
from services.notifier.limits import Nearness, came_near
from services.notifier.webhooks.domain import WebhookPaused

MAY_BE_COVERED = timedelta(seconds=60)
"""How long a proposal without an end is not told: it is either from before proposals had one, or covered by a
standing consent. Then its completion, which is the next event, withdraws the message."""

Whom = Callable[[Any, Known], Sequence[str]]
What = Callable[[Any, Known], Mapping[str, Any]]
When = Callable[[Any, Known], bool]
ToEach = Callable[[Any, Known, str], Mapping[str, Any]]


def the_entity(event: Any, _: Known) -> Sequence[str]:
    return (f"entity:{event.entity_id}",)


def the_user(event: Any, _: Known) -> Sequence[str]:
    return (f"user:{event.user_id}",)


def the_named_entity(event: directory.OneTimeMessage, _: Known) -> Sequence[str]:
    return (f"entity:{event.to_entity}",)


def the_account(event: Any, _: Known) -> Sequence[str]:
    return (f"account:{event.account}",)


def the_admins(_: Any, known: Known) -> Sequence[str]:
    return tuple(f"user:{admin}" for admin in known.admins)


def the_webhooks_owner(event: WebhookPaused, known: Known) -> Sequence[str]:
    return the_entity(event, known) if event.entity_id else the_admins(event, known)


def pause_facts(event: WebhookPaused, _: Known) -> Mapping[str, Any]:
    facts = {"webhook_id": event.webhook_id, "host": event.host, "paused_because": event.reason}
    return {**facts, "of_network": not event.entity_id}


def the_other_party(event: Any, known: Known) -> Sequence[str]:
    return (f"account:{known.transfer(event.transfer_id).other}",)


def the_initiator(event: Any, known: Known) -> Sequence[str]:
    return (f"account:{known.transfer(event.transfer_id).initiator}",)


def both_parties(event: Any, known: Known) -> Sequence[str]:
    transfer = known.transfer(event.transfer_id)
    return (f"account:{transfer.initiator}", f"account:{transfer.other}")


def the_consenter(event: ledger.TransferCompleted, _: Known) -> Sequence[str]:
    return (f"account:{event.consent.account}",) if event.consent else ()


def those_moved(event: ledger.TransferInitiated, known: Known) -> Sequence[str]:
    return tuple(f"account:{account}" for account in moved(event, known))


def moved(event: ledger.TransferInitiated, known: Known) -> Mapping[str, int]:
    """Account to signed amount, of all that take part; who only took a fee of what is reversed takes no part."""
    original = known.transfers.get(event.reverses or "")
    parties = {event.payer, event.payee} if original and original.kind == "transfer" else None
    return {leg.account: leg.amount for leg in event.legs if parties is None or leg.account in parties}


def entity_facts(event: Any, _: Known) -> Mapping[str, Any]:
    return {"entity_id": event.entity_id}


def status_facts(event: directory.EntityStatusChanged, _: Known) -> Mapping[str, Any]:
    return {"entity_id": event.entity_id, "previous": event.previous}


def transfer_facts(event: Any, known: Known) -> Mapping[str, Any]:
    transfer = known.transfer(event.transfer_id)
    return {name: getattr(transfer, name) for name in ("transfer_id", "initiator", "payer", "payee", "amount")}


def proposal_facts(event: ledger.TransferInitiated | ledger.TransferExpiring, known: Known) -> Mapping[str, Any]:
    return {**transfer_facts(event, known), "expires_at": event.expires_at or ""}


def moved_facts(event: ledger.TransferInitiated, known: Known) -> Mapping[str, Any]:
    return {"transfer_id": event.transfer_id, "initiator": event.initiator, "moved": dict(moved(event, known))}


def ending_facts(event: ledger.TransferCancelled, known: Known) -> Mapping[str, Any]:
    return {**transfer_facts(event, known), "ending": event.kind, "by": event.by}


def near_a_limit(event: ledger.TransferCompleted, known: Known) -> Mapping[str, Nearness]:
    """Recipient to how near, of those whom the transfer brought near a limit; only where the limits are known."""
    return {
        f"account:{entry.account}": nearness
        for entry in event.entries
        if (limits := known.limits.get(entry.account)) and (nearness := came_near(entry, limits, known.warning_percent))
    }


def those_near_a_limit(event: ledger.TransferCompleted, known: Known) -> Sequence[str]:
    return tuple(near_a_limit(event, known))


def nearness(event: ledger.TransferCompleted, known: Known, recipient: str) -> Mapping[str, Any]:
    return asdict(near_a_limit(event, known)[recipient])


def limit_facts(event: ledger.AccountLimitsChanged, _: Known) -> Mapping[str, Any]:
    return {
        "account": event.account,
        "max_negative": event.max_negative,
        "max_positive": event.max_positive,
        "previous_max_negative": event.previous.max_negative,
        "previous_max_positive": event.previous.max_positive,
    }


def reason(event: Any, _: Known) -> Mapping[str, Any]:
    return {"reason": event.reason} if event.reason else {}


def purpose(event: ledger.TransferInitiated, _: Known) -> Mapping[str, Any]:
    return {"reason": event.description} if event.description else {}


def device(event: directory.SecurityNotice, _: Known) -> Mapping[str, Any]:
    return {"device": event.device} if event.device else {}


def ciphertext(event: directory.OneTimeMessage, _: Known) -> Mapping[str, Any]:
    return {"ciphertext": event.ciphertext}


def between_members(event: Any, known: Known) -> bool:
    """Administrators' transfers and reversals are nobody's proposal."""
    return known.transfer(event.transfer_id).kind == "transfer"


def is_of(kind: ledger.TransferKind) -> When:
    return lambda event, _known: event.kind == kind


def by_consent(event: ledger.TransferCompleted, known: Known) -> bool:
    return event.consent is not None and between_members(event, known)


def until_covered(event: ledger.TransferInitiated) -> timedelta:
    return timedelta(0) if event.expires_at else MAY_BE_COVERED


def came_by_itself(event: directory.EntityRegistered, _: Known) -> bool:
    return not event.imported


def signup_is_reported(event: directory.EntityRegistered, known: Known) -> bool:
    return known.signup_notifications and not event.imported


def status_is(status: directory.Status) -> When:
    return lambda event, _known: event.status == status


def ended_as(*kinds: ledger.CancellationKind) -> When:
    return lambda event, known: event.kind in kinds and between_members(event, known)


def accepted(event: ledger.TransferCompleted, known: Known) -> bool:
    return event.accepted_by is not None and between_members(event, known)


def excess(event: Event) -> int:
    """What the entries of a completed transfer sum to, in the smallest unit: zero, or the ledger is wrong."""
    return sum(entry.amount for entry in event.entries) if isinstance(event, ledger.TransferCompleted) else 0


def is_off_balance(event: ledger.TransferCompleted, _: Known) -> bool:
    return excess(event) != 0


def excess_facts(event: ledger.TransferCompleted, _: Known) -> Mapping[str, Any]:
    return {"transfer": event.transfer_id, "excess": excess(event)}


def position(envelope: Envelope) -> Mapping[str, Any]:
    return {"position": envelope.sequence}


def the_member_and_the_entity(event: directory.MembershipChanged, _: Known) -> Sequence[str]:
    return (f"user:{event.user_id}", f"entity:{event.entity_id}")


def part_facts(event: directory.MembershipChanged, _: Known) -> Mapping[str, Any]:
    facts = {"entity_id": event.entity_id, "user_id": event.user_id, "view_only": bool(event.view_only)}
    facts |= {"role": event.role or ""}
    return facts if event.max_amount is None else {**facts, "max_amount": event.max_amount}


def acting_facts(event: directory.OnBehalfBegan, _: Known) -> Mapping[str, Any]:
    return {"entity_id": event.entity_id, "acting_until": event.until}


def who_searched(event: matcher.SearchHit, known: Known) -> Sequence[str]:
    return _listed([event.entity_id], known)


def the_loop(event: matcher.LoopFound | matcher.LoopAgreed, known: Known) -> Sequence[str]:
    return _listed(event.members, known)


def _listed(entities: Iterable[str], known: Known) -> Sequence[str]:
    """Of whom nothing has arrived yet the matcher's word is taken: it finds listed members alone."""
    return tuple(f"entity:{entity_id}" for entity_id in entities if entity_id not in known.unlisted)


def hit_facts(event: matcher.SearchHit, _: Known) -> Mapping[str, Any]:
    return {"search_id": event.search_id, "entity_id": event.found, "tag": event.tag, "side": event.side}


def loop_facts(event: matcher.LoopFound | matcher.LoopAgreed, _: Known) -> Mapping[str, Any]:
    return {"loop_id": event.loop_id, "gives": [asdict(give) for give in event.gives]}
