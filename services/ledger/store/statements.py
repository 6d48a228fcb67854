"""Statements: an account's postings of a period, filtered, in pages by position both ways. Reads only.

The range of positions first, inside the account's own index, where amounts and balances lie too; transfers are joined
for what is shown. Filters by amount and sign stay in that index; one by counterparty meets the other's postings there;
one by text has to read the transfers of all postings of the period.
"""

# ruff: noqa: S608 -- only constants of this package are put into the texts

from collections.abc import Sequence
from typing import Any, Literal, LiteralString

import psycopg

from services.chassis.clock import rfc3339
from services.ledger.findings import Entry, Statement, Totals
from services.ledger.questions import EVERY_ENTRY, EntryFilter, Page, Period
from services.ledger.store.points import NotYet
from services.ledger.store.texts import containing

FEW = 1000
"""So many matches are fetched at once: their totals and page need no further look."""
_REMEMBERED = 1000
_NOTHING = Totals(0, 0, 0)

_BOUNDS = """
SELECT bounds.low, bounds.high, coalesce(opening.balance, 0), coalesce(closing.balance, 0), bounds.newest FROM (
    SELECT h.book, h.position AS newest, CASE
        WHEN %(from_position)s::bigint IS NOT NULL THEN %(from_position)s::bigint
        WHEN %(since)s::timestamptz IS NOT NULL THEN first_position_at(h.book, %(since)s::timestamptz)
        ELSE 1 END AS low, CASE
        WHEN %(to_position)s::bigint IS NOT NULL THEN %(to_position)s::bigint + 1
        WHEN %(until)s::timestamptz IS NOT NULL THEN first_position_at(h.book, %(until)s::timestamptz)
        ELSE h.position + 1 END AS high
    FROM book_head h WHERE h.book = %(book)s) AS bounds
LEFT JOIN LATERAL (SELECT p.balance FROM postings p WHERE p.book = bounds.book AND p.account = %(account)s
    AND p.position < bounds.low ORDER BY p.position DESC LIMIT 1) AS opening ON true
LEFT JOIN LATERAL (SELECT p.balance FROM postings p WHERE p.book = bounds.book AND p.account = %(account)s
    AND p.position < greatest(bounds.low, bounds.high) ORDER BY p.position DESC LIMIT 1) AS closing ON true"""

# To whoever gets a fee the two members' words are no business; with several legs the other side is who is shown.
_ROLE = """CASE p.account WHEN t.payer THEN 'payer' WHEN t.payee THEN 'payee'
    ELSE CASE t.kind WHEN 'transfer' THEN 'fee' ELSE 'leg' END END"""
_COUNTERPARTY = """CASE p.account WHEN t.payer THEN t.payee WHEN t.payee THEN t.payer
    ELSE CASE WHEN t.kind = 'transfer' OR p.amount > 0 THEN t.payer ELSE t.payee END END"""
_ONLY_A_FEE = "t.kind = 'transfer' AND p.account NOT IN (t.payer, t.payee)"

_POSTINGS = """
FROM postings p {joins} WHERE p.book = %(book)s AND p.account = %(account)s
    AND p.position >= %(low)s AND p.position < %(high)s {conditions}"""
_TRANSFER = "JOIN transfers t ON t.book = p.book AND t.transfer_id = p.transfer_id"
_SHARED = """JOIN postings theirs ON theirs.book = p.book AND theirs.account = %(counterparty)s
    AND theirs.position = p.position"""
_ENTRIES: LiteralString = f"""
SELECT p.position, p.transfer_id, {_COUNTERPARTY}, p.amount, p.balance,
       CASE WHEN {_ONLY_A_FEE} THEN '' ELSE t.description END, p.time, {_ROLE}, t.kind, t.direction,
       CASE WHEN {_ONLY_A_FEE} THEN NULL ELSE t.reference END
FROM (SELECT * FROM postings WHERE book = %(book)s AND account = %(account)s AND position = ANY(%(positions)s)) AS p
{_TRANSFER} ORDER BY p.position DESC"""
_TOTALS = """count(*), coalesce(-sum(p.amount) FILTER (WHERE p.amount < 0), 0)::bigint,
    coalesce(sum(p.amount) FILTER (WHERE p.amount > 0), 0)::bigint"""


