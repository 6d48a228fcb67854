"""Members for the gateway under load: users, sessions and businesses in the directory, accounts in the ledger."""

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

import psycopg

from services.chassis.clock import system_clock
from services.directory.accounts import new_account_number
from services.directory.consumer import DIRECTORY_SOURCE
from services.directory.domain import Membership, User
from services.directory.following import IndexFollower
from services.directory.store import EntityIndex, Store
from services.gateway.tokens import SessionTokens
from services.ledger.handlers import Appender
from services.ledger.records import Request
from services.ledger.store import Writer
from tests.bench.businesses import businesses
from tests.bench.search import fill
from tests.bench.stage import PLENTY
from tests.ledger.factories import accepting, opening, paying

MEMBERS = 200
BUSINESSES = 5_000
POSITION = 1_000_000
"""Of the directory: everybody here was written before it, and ledger and search have followed up to it."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class People:
    """Members who are logged in, with a business each."""

    session_key: bytes
    owners: dict[str, str]
    """Entity id by account."""
    tokens: dict[str, str]

    @property
    def accounts(self) -> list[str]:
        return list(self.owners)

    def renew(self) -> None:
        """Fresh tokens: one lives a quarter of an hour, less than some measurements."""
        issuer = SessionTokens(self.session_key, time.time)
        for account, entity_id in self.owners.items():
            self.tokens[account] = issuer.issue(
                f"session-{entity_id}", f"user-{entity_id}", frozenset({"member"}), {entity_id: account}
            )


def settle(index: EntityIndex, store: Store, session_key: bytes, count: int = BUSINESSES) -> People:
    """Businesses in the directory; the first of them have a member each, who has logged in."""
    people = People(session_key, {}, {})
    everybody = [replace(each, account=new_account_number(secrets.randbelow)) for each in businesses(count)]
    members = [replace(each, status="tradingAccepted") for each in everybody[:MEMBERS]]
    fill(index, store, [*members, *everybody[MEMBERS:]])
    for each in members:
        user = f"user-{each.entity_id}"
        names = {"user_id": user, "email": f"{user}@dev.null", "password_hash": ""}
        store.users.add(User(**names, kind="member", created_at=each.created_at, version=1))
        store.memberships.put(Membership(each.entity_id, user, "owner"))
        store.sessions.open(f"session-{each.entity_id}", user, datetime.now(UTC))
        people.owners[each.account] = each.entity_id
    people.renew()
    store.projections.reached(f"{IndexFollower.name}/{DIRECTORY_SOURCE}", POSITION)
    return people


def open_book(url: str, owner_url: str, book: str, accounts: Sequence[str], old: int = 0) -> None:
    """A book with an account each, and `old` transfers among them that were completed before."""
    appender = Appender(writer := Writer(url, book), system_clock)
    _append(appender, [opening(number, max_negative=PLENTY, max_positive=PLENTY) for number in accounts])
    parties = list(pairwise([*accounts, accounts[0]]))
    for start in range(0, old, _AT_ONCE):
        chosen = [parties[number % len(parties)] for number in range(start, min(old, start + _AT_ONCE))]
        made = _append(appender, [paying(payer, payee, 1) for payer, payee in chosen])
        _append(appender, [accepting(each, payee) for each, (_, payee) in zip(made, chosen, strict=True)])
    writer.close()
    with psycopg.connect(owner_url) as connection:
        connection.execute("INSERT INTO followed VALUES (%s, %s, %s)", (book, DIRECTORY_SOURCE, POSITION))


def _append(appender: Appender, requests: Sequence[Request]) -> list[str]:
    """Ids of the transfers that were made, in the order asked."""
    made = []
    for start in range(0, len(requests), _AT_ONCE):
        for each in appender.execute(requests[start : start + _AT_ONCE]):
            outcome = json.loads(each)
            if not outcome["ok"]:
                raise RuntimeError(each)
            made.append(outcome["document"].get("transfer_id", ""))
    return made
