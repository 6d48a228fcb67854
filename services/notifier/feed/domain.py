"""Who sees which event of the feed, what of it, and where somebody is in it. Pure.

Administrators see all as it was published, auditors the ledger's. A business sees what happened to itself: its
transfers as its webhooks get them, its account and its profile without who acted and why, its matches.
"""

import base64
import binascii
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from events import directory, ledger, matcher, topics
from events.envelope import Envelope, Event
from services.notifier.webhooks.domain import OFFERED, TRANSFERS, Told, about, without_others

SOURCES: Mapping[str, str] = {
    "ledger": f"{topics.LEDGER_EVENTS}/{topics.DEFAULT_BOOK}",
    "directory": f"{topics.DIRECTORY_EVENTS}/{topics.DIRECTORY_KEY}",
    "matcher": f"{topics.MATCHER_EVENTS}/{topics.MATCHER_KEY}",
}
"""What is in the feed, by the names that cursors use."""
NAMES: Mapping[str, str] = {source: name for name, source in SOURCES.items()}

_PARTS = re.compile(",".join(rf"{name}=(0|[1-9][0-9]{{0,14}})" for name in SOURCES))


class BadCursor(Exception):
    """A text that is no cursor of ours."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Source to the position up to which somebody has seen everything: the sources' own, which no rebuild changes."""

    positions: Mapping[str, int]

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises BadCursor."""
        try:
            plain = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise BadCursor from error
        found = _PARTS.fullmatch(plain)
        cursor = cls(dict(zip(SOURCES, map(int, found.groups()), strict=True))) if found else None
        if cursor is None or cursor.text != text:
            raise BadCursor
        return cursor

    def of(self, source: str) -> int:
        """The position of a source."""
        return self.positions.get(source, 0)

    @property
    def text(self) -> str:
        """Opaque to whoever gets it. Not signed: it says where to go on, not what one may see."""
        plain = ",".join(f"{name}={self.of(name)}" for name in SOURCES)
        return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Audience:
    """Who reads, and of whom: `only` what these (`account:<number>`, `entity:<id>`) see; None: everything.

    `published`: as it was published, not as they see it. Of `sources` alone.
    """

    only: frozenset[str] | None
    published: bool = False
    sources: frozenset[str] = frozenset(SOURCES)

    def hears(self, touched: Collection[str] | None) -> bool:
        """Whether news for these may be for them; None: it is not known for whom they are."""
        return self.only is None or touched is None or not self.only.isdisjoint(touched)


def own_of(entities: Iterable[str], accounts: Iterable[str]) -> frozenset[str]:
    """What a person sees by the businesses that they act for or look at."""
    return frozenset({f"entity:{each}" for each in entities} | {f"account:{each}" for each in accounts})


def audiences(told: Told) -> list[str]:
    """The businesses that see the event; nobody but the network's own people where there are none."""
    if isinstance(told.event, TRANSFERS):
        return sorted(f"account:{account}" for account in told.accounts)
    seen = _SEEN_BY.get(type(told.event))
    return sorted(set(seen(told.event))) if seen else []


def subjects(envelope: Envelope, event: Event) -> list[str]:
    """The businesses and persons that the event is about: when one of them is forgotten, so is the event."""
    names = _SEEN_BY[type(event)](event) if isinstance(event, matcher.EVENTS) else ()
    found = event.found if isinstance(event, matcher.SearchHit) else None
    others = {f"entity/{name.removeprefix('entity:')}" for name in names} | ({f"entity/{found}"} if found else set())
    return sorted(each for each in {*about(envelope), *others} if each.startswith(("entity/", "user/")))


def shaped(attributes: Mapping[str, Any], audience: Audience) -> Mapping[str, Any]:
    """An event as its reader sees it: as it was published, or without what is others' own."""
    if audience.published:
        return attributes
    accounts = {each.removeprefix("account:") for each in audience.only or () if each.startswith("account:")}
    seen = without_others(accounts, attributes)
    if seen["type"] not in _TRANSFER_TYPES:
        # Why administrators decided is told by mail, and kept nowhere.
        seen["data"].pop("reason", None)
    return seen


def _account(event: Any) -> list[str]:
    return [f"account:{event.account}"]


def _entity(event: Any) -> list[str]:
    return [f"entity:{event.entity_id}"]


def _members(event: Any) -> list[str]:
    return [f"entity:{member}" for member in event.members]


def _pair(event: matcher.MatchFound) -> list[str]:
    return [f"entity:{event.giver}", f"entity:{event.receiver}"]


_SEEN_BY: Mapping[type, Callable[[Any], list[str]]] = {
    ledger.AccountOpened: _account,
    ledger.AccountLimitsChanged: _account,
    ledger.AccountStandingChanged: _account,
    ledger.AccountConsentChanged: _account,
    directory.EntityRegistered: _entity,
    directory.EntityProfileChanged: _entity,
    directory.EntityStatusChanged: _entity,
    directory.EntityClosed: _entity,
    directory.OffersWantsChanged: _entity,
    directory.CategoriesChanged: _entity,
    directory.PreferencesChanged: _entity,
    matcher.MatchFound: _pair,
    matcher.SearchHit: _entity,
    matcher.LoopFound: _members,
    matcher.LoopAgreed: _members,
}
"""What a business sees besides its transfers. Nothing that tells of persons: who belongs to it, who logged in."""

_TRANSFER_TYPES = frozenset(cls.TYPE for cls in TRANSFERS)
TYPES = (*OFFERED, *(cls.TYPE for cls in matcher.EVENTS))
"""All that is in the feed."""