class Statements:
    """Statements of one book. Totals are remembered: of positions that are past they never change, only grow."""

    def __init__(self, book: str) -> None:
        self._book = book
        # By account, first position and filter, up to which match.
        self._totals: dict[tuple[str, int, EntryFilter], tuple[int, Totals]] = {}

    def read(
        self, connection: psycopg.Connection, account: str, period: Period, page: Page, only: EntryFilter
    ) -> Statement:
        """One page, in three to six queries whose work does not grow with the book.

        Raises NotYet for a period that ends at a position which the book has not come to.
        """
        low, high, opening, closing = self._bounds(connection, account, period)
        found = _Matches(connection, self._book, account, only)
        newest = found.positions(low, high, FEW + 1)
        total = self._total(found, account, low, high, newest)
        if len(newest) <= FEW:
            shown, older, newer = _cut([position for position, _ in newest], page)
        else:
            shown, older, newer = found.page(low, high, page)
        return Statement(
            opening_balance=opening,
            closing_balance=closing,
            entries=_entries(connection, self._book, account, shown),
            next=older,
            previous=newer,
            totals=total,
            from_position=low,
            to_position=high - 1,
        )

    def _bounds(self, connection: psycopg.Connection, account: str, period: Period) -> tuple[int, int, int, int]:
        asked = {
            "book": self._book, "account": account, "since": period.since, "until": period.until,
            "from_position": period.from_position, "to_position": period.to_position,
        }  # fmt: skip
        low, high, opening, closing, newest = connection.execute(_BOUNDS, asked).fetchone() or (1, 1, 0, 0, 0)
        if max(period.to_position or 0, (period.from_position or 1) - 1) > newest:
            raise NotYet(newest)
        return low, high, opening, closing

    def _total(self, found: "_Matches", account: str, low: int, high: int, newest: Sequence[tuple[int, int]]) -> Totals:
        if len(newest) <= FEW:
            paid = sum(-amount for _, amount in newest if amount < 0)
            return Totals(len(newest), paid, sum(amount for _, amount in newest) + paid)
        key, last = (account, low, found.only), newest[0][0]
        known, so_far = self._totals.get(key, (low - 1, _NOTHING))
        if known > last:
            return found.totals(low, high)
        if known < last:
            so_far = _added(so_far, found.totals(known + 1, high))
            if len(self._totals) >= _REMEMBERED:
                self._totals.clear()
            self._totals[key] = (last, so_far)
        return so_far


