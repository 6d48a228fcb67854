"""Transfers of an account or of the book, newest proposal first. Reads only.

Each place in which an account can stand (payer, payee, one of several) has an index of its own in the order of the
list: each gives its newest, and the newest of those are the page.
"""

# ruff: noqa: S608 -- only constants of this package are put into the texts

from collections.abc import Sequence
from functools import cache
from typing import Any, LiteralString

import psycopg

from services.ledger.domain import Transfer
from services.ledger.questions import EVERY_TRANSFER, TransferFilter
from services.ledger.store.rows import TRANSFER, transfer_of
from services.ledger.store.texts import containing

# Written out, so that the small indexes of what is open can be used.
_STATUS: dict[str, LiteralString] = {
    "initiated": "t.status = 'initiated'",
    "completed": "t.status = 'completed'",
    "cancelled": "t.status = 'cancelled'",
}
_ALL: tuple[LiteralString, ...] = ("transfers t WHERE t.book = %(book)s",)
_PARTY: LiteralString = """transfer_parties m
    JOIN transfers t ON t.book = m.book AND t.initiated_position = m.initiated_position WHERE m.book = %(book)s"""
_OF_ACCOUNT: tuple[LiteralString, ...] = (
    "transfers t WHERE t.book = %(book)s AND t.payer = %(account)s",
    "transfers t WHERE t.book = %(book)s AND t.payee = %(account)s",
    f"{_PARTY} AND m.account = %(account)s",
)
_BETWEEN: tuple[LiteralString, ...] = (
    "transfers t WHERE t.book = %(book)s AND t.payer = %(account)s AND t.payee = %(counterparty)s",
    "transfers t WHERE t.book = %(book)s AND t.payee = %(account)s AND t.payer = %(counterparty)s",
    f"{_PARTY} AND m.account = %(counterparty)s AND %(account)s IN (t.payer, t.payee)",
    f"""{_PARTY} AND m.account = %(account)s AND (%(counterparty)s IN (t.payer, t.payee) OR EXISTS (
        SELECT FROM transfer_parties o WHERE o.book = m.book AND o.account = %(counterparty)s
            AND o.initiated_position = m.initiated_position))""",
)


def listing(
    connection: psycopg.Connection,
    book: str,
    account: str | None,
    statuses: Sequence[str],
    only: TransferFilter,
    *,
    before: int | None,
    limit: int,
    offset: int,
) -> tuple[list[Transfer], int]:
    """A page, proposals below position `before`; and how many there are before and after it."""
    asked: dict[str, Any] = {
        "book": book, "account": account, "counterparty": only.counterparty, "reference": only.reference,
        "kind": only.kind, "least": only.min_amount, "most": only.max_amount, "before": before,
        "text": containing(only.text) if only.text else None, "since": only.since, "until": only.until,
        "limit": limit, "offset": offset, "needed": limit + offset,
    }  # fmt: skip
    conditions = _conditions(statuses, only)
    places = _ALL if account is None else _BETWEEN if only.counterparty else _OF_ACCOUNT
    prepare = None if only == EVERY_TRANSFER else False
    question = _page_and_total(places, conditions, before is not None)
    rows = connection.execute(question, asked, prepare=prepare).fetchall()
    return [transfer_of(row[1:]) for row in rows if row[1] is not None], int(rows[0][0])


@cache
def _page_and_total(places: tuple[LiteralString, ...], conditions: LiteralString, goes_on: bool) -> LiteralString:
    """One question: an answer costs the worker more than what is in it. A page with nothing has its total too."""
    return f"""SELECT total.count, page.* FROM ({_total(places, conditions)}) AS total
        LEFT JOIN ({_page(places, conditions, goes_on)}) AS page ON true ORDER BY page.initiated_position DESC"""


def _page(places: Sequence[LiteralString], conditions: LiteralString, goes_on: bool) -> LiteralString:
    below: LiteralString = "AND t.initiated_position < %(before)s" if goes_on else ""
    each: list[LiteralString] = [
        f"(SELECT t.* FROM {place} {conditions} {below} ORDER BY t.initiated_position DESC LIMIT %(needed)s)"
        for place in places
    ]
    every: LiteralString = " UNION ALL ".join(each)
    return f"""SELECT {TRANSFER} FROM ({every}) AS newest
        ORDER BY initiated_position DESC LIMIT %(limit)s OFFSET %(offset)s"""


def _total(places: Sequence[LiteralString], conditions: LiteralString) -> LiteralString:
    each: list[LiteralString] = [f"(SELECT count(*) FROM {place} {conditions})" for place in places]
    every: LiteralString = " + ".join(each)
    return f"SELECT {every} AS count"


def _conditions(statuses: Sequence[str], only: TransferFilter) -> LiteralString:
    wanted: list[LiteralString] = []
    if set(statuses) != set(_STATUS):
        either: LiteralString = " OR ".join(_STATUS[status] for status in statuses) or "false"
        wanted.append(f"AND ({either})")
    if only.text is not None:
        wanted.append("AND (t.description ILIKE %(text)s OR t.reference ILIKE %(text)s)")
    if only.reference is not None:
        wanted.append("AND t.reference = %(reference)s")
    if only.kind is not None:
        wanted.append("AND t.kind = %(kind)s")
    if only.min_amount is not None:
        wanted.append("AND t.amount >= %(least)s")
    if only.max_amount is not None:
        wanted.append("AND t.amount <= %(most)s")
    # Asked once, as a position: the list's own index has its proposals in that order.
    if only.since is not None:
        wanted.append("AND t.initiated_position >= (SELECT first_position_at(%(book)s, %(since)s::timestamptz))")
    if only.until is not None:
        wanted.append("AND t.initiated_position < (SELECT first_position_at(%(book)s, %(until)s::timestamptz))")
    return " ".join(wanted)
