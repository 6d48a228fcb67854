"""What businesses want to hear of. The notifier's own: no event tells it again, so a rebuild keeps it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.database import Database

from services.notifier.domain import DailyMail

Document = dict[str, Any]


class Preferences:
    """One document a business: `{mail, notice, quiet_hours, digest_hour, time_zone, language, daily_match_mail}`."""

    def __init__(self, database: Database[Document]) -> None:
        self._db, self._kept = database, database["preferences"]

    def of(self, entity_id: str, session: ClientSession | None = None) -> Document:
        """What a business chose; empty when nothing."""
        return self._kept.find_one({"_id": entity_id}, session=session) or {}

    def of_all(self, recipients: Collection[str]) -> dict[str, Document]:
        """Recipient (`entity:<id>`, `account:<number>`) to what it chose; persons choose nothing."""
        return documents_of(self._db, recipients)

    def choose(self, entity_id: str, chosen: Mapping[str, Any], session: ClientSession | None = None) -> None:
        """Keep what a business chose, instead of what it had chosen before."""
        update = {"$set": dict(chosen), "$setOnInsert": {"seen": 0}}
        self._kept.update_one({"_id": entity_id}, update, upsert=True, session=session)

    def switch_off(self, entity_id: str, group: str) -> None:
        """No mail of `group` from now on; all else stays."""
        update = {"$set": {f"mail.{group}": False}, "$setOnInsert": {"seen": 0}}
        self._kept.update_one({"_id": entity_id}, update, upsert=True)

    def daily_mail(self, session: ClientSession, asked: Iterable[DailyMail]) -> None:
        """What the directory was told of the daily mail holds from then on, when it is another than before."""
        for each in asked:
            # The directory tells all its preferences when one changes; and one that was told before never told yes.
            same = [True] if each.wanted else [False, None]
            known = {"_id": each.entity_id, "seen": {"$lt": each.position}, "daily_match_mail": {"$nin": same}}
            told = {"daily_match_mail": each.wanted, "seen": each.position}
            self._kept.update_one({"_id": each.entity_id}, {"$setOnInsert": {"seen": 0}}, upsert=True, session=session)
            self._kept.update_one(known, {"$set": told, "$unset": {"mail.digest": ""}}, session=session)

    def forget(self, session: ClientSession, recipients: Collection[str]) -> None:
        """Delete what those chose who are forgotten."""
        if recipients:
            gone = [recipient.partition(":")[2] for recipient in recipients if recipient.startswith("entity:")]
            self._kept.delete_many({"_id": {"$in": gone}}, session=session)


def documents_of(
    db: Database[Document], recipients: Collection[str], session: ClientSession | None = None
) -> dict[str, Document]:
    """Recipient to what it chose, of those that chose anything: two look-ups for any number of them."""
    entity_of = {each: each.partition(":")[2] for each in recipients if each.startswith("entity:")}
    accounts = [each.partition(":")[2] for each in recipients if each.startswith("account:")]
    if accounts:
        holders = db["entities"].find({"account": {"$in": accounts}}, {"account": 1}, session=session)
        entity_of |= {f"account:{holder['account']}": holder["_id"] for holder in holders}
    if not entity_of:
        return {}
    chosen = db["preferences"].find({"_id": {"$in": sorted(set(entity_of.values()))}}, session=session)
    by_entity = {document["_id"]: document for document in chosen}
    return {each: by_entity[entity] for each, entity in entity_of.items() if entity in by_entity}
