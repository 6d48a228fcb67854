"""The services' documents as the REST API shows them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.gateway import session
from services.gateway.clients import Document, PartDown, Parts
from services.gateway.legs import fee_of, moved
from services.gateway.memory import Business, businesses_by_account

PREFERENCES = {
    "show_tags_matched_since_last_login": "matches_since_last_login",
    "receive_daily_match_notification_email": "daily_match_mail",
    "receive_contact_email": "contact_mail",
}
_PENDING_SHOWN = 100
_NAMED_AT_ONCE = 200
"""So many businesses the directory tells in one answer."""
_TOLD_OF_ACCOUNTS = {"standing", "level", "closing", "outside_limits"}
"""As far as the ledger says them."""
_WHEN_THERE = ("legs", "reference", "reverses", "reversed_by", "expires_at")


def profile_changes(body: Mapping[str, Any]) -> Document:
    """A checked request as the directory takes it: the two flags travel as `preferences`."""
    changes = {name: value for name, value in body.items() if name not in PREFERENCES}
    preferences = preferences_of(body)
    return {**changes, "preferences": preferences} if preferences else changes


def preferences_of(body: Mapping[str, Any]) -> Document:
    """The two flags, as far as given."""
    return {theirs: body[ours] for ours, theirs in PREFERENCES.items() if ours in body}


def user_view(user: Document) -> Document:
    """A User of the directory for the schema `User`."""
    return {**user, **last_login(user.get("previous_login"))}


def last_login(previous: Mapping[str, Any] | None) -> Document:
    """The login before this one, if there was one."""
    return {"last_login_ip": previous["address"], "last_login_date": previous["at"]} if previous else {}


def account_view(account: Document) -> Document:
    """An Account of the ledger for the schema `Standing`."""
    names = [*("balance", "can_pay", "can_receive"), *(_TOLD_OF_ACCOUNTS & account.keys())]
    limits = {"max_positive_balance": account["max_positive"], "max_negative_balance": account["max_negative"]}
    return {**limits, **{name: account[name] for name in names}}


def entity_view(entity: Document, account: Document | None = None) -> Document:
    """An EntityView of the directory for the schema `Entity`, with its account if given."""
    preferences = entity.get("preferences") or {}
    flags = {ours: preferences[theirs] for ours, theirs in PREFERENCES.items() if theirs in preferences}
    picture = f"/pictures/{entity['picture']}-640.webp" if entity.get("picture") else ""
    return {**entity, **flags, "picture": picture, **(account_view(account) if account else {})}


def sees_money(parts: Parts) -> bool:
    """Whether the ledger answers whoever asks here."""
    return "coordinator" not in parts.asker.caller.roles


def with_accounts(parts: Parts, entities: list[Document]) -> list[Document]:
    """Entities with balances and limits: one question to the ledger for all of them. Coordinators see no money."""
    if not sees_money(parts):
        return [entity_view(entity, None) for entity in entities]
    numbers = [entity["account"] for entity in entities]
    accounts = {account["account"]: account for account in parts.ledger.accounts(numbers)}
    return [entity_view(entity, accounts.get(entity["account"])) for entity in entities]


def open_transfers(parts: Parts, account: str) -> list[Document]:
    """An account's open transfers, oldest first; the newest hundred of them."""
    found = parts.ledger.transfers(account=account, status="initiated", page_size=_PENDING_SHOWN)["transfers"]
    return list(reversed(found))


def pending_views(parts: Parts, accounts: Iterable[str]) -> dict[str, list[Document]]:
    """By account what is open, as that party sees it, with names from one question to the directory."""
    waiting = {account: open_transfers(parts, account) for account in accounts}
    names = names_of(parts, {_other(each, account) for account, found in waiting.items() for each in found})
    return {account: [transfer_view(each, account, names) for each in found] for account, found in waiting.items()}


def transfer_views(parts: Parts, transfers: list[Document], account: str) -> list[Document]:
    """Transfers as the party `account` sees them, with names from one question to the directory."""
    names = names_of(parts, {_other(transfer, account) for transfer in transfers})
    return [transfer_view(transfer, account, names) for transfer in transfers]


def names_of(parts: Parts, accounts: Iterable[str]) -> dict[str, str]:
    """Account number to business name; empty when the directory is down, for the transfers themselves are known."""
    return {account: business.name for account, business in businesses_of(parts, sorted(accounts)).items()}


def businesses_of(parts: Parts, accounts: Sequence[str]) -> dict[str, Business]:
    """By account, as the directory has them now; without those that are not remembered when it is down."""
    memory = session.memory()
    known = memory.businesses(accounts) if memory else {}
    unknown = [account for account in accounts if account not in known]
    for start in range(0, len(unknown), _NAMED_AT_ONCE):
        some, age = unknown[start : start + _NAMED_AT_ONCE], memory.age if memory else 0
        try:
            found = parts.directory.entities(accounts=some)["entities"]
        except PartDown:
            return known
        known |= memory.keep_businesses(found, age) if memory else businesses_by_account(found)
    return known


def transfer_view(transfer: Document, account: str, names: Mapping[str, str]) -> Document:
    """A Transfer of the ledger, as the party `account` sees it, for the schema `Transfer`."""
    other = _other(transfer, account)
    return {
        **{name: transfer[name] for name in ("transfer_id", "payer", "payee", "amount", "status")},
        **{name: transfer[name] for name in _WHEN_THERE if transfer.get(name)},
        "kind": transfer.get("kind", "transfer"),
        "by_consent": transfer.get("by_consent", False),
        "fees": fee_of(transfer, account),
        "description": transfer.get("description") or "",
        "transfer": "out" if moved(transfer, account) < 0 else "in",
        "is_initiator": transfer["initiator"] == account,
        "account_number": other,
        "entity_name": names.get(other),
        "date_proposed": transfer["initiated_at"],
        **ending(transfer),
    }


def ending(transfer: Document) -> Document:
    """When it ended, and of a cancellation how and why."""
    if transfer["status"] == "completed":
        return {"date_completed": transfer["ended_at"]}
    if transfer["status"] != "cancelled":
        return {}
    cancellation = transfer.get("cancellation") or {}
    ending = {"date_cancelled": transfer["ended_at"], "cancellation_kind": cancellation.get("kind", "")}
    return {**ending, "cancellation_reason": cancellation.get("reason") or ""}


def _other(transfer: Document, account: str) -> str:
    payer, payee = str(transfer["payer"]), str(transfer["payee"])
    return payee if payer == account else payer
