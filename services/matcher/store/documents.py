"""What the matcher knows as documents of MongoDB, and back. A document's own field `revision` is the store's."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.matcher.accounts import Account, Proposal, Trades
from services.matcher.domain import Entity, Place, Tag

Document = dict[str, Any]

_OF_ACCOUNT = ("balance", "max_negative", "max_positive", "standing", "version")
_OF_TRADES = ("giver", "receiver", "count", "last_at")


def document_of(entity: Entity) -> Document:
    """An entity as it is stored. Tags are pairs of name and time: a network has far more of them than of anything."""
    return {
        "account": entity.account,
        "name": entity.name,
        "status": entity.status,
        "city": entity.city,
        "place": [entity.place.latitude, entity.place.longitude] if entity.place else None,
        "closed": entity.closed,
        "offers": [[tag.tag, tag.added_at] for tag in entity.offers],
        "wants": [[tag.tag, tag.added_at] for tag in entity.wants],
        "categories": list(entity.categories),
        "version": entity.version,
    }


def entity_of(document: Mapping[str, Any]) -> Entity:
    """The entity in a stored document."""
    place = document["place"]
    return Entity(
        entity_id=document["_id"],
        account=document["account"],
        name=document["name"],
        status=document["status"],
        city=document["city"],
        place=Place(latitude=place[0], longitude=place[1]) if place else None,
        closed=document["closed"],
        offers=_tags_of(document["offers"]),
        wants=_tags_of(document["wants"]),
        categories=tuple(document["categories"]),
        version=document["version"],
    )


def _tags_of(pairs: Sequence[Sequence[str]]) -> tuple[Tag, ...]:
    return tuple(Tag(tag=tag, added_at=added_at) for tag, added_at in pairs)


def account_document(account: Account) -> Document:
    """An account as it is stored, without its number: that is the document's id."""
    # Spelt out: `asdict` copies deeply, and a rebuild writes many.
    return {name: getattr(account, name) for name in _OF_ACCOUNT}


def account_of(document: Mapping[str, Any]) -> Account:
    """The account in a stored document."""
    return Account(account=document["_id"], **{name: document[name] for name in _OF_ACCOUNT})


def trades_id(pair: tuple[str, str]) -> str:
    """The id of the document of a pair (giver, receiver)."""
    return f"{pair[0]}:{pair[1]}"


def trades_of(document: Mapping[str, Any]) -> Trades:
    """The trades in a stored document."""
    return Trades(**{name: document[name] for name in _OF_TRADES})


def trades_document(trades: Trades) -> Document:
    """The trades of a pair as they are stored."""
    return {name: getattr(trades, name) for name in _OF_TRADES}


def proposal_of(document: Mapping[str, Any]) -> Proposal:
    """The open transfer in a stored document."""
    return Proposal(payer=document["payer"], payee=document["payee"])


def proposal_document(proposal: Proposal) -> Document:
    """An open transfer as it is stored."""
    return {"payer": proposal.payer, "payee": proposal.payee}
