"""Entries of the audit log in words: what was done, by whom, what it changed. Pure but for the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_babel import gettext, lazy_gettext

from services.gateway.login import PROGRAM
from services.gateway.presenting import TRANSFER_WORDS, account_number, figure, status_words

ACTION_WORDS = {
    "entity.registered": lazy_gettext("Business signed up"),
    "entity.changed": lazy_gettext("Business changed"),
    "entity.status-changed": lazy_gettext("Status of the business changed"),
    "entity.viewed": lazy_gettext("Private page of the business opened"),
    "user.registered": lazy_gettext("Login made"),
    "user.changed": lazy_gettext("Person's details changed"),
    "user.viewed": lazy_gettext("Person's private details opened"),
    "user.access-changed": lazy_gettext("Access changed"),
    "login.succeeded": lazy_gettext("Logged in"),
    "login.failed": lazy_gettext("Login failed"),
    "password.reset": lazy_gettext("Password set by a mailed link"),
    "password.reset-requested": lazy_gettext("Link for a new password mailed"),
    "session.verified": lazy_gettext("Password asked again and given"),
    "session.verification-failed": lazy_gettext("Password asked again, wrong one given"),
    "password.changed": lazy_gettext("Password changed"),
    "login.code-failed": lazy_gettext("Wrong code at the login"),
    "session.ended": lazy_gettext("Session ended"),
    "session.others-ended": lazy_gettext("All other sessions ended"),
    "two-factor.begun": lazy_gettext("Second factor begun"),
    "two-factor.on": lazy_gettext("Second factor switched on"),
    "two-factor.off": lazy_gettext("Second factor switched off"),
    "two-factor.reset": lazy_gettext("Second factor taken away by an administrator"),
    "recovery-code.used": lazy_gettext("Recovery code used"),
    "recovery-codes.renewed": lazy_gettext("New recovery codes made"),
    "email.change-requested": lazy_gettext("Change of the email address asked for"),
    "email.changed": lazy_gettext("Email address changed"),
    "api-token.created": lazy_gettext("Access for a program made"),
    "api-token.revoked": lazy_gettext("Access for a program taken away"),
    "service-account.created": lazy_gettext("Service account made"),
    "service-account.changed": lazy_gettext("Service account changed"),
    "service-account.disabled": lazy_gettext("Service account disabled, its tokens revoked"),
    "service-account.enabled": lazy_gettext("Service account enabled"),
    "service-account.deleted": lazy_gettext("Service account deleted"),
    "service-account.token-created": lazy_gettext("Token of a service account made"),
    "service-account.token-revoked": lazy_gettext("Token of a service account revoked"),
    "invitation.sent": lazy_gettext("Invitation sent"),
    "invitation.revoked": lazy_gettext("Invitation taken back"),
    "membership.began": lazy_gettext("Somebody may act for the business"),
    "membership.changed": lazy_gettext("What somebody may do for the business changed"),
    "membership.ended": lazy_gettext("Somebody may not act for the business any more"),
    "acting.began": lazy_gettext("An administrator began to act for a member"),
    "acting.ended": lazy_gettext("An administrator ended acting for a member"),
    "contact.sent": lazy_gettext("Message sent to another business"),
    "note.changed": lazy_gettext("Private note changed"),
    "account.opened": lazy_gettext("Account opened"),
    "account.limits-changed": lazy_gettext("Limits changed"),
    "account.standing-changed": lazy_gettext("Standing of the account changed"),
    "account.consent-changed": lazy_gettext("Standing consent changed"),
    "transfer.initiated": lazy_gettext("Transfer proposed or made"),
    "transfer.accepted": lazy_gettext("Transfer accepted"),
    "transfer.completed": lazy_gettext("Transfer completed"),
    "transfer.rejected": lazy_gettext("Transfer declined"),
    "transfer.cancelled": lazy_gettext("Transfer withdrawn"),
    "transfer.cancelled-by-system": lazy_gettext("Transfer stopped by the system"),
    "transfer.expired": lazy_gettext("Transfer expired"),
    "book.policy-changed": lazy_gettext("Rules of the network changed"),
    "book.fee-rules-changed": lazy_gettext("Fees changed"),
}
FIELD_WORDS = {
    "status": lazy_gettext("Status"),
    "amount": lazy_gettext("Amount"),
    "max_negative": lazy_gettext("May go below zero by"),
    "max_positive": lazy_gettext("May hold at most"),
    "payer": lazy_gettext("Payer"),
    "payee": lazy_gettext("Payee"),
    "offers": lazy_gettext("Offers"),
    "wants": lazy_gettext("Wants"),
    "name": lazy_gettext("Name"),
    "email": lazy_gettext("Email"),
    "terms_version": lazy_gettext("Version of the terms"),
}
_MONEY = frozenset({"amount", "max_negative", "max_positive", "default_max_negative", "default_max_positive", "fixed"})
_ACCOUNTS = frozenset({"payer", "payee", "account", "accepted_by", "consent_of"})
_NOT_SHOWN = frozenset({"event", "position", "at", "version", "entity_id"})
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is another now; empty where there was, or is, nothing."""

    name: str
    before: str
    after: str


