"""Whom a message goes to and what is said in it: looked up at the moment it is sent."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from services.notifier.knowledge import LISTED
from services.notifier.languages import LANGUAGES, day_in_words, in_credits, in_words

_AMOUNTS = (
    "amount", "max_amount", "max_negative", "max_positive", "previous_max_negative", "previous_max_positive",
    "balance", "limit", "room", "volume",
)  # fmt: skip

Document = Mapping[str, Any]
Unseal = Callable[[str], Mapping[str, str]]
"""The texts in a one-time message's ciphertext. Raises ValueError."""


class NotKnownYet(Exception):
    """A name or address that this message needs has not arrived: try again soon."""


class NothingLeft(Exception):
    """All that this message would say is over: it is not sent."""


class People(Protocol):
    """Those who belong to a business."""

    def user(self, user_id: str) -> Document | None: ...


class Book(People, Protocol):
    """Names and addresses."""

    def entity(self, entity_id: str) -> Document | None: ...
    def entity_of(self, account: str) -> Document | None: ...


@dataclass(frozen=True, slots=True)
class Named:
    """Whom messages name, so that they can be looked up together."""

    entities: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)

    def add(self, recipient: str, facts: Document) -> None:
        """Those of one message: who gets it, the two sides of a transfer, whom it is about."""
        what, _, key = recipient.partition(":")
        {"user": self.users, "entity": self.entities, "account": self.accounts}[what].add(key)
        self.accounts.update(facts[side] for side in ("payer", "payee") if facts.get(side))
        self.entities.update(filter(None, [facts.get("entity_id")]))
        self.users.update(filter(None, [facts.get("user_id")]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Where a message goes. `name` is the entity's or the person's."""

    name: str
    address: str
    why: str


def addressee(recipient: str, book: Book, language: str) -> Addressee:
    """Who `recipient` is (`entity:<id>`, `account:<number>`, `user:<id>`). Raises NotKnownYet.

    An entity without an address of its own is written to at its owner's.
    """
    what, _, key = recipient.partition(":")
    if what == "user":
        user = _found(book.user(key), "email")
        said = LANGUAGES[language]
        return Addressee(name=_name_of_user(user) or said.nobody, address=user["email"], why=said.user)
    return of_entity(book.entity(key) if what == "entity" else book.entity_of(key), book, LANGUAGES[language].member)


def name_of(recipient: str, book: Book, language: str) -> str:
    """What `recipient` is called. Raises NotKnownYet."""
    what, _, key = recipient.partition(":")
    if what == "user":
        return _name_of_user(book.user(key) or {}) or LANGUAGES[language].nobody
    return str(_found(book.entity(key) if what == "entity" else book.entity_of(key), "name")["name"])


def of_entity(entity: Document | None, people: People, why: str = "") -> Addressee:
    """Where an entity is written to. Raises NotKnownYet."""
    found = _found(entity, "name")
    address = found.get("email") or _owner_address(found, people)
    return Addressee(name=found["name"], address=address, why=why)


def kept(once: Mapping[str, str], language: str) -> Addressee | None:
    """Who a farewell goes to: it says so itself, for its entity may be forgotten already."""
    if not once.get("name") or not once.get("address"):
        return None
    return Addressee(name=once["name"], address=once["address"], why=LANGUAGES[language].former)


def instead(to: Addressee, address: str, language: str) -> Addressee:
    """The same mail to another address that a one-time message names: without a name, for who reads it may be anybody.

    Empty, or the addressee's own: as it was.
    """
    if not address or address == to.address:
        return to
    return Addressee(name=LANGUAGES[language].nobody, address=address, why=LANGUAGES[language].named)


def values_for(
    recipient: str, facts: Document, once: Mapping[str, str], book: Book, unseal: Unseal, language: str
) -> dict[str, Any]:
    """What a template may say about these facts, besides the addressee's name. Raises NotKnownYet, ValueError."""
    values = {name: in_credits(value, language) if name in _AMOUNTS else value for name, value in facts.items()}
    values |= {name: once.get(name, "") for name in ("reason", "device")}
    values |= {"expires_on": in_words(facts.get("expires_at", ""), language)}
    if "moved" in facts:
        values |= _part(recipient.partition(":")[2], facts, book, language)
    elif "transfer_id" in facts:
        values |= _sides(recipient.partition(":")[2], facts, book)
    if "week_begins" in facts:
        values["begins"] = day_in_words(facts["week_begins"], language)
    if "leads" in facts:
        values |= _matches(facts, book)
    if "gives" in facts:
        values |= _circle(recipient.partition(":")[2], facts, book)
    if "entity_id" in facts:
        values["subject_name"] = _found(book.entity(facts["entity_id"]), "name")["name"]
    if "user_id" in facts:
        values["person"] = _person(recipient, facts["user_id"], book, language)
    if "ciphertext" in once:
        values |= unseal(once["ciphertext"])
    return values


def _sides(account: str, facts: Document, book: Book) -> dict[str, Any]:
    other = facts["payee"] if account == facts["payer"] else facts["payer"]
    return {
        "you_pay": account == facts["payer"],
        "mine": account == facts["initiator"],
        "other": _found(book.entity_of(other), "name")["name"],
    }


def _part(account: str, facts: Document, book: Book, language: str) -> dict[str, Any]:
    """What an administrator's transfer or a reversal is to one of those that take part."""
    moved: Mapping[str, int] = facts["moved"]
    others = [number for number in moved if number != account]
    return {
        "you_pay": moved[account] < 0,
        "amount": in_credits(abs(moved[account]), language),
        "mine": account == facts["initiator"],
        "by_admin": not facts["initiator"],
        "other": _found(book.entity_of(others[0]), "name")["name"] if len(others) == 1 else "",
        "parties": len(moved),
    }


def _circle(entity_id: str, facts: Document, book: Book) -> dict[str, Any]:
    """A trading loop to one of its members: who gives what to whom, and one's own part in it."""
    gives: Sequence[Mapping[str, str]] = facts["gives"]
    names = {give["giver"]: str(_found(book.entity(give["giver"]), "name")["name"]) for give in gives}
    named = [{**give, "giver": names[give["giver"]], "receiver": names[give["receiver"]]} for give in gives]
    return {
        "gives": named,
        "given": next(told for give, told in zip(gives, named, strict=True) if give["giver"] == entity_id),
        "received": next(told for give, told in zip(gives, named, strict=True) if give["receiver"] == entity_id),
    }


def _matches(facts: Document, book: Book) -> dict[str, Any]:
    """The daily mail: others who can be traded with still, by name. Raises NothingLeft."""
    sides: dict[str, Any] = {side: list(_still_there(facts[side], book)) for side in ("leads", "suppliers")}
    if not any(sides.values()):
        raise NothingLeft
    return sides


def _still_there(matches: Iterable[Document], book: Book) -> Iterator[Document]:
    for match in matches:
        other = _found(book.entity(match["other"]), "name")
        if not other.get("closed") and other.get("status") in LISTED:
            yield {**match, "other": other["name"]}


def _person(recipient: str, user_id: str, book: Book, language: str) -> str:
    """Who a mail is about; empty when it goes to them."""
    if recipient == f"user:{user_id}":
        return ""
    return _name_of_user(_found(book.user(user_id), "email")) or LANGUAGES[language].somebody


def _owner_address(entity: Document, people: People) -> str:
    members: Mapping[str, str] = entity.get("members", {})
    owners = sorted(user_id for user_id, role in members.items() if role == "owner")
    for user_id in owners:
        if (user := people.user(user_id)) and user.get("email"):
            return str(user["email"])
    raise NotKnownYet("no address")


def _name_of_user(user: Document) -> str:
    return " ".join(part for part in (user.get("first_name", ""), user.get("last_name", "")) if part)


def _found(document: Document | None, needed: str) -> Document:
    if not document or not document.get(needed):
        raise NotKnownYet(needed)
    return document
