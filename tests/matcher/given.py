"""Entities as events tell of them and as the matcher keeps them, with one line each."""

import uuid
from collections.abc import Sequence
from typing import Any

from events import directory
from events.ledger import Standing
from services.matcher.accounts import Account, Trades
from services.matcher.domain import Entity, Place, Tag
from tests.factories import an_account_number

LONG_AGO = "2026-01-01T00:00:00.000000Z"


def tags(*names: str, at: str = LONG_AGO) -> tuple[Tag, ...]:
    return tuple(Tag(tag=name, added_at=at) for name in names)


def an_entity(offers: Sequence[str] = (), wants: Sequence[str] = (), **changed: Any) -> Entity:
    values: dict[str, Any] = {
        "entity_id": str(uuid.uuid4()),
        "account": an_account_number(),
        "name": "Green Farm",
        "status": "accepted",
        "version": 1,
    }
    return Entity(offers=tags(*offers), wants=tags(*wants), **values | changed)


def registered(offers: Sequence[str] = (), wants: Sequence[str] = (), **changed: Any) -> directory.EntityRegistered:
    """`name`, `city`, `place` … go into its profile."""
    profile = {"name": "Green Farm"}
    profile |= {name: changed.pop(name) for name in list(changed) if name in directory.Profile.__slots__}
    values: dict[str, Any] = {
        "entity_id": str(uuid.uuid4()),
        "account": an_account_number(),
        "status": "accepted",
        "categories": [],
    }
    return directory.EntityRegistered(
        profile=directory.Profile(**profile), offers=list(offers), wants=list(wants), **values | changed
    )


def status_changed(
    entity: directory.EntityRegistered, status: directory.Status, previous: directory.Status
) -> directory.EntityStatusChanged:
    return directory.EntityStatusChanged(
        entity_id=entity.entity_id, account=entity.account, previous=previous, status=status
    )


def offers_wants_changed(
    entity: directory.EntityRegistered, offers: Sequence[str], wants: Sequence[str] = ()
) -> directory.OffersWantsChanged:
    return directory.OffersWantsChanged(
        entity_id=entity.entity_id,
        offers=list(offers),
        wants=list(wants),
        offers_added=[],
        offers_removed=[],
        wants_added=[],
        wants_removed=[],
    )


LONDON = Place(latitude=51.50735, longitude=-0.12776)
LEEDS = Place(latitude=53.80076, longitude=-1.54908)


def money(account: str, can_pay: int = 100, can_receive: int = 100, standing: Standing = "trading") -> Account:
    """An account with so much room."""
    return Account(
        account=account, balance=0, max_negative=can_pay, max_positive=can_receive, standing=standing, version=1
    )


def sold(giver: str, receiver: str, count: int = 1) -> Trades:
    """Completed trades of two accounts."""
    return Trades(giver=giver, receiver=receiver, count=count, last_at=LONG_AGO)
