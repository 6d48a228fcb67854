"""Use cases around reading the audit log: searching, exporting, what somebody may see about themselves, who looked."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.chassis.clock import rfc3339
from services.directory.domain.audit import Entry
from services.directory.domain.audit_search import (
    AuditQuery,
    contains,
    exported,
    full_view,
    may_be_told,
    own_view,
)
from services.directory.domain.service_accounts import is_one
from services.directory.handlers.writing import By, Directory, Done, once
from services.directory.store import Store
from services.directory.store.audit_reading import COUNTED_MOST, about, selector_of
from services.directory.views import View

SCANNED_MOST = 20_000
"""Entries that one question looks through for a text; the answer says where to go on."""
EXPORTED_MOST = 200_000
_OWN_MOST = 200

COLUMNS = (
    *("position", "time", "category", "actor", "on_behalf_of", "action", "subject", "concerns"),
    *("before", "after", "reason", "erased", "origin", "correlation_id", "hash"),
)
_PROGRAM = "service-account/"
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def search(store: Store, asked: AuditQuery, before: int | None, skip: int, limit: int) -> View:
    """A page, newest first: `{entries, next, total, total_is_least, names}`; `next` is `before` of the next page."""
    wanted = selector_of(asked)
    if asked.text:
        found, following = _with_text(store, wanted, asked.text, before, skip, limit)
        total: int | None = None
    else:
        found = list(store.audit_reading.newest_first(wanted, before, skip, limit + 1)) if skip < COUNTED_MOST else []
        following = found[limit - 1]["_id"] if len(found) > limit else None
        found, total = found[:limit], store.audit_reading.count(wanted)
    entries = [full_view(entry) for entry in found]
    return {
        "entries": entries,
        "next": following,
        "total": total,
        "total_is_least": total is None or total >= COUNTED_MOST,
        "names": _names(store, entries),
    }


def _with_text(
    store: Store, wanted: Mapping[str, Any], text: str, before: int | None, skip: int, limit: int
) -> tuple[list[Any], int | None]:
    found: list[Any] = []
    last, looked = None, 0
    for entry in store.audit_reading.newest_first(wanted, before, 0, SCANNED_MOST):
        if len(found) == skip + limit:
            return found[skip:], last
        looked += 1
        last = entry["_id"]
        if contains(entry, text):
            found.append(entry)
    return found[skip:], last if looked == SCANNED_MOST else None


def _names(store: Store, entries: Sequence[View]) -> View:
    """Who is who on a page: `{"user/<id>": {name, email}, "entity/<id>": {name}}`; so service accounts."""
    told = {each for entry in entries for each in (entry["subject"], *entry["concerns"])}
    users = {each.removeprefix("user/") for each in told if each.startswith("user/")}
    for entry in entries:
        for actor in (entry["actor"], entry["on_behalf_of"] or ""):
            kind, _, identity = actor.partition(":")
            users |= {identity} if kind in ("user", "admin") else set()
    programs = {each.removeprefix(_PROGRAM) for each in told if each.startswith(_PROGRAM)} | set(filter(is_one, users))
    known: View = {
        f"user/{user.user_id}": {"name": f"{user.first_name} {user.last_name}".strip(), "email": user.email}
        for user in store.users.of_ids(sorted(users))
    }
    entities = [each.removeprefix("entity/") for each in told if each.startswith("entity/")]
    known |= {f"entity/{key}": {"name": name} for key, name in store.entities.names_of(entities).items()}
    found = store.service_accounts.names_of(sorted(programs)) if programs else {}
    return known | {f"{_PROGRAM}{key}": {"name": name} for key, name in found.items()}


def person_of(store: Store, email: str) -> str:
    """The id of who has this address; empty when nobody has."""
    user = store.users.of_email(email)
    return user.user_id if user else ""


def lines(store: Store, asked: AuditQuery, kind: str) -> Iterator[str]:
    """The entries that were asked for, oldest first, as NDJSON that can be checked elsewhere, or as CSV."""
    reading = store.audit_reading
    found = reading.in_order(0, reading.head().position, selector_of(asked))
    taken = 0
    if kind == "csv":
        yield _row(COLUMNS)
    for entry in found:
        if asked.text and not contains(entry, asked.text):
            continue
        yield _line(entry) if kind == "ndjson" else _row([_cell(full_view(entry)[name]) for name in COLUMNS])
        taken += 1
        if taken == EXPORTED_MOST:
            return


def _line(entry: Mapping[str, Any]) -> str:
    return json.dumps(exported(entry), sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True, ensure_ascii=False) if value else ""
    return "" if value is None else str(value)


def _row(values: Sequence[str]) -> str:
    text = io.StringIO()
    # A spreadsheet would run what begins like a formula.
    csv.writer(text).writerow([f"'{value}" if value.startswith(_FORMULA_SIGNS) else value for value in values])
    return text.getvalue()


def of_user(store: Store, user_id: str, before: int | None, limit: int) -> View:
    """What was done by or about a user, as this user may see it: `{entries, next}`."""
    return _own(store, user_id, [f"user/{user_id}"], before, limit)


def of_entity(store: Store, user_id: str, entity_id: str, before: int | None, limit: int) -> View:
    """What was done about a business, as its members may see it: `{entries, next}`."""
    return _own(store, user_id, [f"entity/{entity_id}"], before, limit, entity_id)


def _own(
    store: Store, user_id: str, subjects: Sequence[str], before: int | None, limit: int, entity_id: str = ""
) -> View:
    found = list(store.audit_reading.newest_first(about(*subjects), before, 0, min(limit, _OWN_MOST) + 1))
    following = found[limit - 1]["_id"] if len(found) > limit else None
    colleagues = _colleagues(store, entity_id) if entity_id else {}
    shown = [own_view(entry, user_id, colleagues) for entry in found[:limit] if may_be_told(entry, user_id, subjects)]
    return {"entries": shown, "next": following}


def _colleagues(store: Store, entity_id: str) -> dict[str, str]:
    members = [membership.user_id for membership in store.entities.members_of(entity_id)]
    return {
        user.user_id: f"{user.first_name} {user.last_name}".strip() or user.email
        for user in store.users.of_ids(members)
    }


def note_view(directory: Directory, by: By, action: str, subject: str) -> None:
    """Tell that somebody of the staff looked at private data: once an hour for each who looks and what is looked at."""
    hour = directory.now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    told = {"subject": subject, "action": action, "actor": by.actor, "time": {"$gte": _same_form(hour)}}
    if directory.store.audit_reading.is_told(told):
        return

    def work(store: Store) -> Done:
        # Again, as the transaction sees it: two who look at once take turns at the counter.
        entry = Entry(action=action, subject=subject)
        return Done({}, 0, () if store.audit_reading.is_told(told) else (entry,))

    once(directory, _without_key(by), None, work)


def _without_key(by: By) -> By:
    return By(actor=by.actor, correlation_id=by.correlation_id, on_behalf_of=by.on_behalf_of, origin=by.origin)


def _same_form(moment: datetime) -> str:
    return rfc3339(moment)
