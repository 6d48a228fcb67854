"""The attacks: what somebody does who may do anything to the database, one function each.

Each strikes through a connection whose triggers are off; the drill lets the service's own login try the same first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import orjson
import psycopg

from deploy.drill.forging import MORE, Line, canonical
from deploy.drill.knowing import Known
from services.ledger.chain import link

_FAR = 10**9

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Attack:
    """`rebuilds`: every table is made to fit afterwards; `signs`: with whose key new heads are signed."""

    name: str
    strike: Callable[[Connection, Known], object]
    rebuilds: bool = False
    signs: Literal["", "another key", "the operator's key"] = ""


def change_body(connection: Connection, known: Known) -> None:
    _replace(connection, known, _altered(known))


def change_body_and_hash(connection: Connection, known: Known) -> None:
    line = _altered(known)
    hash_ = link(line.prev_hash, line.position, line.body)
    _replace(connection, known, Line(line.position, line.prev_hash, hash_, line.body))


def delete_one(connection: Connection, known: Known) -> None:
    query = "DELETE FROM events WHERE book = %s AND position = %s"
    connection.execute(query, (known.book, known.target.completed))


def swap_two(connection: Connection, known: Known) -> None:
    first = known.target.completed
    for before, after in ((first, _FAR), (first + 1, first), (_FAR, first + 1)):
        connection.execute(
            "UPDATE events SET position = %s WHERE book = %s AND position = %s", (after, known.book, before)
        )


def insert_one(connection: Connection, known: Known) -> None:
    """A second completion of the same transfer behind the first; all later events move by one."""
    place = known.target.completed + 1
    earlier = known.line(place - 1)
    for step in (_FAR, 1 - _FAR):
        connection.execute(
            "UPDATE events SET position = position + %s WHERE book = %s AND position >= %s", (step, known.book, place)
        )
    document = orjson.loads(earlier.body)
    document["sequence"] = f"{place:020}"
    body = canonical(document)
    connection.execute(
        "INSERT INTO events (book, position, event_id, type, time, prev_hash, hash, body) "
        "SELECT book, %(place)s, gen_random_uuid(), type, time, hash, %(hash)s, %(body)s FROM events "
        "WHERE book = %(book)s AND position = %(before)s",
        {
            "book": known.book, "place": place, "before": place - 1, "body": body.decode(),
            "hash": link(earlier.hash, place, body),
        },
    )  # fmt: skip
    connection.execute("UPDATE book_head SET position = position + 1 WHERE book = %s", (known.book,))


def cut_events(connection: Connection, known: Known) -> None:
    connection.execute("DELETE FROM events WHERE book = %s AND position > %s", (known.book, known.cut))


def cut_with_head_row(connection: Connection, known: Known) -> None:
    cut_events(connection, known)
    connection.execute(
        "UPDATE book_head h SET position = e.position, hash = e.hash, time = e.time FROM events e "
        "WHERE h.book = %s AND e.book = h.book AND e.position = %s",
        (known.book, known.cut),
    )
    connection.execute("DELETE FROM tree_nodes WHERE book = %s AND (number + 1) << level > %s", (known.book, known.cut))


def cut_with_heads(connection: Connection, known: Known) -> None:
    """Whatever else in the database says that there was more goes, too."""
    cut_with_head_row(connection, known)
    connection.execute("DELETE FROM tree_heads WHERE book = %s AND size > %s", (known.book, known.cut))
    connection.execute("DELETE FROM statement_codes WHERE book = %s AND to_position > %s", (known.book, known.cut))


def rewrite(connection: Connection, known: Known) -> None:
    changed = known.forged[known.target.initiated - 1 :]
    connection.execute(
        "UPDATE events e SET prev_hash = n.prev_hash, hash = n.hash, body = n.body "
        "FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[], %s::text[]) AS n (position, prev_hash, hash, body) "
        "WHERE e.book = %s AND e.position = n.position",
        (
            [line.position for line in changed], [line.prev_hash for line in changed],
            [line.hash for line in changed], [line.body.decode() for line in changed], known.book,
        ),
    )  # fmt: skip
    connection.execute("UPDATE book_head SET hash = %s WHERE book = %s", (changed[-1].hash, known.book))
    connection.execute("DELETE FROM tree_nodes WHERE book = %s", (known.book,))


def rewrite_without_heads(connection: Connection, known: Known) -> None:
    rewrite(connection, known)
    connection.execute("DELETE FROM tree_heads WHERE book = %s AND size >= %s", (known.book, known.target.initiated))


def change_balance(connection: Connection, known: Known) -> None:
    _add(connection, known, known.target.payer)


def move_balance(connection: Connection, known: Known) -> None:
    """From one to the other: the sum stays zero."""
    _add(connection, known, known.target.payer)
    _add(connection, known, known.target.payee, -MORE)


def change_posting(connection: Connection, known: Known) -> None:
    connection.execute(
        "UPDATE postings SET amount = amount + sign(amount) * %s WHERE book = %s AND position = %s",
        (MORE, known.book, known.target.completed),
    )


def change_transfer(connection: Connection, known: Known) -> None:
    connection.execute(
        "UPDATE transfers SET description = 'something else' WHERE book = %s AND transfer_id = %s",
        (known.book, known.target.transfer_id),
    )


def change_history(connection: Connection, known: Known) -> None:
    connection.execute("UPDATE changes SET actor = 'admin:nobody' WHERE book = %s AND position = 1", (known.book,))


def change_node(connection: Connection, known: Known) -> None:
    connection.execute(
        "UPDATE tree_nodes SET hash = sha256('wrong') WHERE book = %s AND level = 8 AND number = 0", (known.book,)
    )


def change_head(connection: Connection, known: Known) -> None:
    """What people read of it; the signed text says it still."""
    connection.execute(
        "UPDATE tree_heads SET root = sha256('wrong') WHERE book = %s AND size = %s", (known.book, known.signed)
    )


def change_signed_text(connection: Connection, known: Known) -> None:
    connection.execute(
        "UPDATE tree_heads SET jws = left(jws, -86) || repeat('A', 86) WHERE book = %s AND size = %s",
        (known.book, known.signed),
    )


def change_code(connection: Connection, known: Known) -> None:
    connection.execute(
        "UPDATE statement_codes SET closing_balance = closing_balance + %s, received = received + %s WHERE book = %s",
        (MORE, MORE, known.book),
    )


ATTACKS = (
    Attack("change one event: its bytes", change_body),
    Attack("change one event: its bytes and its hash", change_body_and_hash),
    Attack("delete one event", delete_one),
    Attack("swap two events", swap_two),
    Attack("insert an event", insert_one),
    Attack("cut the tail", cut_events),
    Attack("cut the tail; head row and tables fit", cut_with_head_row, rebuilds=True),
    Attack("cut the tail; tables fit, heads and codes removed", cut_with_heads, rebuilds=True),
    Attack("rewrite the chain; tables fit", rewrite, rebuilds=True),
    Attack("rewrite the chain; signed by another key", rewrite_without_heads, rebuilds=True, signs="another key"),
    Attack("rewrite the chain; signed by the stolen key", rewrite_without_heads, rebuilds=True,
           signs="the operator's key"),
    Attack("change a balance", change_balance),
    Attack("move a balance to another account", move_balance),
    Attack("change a posting", change_posting),
    Attack("change what a transfer was for", change_transfer),
    Attack("change who opened an account", change_history),
    Attack("change a stored node of the tree", change_node),
    Attack("change a stored head", change_head),
    Attack("change a stored signature", change_signed_text),
    Attack("change what a statement's code confirms", change_code),
)  # fmt: skip


def _altered(known: Known) -> Line:
    """The event that completed the transfer, with a larger amount."""
    line = known.line(known.target.completed)
    document = orjson.loads(line.body)
    for entry in document["data"]["entries"]:
        entry["amount"] += MORE if entry["amount"] > 0 else -MORE
    return Line(line.position, line.prev_hash, line.hash, canonical(document))


def _replace(connection: Connection, known: Known, line: Line) -> None:
    connection.execute(
        "UPDATE events SET hash = %s, body = %s WHERE book = %s AND position = %s",
        (line.hash, line.body.decode(), known.book, line.position),
    )


def _add(connection: Connection, known: Known, account: str, amount: int = MORE) -> None:
    connection.execute(
        "UPDATE accounts SET balance = balance + %s WHERE book = %s AND account = %s", (amount, known.book, account)
    )
