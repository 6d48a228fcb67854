"""What may be asked of the audit log, and how an entry is shown to whom. Pure."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HIDDEN_FROM_OTHERS = ("note.", "favourite.", "favorite.", "contact.")
"""Actions that are shown to those who did them and their own business, and to nobody that they are about."""

CATEGORIES: Mapping[str, str] = {"user": "user:", "admin": "admin:", "system": "system:"}
"""Whose doing it was: how the actor begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """All of it must hold; what is empty is not asked."""

    actor: str = ""
    """`user:<id>`, `admin:<id>`, `system:<what>`; also who was acted for."""
    subject: str = ""
    concerns: str = ""
    """The subject, or one of those concerned."""
    action: str = ""
    """Exactly, or all that begin so when it ends with a dot or a star."""
    categories: Sequence[str] = ()
    person: str | None = None
    """A user id: done by this person or about it. None: not asked; empty: nobody has the address."""
    correlation_id: str = ""
    since: str = ""
    until: str = ""
    """The first moment that does not belong to it."""
    text: str = ""
    """Somewhere in action or details, whatever the case."""


def contains(entry: Mapping[str, Any], text: str) -> bool:
    """Whether a fragment is in what an entry tells. Plain text: nothing that is typed acts as a pattern."""
    told = f"{entry['action']} {json.dumps(entry.get('details', {}), ensure_ascii=False)}"
    return text.casefold() in told.casefold()


def category_of(actor: str) -> str:
    """`user`, `admin` or `system`."""
    kind = actor.partition(":")[0]
    return kind if kind in CATEGORIES else "system"


def full_view(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry for administrators and auditors; of an erased one the details are empty."""
    details = entry.get("details") or {}
    names = ("position", "time", "action", "subject", "actor", "on_behalf_of", "origin", "correlation_id", "hash")
    return {
        **{name: entry[name] for name in names},
        "concerns": list(entry["concerns"]),
        "category": category_of(entry["actor"]),
        "before": details.get("before", {}),
        "after": details.get("after", {}),
        "reason": details.get("reason", ""),
        "erased": not details,
    }


def exported(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with all that its hash is made of, for a check elsewhere."""
    return {name: value for name, value in entry.items() if name not in ("_id", "source")}


def may_be_told(entry: Mapping[str, Any], user_id: str, own: Collection[str]) -> bool:
    """Whether an entry about somebody may be shown to them: `own` are the subjects that are themselves."""
    if not str(entry["action"]).startswith(HIDDEN_FROM_OTHERS):
        return True
    return entry["actor"] == f"user:{user_id}" or entry["subject"] in own


def own_view(entry: Mapping[str, Any], user_id: str, colleagues: Mapping[str, str]) -> dict[str, Any]:
    """An entry as those whom it is about see it: which administrator it was is not told, nor from where."""
    details = entry.get("details") or {}
    behalf = entry["on_behalf_of"]
    return {
        **{name: entry[name] for name in ("position", "time", "action", "subject")},
        "before": details.get("before", {}),
        "after": details.get("after", {}),
        "reason": details.get("reason", ""),
        "erased": not details,
        "by": who(entry["actor"], user_id, colleagues),
        "on_behalf_of": who(behalf, user_id, colleagues) if behalf else None,
    }


def who(actor: str, user_id: str, colleagues: Mapping[str, str]) -> dict[str, str]:
    """`{kind: you | colleague | member | administrator | system, name}`; a name of colleagues alone."""
    kind, _, identity = actor.partition(":")
    if kind == "admin":
        return {"kind": "administrator", "name": ""}
    if kind != "user":
        return {"kind": "system", "name": ""}
    if identity == user_id:
        return {"kind": "you", "name": ""}
    return (
        {"kind": "colleague", "name": colleagues[identity]}
        if identity in colleagues
        else {"kind": "member", "name": ""}
    )