def action_words(action: str) -> str:
    """What was done; an action that has no words here says its name."""
    words = ACTION_WORDS.get(action)
    return str(words) if words else action.replace(".", ": ").replace("-", " ").capitalize()


def who_words(by: Mapping[str, str]) -> str:
    """By whom, for those whom an entry is about."""
    match by["kind"]:
        case "you":
            return str(gettext("you"))
        case "colleague":
            return by["name"]
        case "administrator":
            return str(gettext("an administrator"))
        case "member":
            return str(gettext("another member"))
    return str(gettext("the system"))


def actor_words(actor: str, names: Mapping[str, Mapping[str, str]]) -> str:
    """By whom, for administrators and auditors: name or address, and what it was done as."""
    kind, _, identity = actor.partition(":")
    if identity.startswith(PROGRAM):
        program = names.get(f"service-account/{identity}", {})
        return str(gettext("%(name)s (service account)", name=program.get("name") or identity))
    known = names.get(f"user/{identity}", {})
    who = known.get("name") or known.get("email") or identity
    if kind == "admin":
        return str(gettext("%(who)s (administrator)", who=who))
    return who if kind == "user" else str(gettext("the system (%(what)s)", what=identity))


def subject_words(subject: str, names: Mapping[str, Mapping[str, str]]) -> str:
    """What an entry is about: a name where there is one, else the reference."""
    kind, _, identity = subject.partition("/")
    known = names.get(subject, {})
    if known:
        return known.get("name") or known.get("email") or identity
    if kind == "account":
        return account_number(identity)
    return identity if kind in ("category", "tag") else subject


def changes_of(entry: Mapping[str, Any]) -> list[Change]:
    """What was before and is after, in the order of the fields."""
    before, after = entry["before"], entry["after"]
    names = [name for name in dict.fromkeys([*before, *after]) if name not in _NOT_SHOWN]
    return [
        Change(_field(name), _value(name, before.get(name)), _value(name, after.get(name)))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _field(name: str) -> str:
    words = FIELD_WORDS.get(name)
    return str(words) if words else name.replace("_", " ").capitalize()


def _value(name: str, value: Any) -> str:
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, bool):
        return str(gettext("yes")) if value else str(gettext("no"))
    if isinstance(value, int):
        return figure(value) if name in _MONEY else str(value)
    if isinstance(value, dict):
        return _short(", ".join(f"{_field(key)}: {_value(key, each)}" for key, each in value.items()))
    if isinstance(value, list):
        return _short("; ".join(_value(name, each) for each in value))
    text = str(value)
    if name == "status":
        return str(TRANSFER_WORDS.get(text) or status_words(text))
    return account_number(text) if name in _ACCOUNTS and text.isdigit() else _short(text)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def register(app: Flask) -> None:
    """Give the templates these words."""
    for item in (action_words, who_words):
        app.add_template_filter(item)
    for helper in (actor_words, subject_words, changes_of):
        app.add_template_global(helper)
