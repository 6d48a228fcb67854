"""Use cases around files of members: check one, start it, work it off in small transactions.

A file is checked whole and changes nothing: that is the dry run. Started, its rows become members 25 at a time, and
the cursor moves in the transaction that makes them: whatever dies in between, the next goes on where it was, and
nobody is made twice. All-or-nothing takes at most 200 rows, in one transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import orjson

from events.directory import EntityRegistered, OneTimeMessage, Place, Profile
from events.envelope import Event
from services.chassis.clock import rfc3339
from services.directory import domain
from services.directory.accounts import new_account_number
from services.directory.domain import EmailTaken, Entity, Membership, Tag, User
from services.directory.domain import importing as rules
from services.directory.domain.audit import Entry
from services.directory.domain.catalogue import settled
from services.directory.domain.importing import ImportHasErrors, ImportStarted, ImportTooLarge, RowError, UnknownImport
from services.directory.handlers.placing import placed, prepare
from services.directory.handlers.writing import By, Directory, Done, append, once
from services.directory.schemas.importing import checked
from services.directory.store import Store
from services.directory.store.collection import Document
from services.directory.store.entities import AccountTaken
from services.directory.store.outbox import MESSAGES
from services.directory.views import View

BATCH = 25
INVITATION_LIFETIME = timedelta(days=7)
_RACES = 20
"""How often a batch is tried again when somebody signs up with one of its addresses at the same moment."""

New = tuple[User, Entity]


def check(directory: Directory, by: By, *, name: str, content: bytes) -> Done:
    """Read and check a file, changing nothing: Import in state `checked`. Raises ImportUnreadable."""
    import_id, now = directory.new_id(), directory.now()
    rows = _checked_rows(directory, rules.read(content))
    directory.store.imports.stage(import_id, rows, now)
    document = {
        "name": name,
        "state": "checked",
        "actor": by.actor,
        "created_at": rfc3339(now),
        "correlation_id": by.correlation_id,
        "rows": len(rows),
        "bad": sum(bool(row["errors"]) for row in rows),
        "mode": None,
        "invite": False,
        "cursor": 0,
        "imported": 0,
        "finished_at": None,
    }

    def work(store: Store) -> Done:
        store.imports.add(import_id, document, now)
        counts = {"rows": document["rows"], "bad": document["bad"]}
        entry = Entry(action="import.checked", subject=f"import/{import_id}", after=counts)
        return Done(import_view({"import_id": import_id, **document}), 0, (entry,))

    return once(directory, by, ["import", name, content.decode("utf-8-sig")], work)


def _checked_rows(directory: Directory, rows: list[rules.Row]) -> list[Document]:
    found = [(row.number, *checked(row)) for row in rows]
    addresses = [(number, values["user"].get("email", "")) for number, values, _ in found]
    twice = rules.repeated(addresses)
    known = directory.store.users.known_emails([email for _, email in addresses if email])
    documents = []
    for number, values, errors in found:
        if number in twice:
            what = f"Row {twice[number]} has the same address."
            errors.append(RowError(field="email", what=what, next="Leave one of the two rows out."))
        elif values["user"].get("email") in known:
            errors.append(TAKEN)
        stored = None if errors else _storable(values)
        documents.append({"number": number, "values": stored, "errors": [asdict(error) for error in errors]})
    return documents


TAKEN = RowError(
    field="email", what="Somebody in this network has this address.", next="Leave the row out: nobody is changed."
)


def _storable(values: Mapping[str, Any]) -> Document:
    business = dict(values["business"])
    if business.get("place"):
        business["place"] = asdict(business["place"])
    return {"user": dict(values["user"]), "business": business}


def start(directory: Directory, by: By, import_id: str, *, mode: str, invite: bool) -> Done:
    """Let a checked file become members: Import in state `running`.

    Raises UnknownImport, ImportStarted, ImportHasErrors, ImportTooLarge.
    """

    def work(store: Store) -> Done:
        found = known_import(store, import_id)
        if found["state"] != "checked":
            raise ImportStarted("This import was started before: look what came of it.")
        if mode == "file" and found["bad"]:
            raise ImportHasErrors("Not all rows are good, so nothing is imported: correct them, or import row by row.")
        if mode == "file" and found["rows"] > rules.MOST_AT_ONCE:
            raise ImportTooLarge(f"All or nothing takes at most {rules.MOST_AT_ONCE} rows: split it, or go row by row.")
        values = {"state": "running", "mode": mode, "invite": invite, "actor": by.actor}
        store.imports.change(import_id, {**values, "correlation_id": by.correlation_id})
        entry = Entry(action="import.started", subject=f"import/{import_id}", after={"mode": mode, "invite": invite})
        return Done(import_view({**found, **values}), 0, (entry,))

    return once(directory, by, ["start_import", import_id, mode, invite], work)


def stop(directory: Directory, by: By, import_id: str) -> Done:
    """Let the rest be: Import in state `stopped`. Who became a member stays one. Raises UnknownImport."""

    def work(store: Store) -> Done:
        found = known_import(store, import_id)
        if found["state"] not in ("checked", "running"):
            return Done(import_view(found), 0)
        return _finish(directory, store, found, "stopped")

    return once(directory, by, ["stop_import", import_id], work)


def work_off(directory: Directory, import_id: str, step: Callable[[], None] = lambda: None, batch: int = BATCH) -> View:
    """Go on with a started import until it is done: Import. `step` is called between transactions."""
    # Nobody knows it: who is imported sets a password by a mailed link.
    hashed = directory.passwords.hash(directory.new_secret())
    races = 0
    prepare(directory.store)
    while True:
        step()
        found = known_import(directory.store, import_id)
        if found["state"] != "running":
            return import_view(found)
        by = By(actor=found["actor"], correlation_id=found["correlation_id"])
        try:
            once(directory, by, None, lambda store, by=by: _batch(directory, store, by, import_id, hashed, batch))  # type: ignore[misc]
            races = 0
        except (EmailTaken, AccountTaken):
            races += 1
            if races > _RACES:
                raise


def _batch(directory: Directory, store: Store, by: By, import_id: str, hashed: str, batch: int) -> Done:
    found = known_import(store, import_id)
    if found["state"] != "running":
        return Done({}, 0)
    whole = found["mode"] == "file"
    rows = store.imports.rows(import_id, found["cursor"], rules.MOST_AT_ONCE if whole else batch)
    if not rows:
        return _finish(directory, store, found, "done")
    known = store.users.known_emails([row["values"]["user"]["email"] for row in rows if row.get("values")])
    good = [row for row in rows if row.get("values") and row["values"]["user"]["email"] not in known]
    late = [row for row in rows if row.get("values") and row["values"]["user"]["email"] in known]
    for row in late:
        store.imports.blame(import_id, row["number"], TAKEN)
    if late and whole:
        store.imports.change(import_id, {"bad": len(late)})
        return _finish(directory, store, found, "refused")
    last = rows[-1]["number"]
    store.imports.change(import_id, {"cursor": last}, more={"imported": len(good), "bad": len(late)})
    store.imports.emptied(import_id, last)
    if not good:
        return Done({}, 0)
    return _register(
        directory, store, by, [_new(directory, store, row["values"], hashed) for row in good], found["invite"]
    )


def _register(directory: Directory, store: Store, by: By, new: list[New], invite: bool) -> Done:
    now, events, last_of = directory.clock(), list[Event](), list[int]()
    for user, entity in new:
        events += [_as_imported(event) for event in domain.sign_up(user, entity)]
        last_of.append(len(events))
    position = append(directory, store, by, events, now)
    before = position - len(events)
    versioned = [
        (replace(user, version=before + count), replace(entity, version=before + count))
        for (user, entity), count in zip(new, last_of, strict=True)
    ]
    store.users.add_many([user for user, _ in versioned])
    memberships = [Membership(entity.entity_id, user.user_id, "owner") for user, entity in versioned]
    store.entities.add_many([entity for _, entity in versioned], memberships)
    listed = [entity for _, entity in versioned if entity.listed]
    offers = dict.fromkeys(name for entity in listed for name in domain.names(entity.offers))
    wants = dict.fromkeys(name for entity in listed for name in domain.names(entity.wants))
    store.entities.use_tags(tuple(offers), tuple(wants), now)
    if invite:
        _invite(directory, store, by, [user for user, _ in versioned])
    return Done({}, position, tuple(_entry(user, entity) for user, entity in versioned))


def _as_imported(event: Event) -> Event:
    """Nobody is welcomed who did not come by themselves."""
    return replace(event, imported=True) if isinstance(event, EntityRegistered) else event


def _entry(user: User, entity: Entity) -> Entry:
    after = {"name": entity.profile.name, "status": entity.status, "account": entity.account}
    concerns = (f"user/{user.user_id}",)
    return Entry(action="entity.imported", subject=f"entity/{entity.entity_id}", after=after, concerns=concerns)


def _invite(directory: Directory, store: Store, by: By, users: list[User]) -> None:
    """A one-time link to set a password, to each."""
    expires_at, messages = directory.now() + INVITATION_LIFETIME, list[Event]()
    tokens = {directory.new_secret(): user.user_id for user in users}
    store.resets.add_many(tokens, "member", expires_at)
    for token, user_id in tokens.items():
        messages.append(
            OneTimeMessage(
                message_id=directory.new_id(),
                kind="import-invitation",
                user_id=user_id,
                ciphertext=directory.encrypt(orjson.dumps({"token": token})),
                expires_at=rfc3339(expires_at),
            )
        )
    append(directory, store, by, messages, directory.clock(), MESSAGES)


def _new(directory: Directory, store: Store, values: Mapping[str, Any], hashed: str) -> New:
    now, business = directory.clock(), dict(values["business"])
    offers, wants = (tuple(Tag(name, now) for name in business.pop(side, ())) for side in ("offers", "wants"))
    status, categories = business.pop("status", "pending"), tuple(business.pop("categories", ()))
    place = business.pop("place", None)
    given = {name: value for name, value in business.items() if value not in ("", None)}
    profile = Profile(**{"email": values["user"]["email"], **given}, place=Place(**place) if place else None)
    user = User(user_id=directory.new_id(), kind="member", password_hash=hashed, created_at=now, **dict(values["user"]))
    entity = Entity(
        entity_id=directory.new_id(),
        account=new_account_number(directory.below),
        status=status,
        profile=profile,
        offers=offers,
        wants=wants,
        categories=categories,
        created_at=now,
        member_started_at=now if status == "tradingAccepted" else None,
    )
    return user, settled(placed(store, entity), store.propagations.aliases())


def _finish(directory: Directory, store: Store, found: Document, state: str) -> Done:
    finished_at = rfc3339(directory.now())
    store.imports.change(found["import_id"], {"state": state, "finished_at": finished_at})
    store.imports.emptied(found["import_id"], 10**7 - 1)
    counts = {name: found[name] for name in ("rows", "bad", "imported")}
    entry = Entry(action=f"import.{state}", subject=f"import/{found['import_id']}", after=counts)
    return Done(import_view({**found, "state": state, "finished_at": finished_at}), 0, (entry,))


def known_import(store: Store, import_id: str) -> Document:
    """Raises UnknownImport."""
    found = store.imports.find(import_id)
    if found is None:
        raise UnknownImport("There is no such import.")
    return found


def import_view(document: Mapping[str, Any]) -> View:
    """Import: how far it is."""
    return {name: value for name, value in document.items() if name not in ("actor", "correlation_id")}
