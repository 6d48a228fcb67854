"""The community as a zip of CSVs, for administrators: what can be taken elsewhere. No secrets, no private marks.

Written while it is sent: each file is read through by the key, so memory holds one business at a time. The files are
read one after the other, not at one instant: a change in between may be in one and not yet in another.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from services.directory.domain import Entity, User, names
from services.directory.domain.audit import Entry
from services.directory.domain.importing import COLUMNS, harmless
from services.directory.handlers.writing import By, Directory, note
from services.directory.store import Store

Cells = Sequence[object]
_FLUSHED = 256 * 1024
_AT_ONCE = 500

README = """\
The members of a mutual credit network, as of the time in this file's name. UTF-8, RFC 4180.

members.csv      one row for each business with an owner; these columns can be imported again, so this file can be
                 uploaded to an empty network as it is: the first owner becomes its owner. An import ignores the
                 addresses in other_owners and operators: invite them. It takes an address once; who owns several
                 businesses registers the others. Passwords, limits and balances are not in it.
users.csv        everybody who can log in
entities.csv     every business with its account number
memberships.csv  who acts for which business, as what, whether only to look, the most of one transfer (minor units)
tags.csv         what businesses offer and want, and since when
categories.csv   which business is in which category
statuses.csv     decisions about statuses, as far as they are kept (the last 50 of each business)

A cell that would be a formula in a spreadsheet begins with an apostrophe; importing takes it off again.
Favourites, notes, sessions, tokens and passwords are private, and in none of these.
"""

_OTHERS = ("other_owners", "operators")
"""Beside the columns of an import, which ignores them: addresses, comma separated."""
_MEMBERSHIP = ("entity_id", "user_id", "role", "view_only", "max_amount")
_USER = ("user_id", "kind", "email", "first_name", "last_name", "telephone", "created_at")
_ENTITY = (
    *("entity_id", "account", "status", "name", "email", "telephone", "inc_type", "company_number", "website"),
    *("declared_turnover", "description", "address", "city", "region", "postal_code", "country"),
    *("created_at", "member_started_at"),
)


def export(directory: Directory, by: By) -> Iterator[bytes]:
    """The zip in pieces; noted in the audit log before the first one."""
    note(directory, by, Entry(action="community.exported", subject="community/all"))
    return _zipped(_files(directory.store))


def _files(store: Store) -> Iterator[tuple[str, Iterable[Cells]]]:
    yield "members.csv", _members(store)
    yield "users.csv", _with_header(_USER, map(_user, store.users.every()))
    yield "entities.csv", _with_header(_ENTITY, map(_entity, store.entities.every()))
    joined = (tuple(getattr(each, name) for name in _MEMBERSHIP) for each in store.memberships.every())
    yield "memberships.csv", _with_header(_MEMBERSHIP, joined)
    yield "tags.csv", _with_header(("entity_id", "side", "tag", "added_at"), _tags(store))
    categories = ((entity.entity_id, name) for entity in store.entities.every() for name in entity.categories)
    yield "categories.csv", _with_header(("entity_id", "category"), categories)
    decided = ("entity_id", "at", "previous", "status", "by", "reason")
    yield "statuses.csv", _with_header(decided, _decisions(store))


def _with_header(header: Cells, rows: Iterable[Cells]) -> Iterator[Cells]:
    yield header
    yield from rows


def _members(store: Store) -> Iterator[Cells]:
    """One row for each business that has an owner: the first one in the columns of an import, the others beside."""
    yield (*COLUMNS, *_OTHERS)
    everything = store.entities.every()
    while entities := list(islice(everything, _AT_ONCE)):
        parts = store.memberships.of_entities([entity.entity_id for entity in entities])
        ids = list({part.user_id for joined in parts.values() for part in joined})
        users = {user.user_id: user for user in store.users.of_ids(ids) if user.email}
        for entity in entities:
            known = [(part.role, users[part.user_id]) for part in parts[entity.entity_id] if part.user_id in users]
            owners = [user for role, user in known if role == "owner"]
            operators = [user.email for role, user in known if role == "operator"]
            if owners:
                others = [user.email for user in owners[1:]]
                yield (*_member(owners[0], entity), ", ".join(others), ", ".join(operators))


def _member(user: User, entity: Entity) -> Cells:
    profile, given = entity.profile, entity.exact_place
    place = given if given and given.source == "given" else None
    special: dict[str, Any] = {
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "telephone": user.telephone,
        "business_email": profile.email,
        "business_telephone": profile.telephone,
        "latitude": place.latitude if place else "",
        "longitude": place.longitude if place else "",
        "offers": ", ".join(names(entity.offers)),
        "wants": ", ".join(names(entity.wants)),
        "categories": ", ".join(entity.categories),
        "status": entity.status,
    }
    return tuple(special.get(name, getattr(profile, name, "")) for name in COLUMNS)


def _user(user: User) -> Cells:
    return tuple(getattr(user, name) for name in _USER)


def _entity(entity: Entity) -> Cells:
    return tuple(getattr(entity, name, None) or getattr(entity.profile, name, "") for name in _ENTITY)


def _tags(store: Store) -> Iterator[Cells]:
    for entity in store.entities.every():
        for side, tags in (("offers", entity.offers), ("wants", entity.wants)):
            yield from ((entity.entity_id, side, tag.name, tag.added_at) for tag in tags)


def _decisions(store: Store) -> Iterator[Cells]:
    for entity in store.entities.every():
        for each in entity.decisions:
            yield entity.entity_id, each.at, each.previous, each.status, each.by, each.reason


class _Sink(io.RawIOBase):
    """What a zip is written to when nobody keeps it: it can't go back."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        whole = b"".join(self.pieces)
        self.pieces.clear()
        return whole


def _zipped(files: Iterable[tuple[str, Iterable[Cells]]]) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", README)
        for name, rows in files:
            with archive.open(name, "w") as written:
                for piece in _pieces(rows):
                    written.write(piece)
                    if piece := sink.taken():
                        yield piece
    yield sink.taken()


def _pieces(rows: Iterable[Cells]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow(["" if cell is None else harmless(cell) for cell in row])
        if buffer.tell() > _FLUSHED:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