class _Matches:
    """The postings of an account that a filter lets through."""

    def __init__(self, connection: psycopg.Connection, book: str, account: str, only: EntryFilter) -> None:
        self.only = only
        self._connection = connection
        self._asked = {
            "book": book, "account": account, "counterparty": only.counterparty,
            "least": only.min_amount, "most": only.max_amount,
            "text": containing(only.text) if only.text else None,
        }  # fmt: skip
        self._from: LiteralString = _POSTINGS.format(joins=_joins(only), conditions=_conditions(only))
        # With a filter the plan depends on whose postings are fewer: let it be made for the values.
        self._prepare = None if only == EVERY_ENTRY else False

    def positions(self, low: int, high: int, limit: int, order: Literal["ASC", "DESC"] = "DESC") -> Sequence[Any]:
        """At most `limit` of (position, amount) from `low` to below `high`."""
        query: LiteralString = f"SELECT p.position, p.amount {self._from} ORDER BY p.position {order} LIMIT %(limit)s"
        return self._rows(query, low, high, limit=limit)

    def totals(self, low: int, high: int) -> Totals:
        query: LiteralString = f"SELECT {_TOTALS} {self._from}"
        return Totals(*self._rows(query, low, high)[0])

    def page(self, low: int, high: int, page: Page) -> tuple[list[int], int | None, int | None]:
        """Positions newest first; where older and newer ones go on."""
        if page.after is not None:
            start = max(low, page.after + 1)
            found = [row[0] for row in self.positions(start, high, page.limit + 1, "ASC")]
            shown = found[page.limit - 1 :: -1] if len(found) > page.limit else found[::-1]
            more_newer, edge = len(found) > page.limit, min(shown, default=start)
            older = self._any(low, edge)
            return shown, edge if older else None, shown[0] if more_newer else None
        end = high if page.before is None else min(high, page.before)
        found = [row[0] for row in self.positions(low, end, page.limit + 1)]
        shown = found[: page.limit]
        edge = max(shown, default=max(low, end) - 1)
        newer = page.before is not None and self._any(edge + 1, high)
        return shown, shown[-1] if len(found) > page.limit else None, edge if newer else None

    def _any(self, low: int, high: int) -> bool:
        return bool(self.positions(low, high, 1))

    def _rows(self, query: LiteralString, low: int, high: int, **more: int) -> Sequence[Any]:
        asked = self._asked | {"low": low, "high": high} | more
        return self._connection.execute(query, asked, prepare=self._prepare).fetchall()


def _added(one: Totals, other: Totals) -> Totals:
    return Totals(one.count + other.count, one.paid + other.paid, one.received + other.received)


def _joins(only: EntryFilter) -> LiteralString:
    shared: LiteralString = _SHARED if only.counterparty else ""
    transfer: LiteralString = _TRANSFER if only.counterparty or only.text else ""
    return f"{shared} {transfer}"


def _conditions(only: EntryFilter) -> LiteralString:
    wanted: list[LiteralString] = []
    if only.counterparty:
        wanted.append(f"AND {_COUNTERPARTY} = %(counterparty)s")
    if only.text:
        wanted.append(f"AND NOT ({_ONLY_A_FEE}) AND (t.description ILIKE %(text)s OR t.reference ILIKE %(text)s)")
    if only.min_amount is not None:
        wanted.append("AND abs(p.amount) >= %(least)s")
    if only.max_amount is not None:
        wanted.append("AND abs(p.amount) <= %(most)s")
    if only.sign:
        wanted.append("AND p.amount > 0" if only.sign == "in" else "AND p.amount < 0")
    return " ".join(wanted)


def _cut(positions: Sequence[int], page: Page) -> tuple[list[int], int | None, int | None]:
    """The page out of all positions (newest first), and where older and newer ones go on."""
    if page.after is not None:
        above = [position for position in positions if position > page.after]
        shown = above[-page.limit :]
        newer, older = len(above) > len(shown), len(positions) > len(above)
        edge = shown[-1] if shown else page.after + 1
        return shown, edge if older else None, shown[0] if newer else None
    below = [position for position in positions if page.before is None or position < page.before]
    shown = below[: page.limit]
    newer, older = len(positions) > len(below), len(below) > len(shown)
    edge = shown[0] if shown else (page.before or 1) - 1
    return shown, shown[-1] if older else None, edge if newer else None


def _entries(
    connection: psycopg.Connection, book: str, account: str, positions: Sequence[int]
) -> list[Entry]:  # fmt: skip
    asked = {"book": book, "account": account, "positions": list(positions)}
    return [_entry(row) for row in connection.execute(_ENTRIES, asked)] if positions else []


def _entry(row: Sequence[Any]) -> Entry:
    position, transfer_id, counterparty, amount, balance, description, time, role, kind, direction, reference = row
    return Entry(
        position=position,
        transfer_id=str(transfer_id),
        counterparty=counterparty,
        amount=amount,
        balance=balance,
        description=description,
        time=rfc3339(time),
        role=role,
        kind=kind,
        direction=direction,
        reference=reference,
    )
