"""Signed heads: what they say, when none is signed any more, and that two who sign at once do no harm."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import jwt
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import OKPAlgorithm

from services.chassis.clock import rfc3339, system_clock
from services.chassis.process import Stop
from services.ledger.chain import genesis_hash
from services.ledger.handlers import Appender
from services.ledger.heads import HeadKey, canonical_document
from services.ledger.keeping import Keeper
from services.ledger.store import Writer
from services.ledger.store.keeping import KeptTree
from services.ledger.store.tree import TreeHead, heads_before, newest_head, root_at
from tests.ledger.books import two_accounts
from tests.ledger.factories import an_account_number, opening, paying
from tests.ledger.fakes import Ticking
from tests.ledger.heads import a_head_key, a_signed_head
from tests.ledger.memory_proofs import tree_hash
from tests.ledger.rfc9162 import proves_consistency
from tests.log_lines import collected
from tests.waiting import wait_until

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def a_head(**changes) -> TreeHead:
    given = {
        "book": "main", "number": 7, "size": 1042, "root": b"r" * 32, "hash_": b"h" * 32, "accounts": 60, "time": BEGIN,
    }  # fmt: skip
    return a_head_key().sign(**(given | changes))


def payload_of(head: TreeHead, key: HeadKey | None = None) -> dict:
    """What is signed, checked by a library that knows nothing of us."""
    public = OKPAlgorithm.from_jwk((key or a_head_key()).jwk)
    return jwt.decode(head.jws, public, algorithms=["EdDSA"])


def test_a_head_is_a_jws_that_says_what_the_contract_says():
    head = a_head()
    assert payload_of(head) == {
        "accounts": 60, "book": "main", "hash": (b"h" * 32).hex(), "iss": "/ledger/main", "number": 7,
        "root": (b"r" * 32).hex(), "size": 1042, "sum": 0, "time": "2026-01-01T00:00:00.000000Z",
    }  # fmt: skip
    header, payload, _ = head.jws.split(".")
    assert jwt.get_unverified_header(head.jws) == {"alg": "EdDSA", "kid": a_head_key().kid, "typ": "mccs-head+jwt"}
    for part in (header, payload):
        text = base64.urlsafe_b64decode(part + "==")
        assert json.dumps(json.loads(text), sort_keys=True, separators=(",", ":")).encode() == text


def test_a_changed_head_is_no_head():
    head = a_head()
    header, _, signature = head.jws.split(".")
    forged = base64.urlsafe_b64encode(b'{"book":"main","size":1043}').rstrip(b"=").decode()
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(f"{header}.{forged}.{signature}", OKPAlgorithm.from_jwk(a_head_key().jwk), algorithms=["EdDSA"])


def test_a_key_is_called_by_its_thumbprint():
    """RFC 7638 §3: required members in lexicographic order, no spaces, SHA-256; the key of RFC 8037 appendix A.3."""
    jwk = json.loads(a_head_key().jwk)
    assert jwk.keys() == {"crv", "kty", "x"}
    text = f'{{"crv":"Ed25519","kty":"OKP","x":"{jwk["x"]}"}}'
    digest = hashlib.sha256(text.encode()).digest()
    assert a_head_key().kid == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    known = '{"crv":"Ed25519","kty":"OKP","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}'
    assert len(known) == len(a_head_key().jwk)
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(known.encode()).digest()).rstrip(b"=")
    assert thumbprint == b"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_document_is_canonical():
    document = canonical_document(a_head())
    assert json.dumps(json.loads(document), sort_keys=True, separators=(",", ":")).encode() == document


def rsa_pem() -> bytes:
    return generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("make", [lambda: b"", lambda: b"no key", rsa_pem], ids=["empty", "no key", "rsa"])
def test_another_key_is_refused_with_a_sentence_that_does_not_show_it(make: Callable[[], bytes]):
    pem = make()
    with pytest.raises(ValueError, match="private key") as refused:
        HeadKey(pem)
    assert not pem or pem.decode()[:20] not in str(refused.value)


def open_accounts(appender: Appender, count: int) -> None:
    for start in range(0, count, 500):
        appender.execute([opening(an_account_number()) for _ in range(min(500, count - start))])


CHANGES = {
    "event with its hash": (
        """UPDATE events SET body = body || ' ',
        hash = sha256(prev_hash || int8send(position) || convert_to(body || ' ', 'UTF8'))
        WHERE book = %s AND position = 5""",
        "does not hold at position 6",
    ),
    "event deleted": ("DELETE FROM events WHERE book = %s AND position = 5", "position 5 is missing"),
    "balance": ("UPDATE accounts SET balance = 1 WHERE book = %s AND version = 1", "sum to 1"),
    "newest hash": ("UPDATE book_head SET hash = sha256('x') WHERE book = %s", "hash of the book"),
    "kept node": ("UPDATE tree_nodes SET hash = sha256('x') WHERE book = %s AND number = 0", "from 1 to 256"),
}
"""What somebody does to a book with all rights, and a part of the reason that is given then."""


@pytest.mark.integration
class TestSigning:
    @pytest.fixture
    def connection(self, ledger_database):
        with psycopg.connect(ledger_database.url, autocommit=True) as opened:
            yield opened

    @pytest.fixture
    def meddler(self, ledger_database, book):
        """Somebody who can do anything with the database, as nobody should."""
        with psycopg.connect(ledger_database.admin_url, autocommit=True) as opened:
            opened.execute("SET session_replication_role = replica")
            yield opened

    def hashes(self, connection, book: str) -> list[bytes]:
        query = "SELECT hash FROM events WHERE book = %s ORDER BY position"
        return [bytes(row[0]) for row in connection.execute(query, [book])]

    def test_a_book_that_does_not_exist_has_no_head(self, ledger_database, book):
        assert a_signed_head(ledger_database, book) is None

    def test_heads_follow_the_book_and_each_other(self, ledger_database, book, appender, connection):
        signed = []
        for count in (1, 1, 255, 300, 1_100):
            open_accounts(appender, count)
            signed.append(a_signed_head(ledger_database, book))
        assert [head.number for head in signed] == [1, 2, 3, 4, 5]
        assert [head.size for head in signed] == [1, 2, 257, 557, 1_657]
        hashes = self.hashes(connection, book)
        for head in signed:
            assert head.root == tree_hash(hashes[: head.size]) == root_at(connection, book, head.size)
            assert head.hash == hashes[head.size - 1]
            assert head.accounts == head.size
            assert payload_of(head)["root"] == head.root.hex()
        assert heads_before(connection, book, None, 10) == signed[::-1]
        assert a_signed_head(ledger_database, book) is None, "nothing new"

    def test_balances_are_those_of_the_size(self, ledger_database, book, appender):
        one, other = two_accounts(appender)
        appender.execute([paying(one, other)])
        assert a_signed_head(ledger_database, book).accounts == 2

    def test_time_never_goes_back(self, ledger_database, book, writer):
        clock = Ticking(BEGIN)
        appender, times = Appender(writer, clock), []
        for now in (BEGIN, BEGIN - timedelta(days=3), BEGIN + timedelta(days=1), BEGIN):
            open_accounts(appender, 1)
            times.append(a_signed_head(ledger_database, book, clock=Ticking(now)).time)
            clock.now += timedelta(hours=1)
        assert times == sorted(times)
        assert times[0] >= rfc3339(BEGIN)
        assert times[2] >= rfc3339(BEGIN + timedelta(days=1))

    def test_a_new_key_signs_on_and_the_old_one_stays_public(self, ledger_database, book, appender, connection):
        heads = []
        for name in ("old", "new"):
            open_accounts(appender, 1)
            heads.append(a_signed_head(ledger_database, book, key=a_head_key(name)))
        assert [payload_of(head, a_head_key(name))["number"] for head, name in zip(heads, ("old", "new"), strict=True)]
        known = dict(connection.execute("SELECT kid, jwk FROM head_keys").fetchall())
        assert {head.kid: a_head_key(name).jwk for head, name in zip(heads, ("old", "new"), strict=True)}.items() <= (
            known.items()
        )

    def test_two_who_sign_at_once_make_one_head_of_each_number(self, ledger_database, book, appender, connection):
        """As after a broken network: the lock is gone and its holder doesn't know."""
        open_accounts(appender, 2_000)
        trees = [KeptTree(ledger_database.url, book) for _ in range(4)]
        start = threading.Barrier(len(trees))

        def run(tree: KeptTree) -> None:
            start.wait(10)
            Keeper(tree, a_head_key(), system_clock, Stop(), chunk=1).tick(wanted=True)

        threads = [threading.Thread(target=run, args=(tree,)) for tree in trees]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for tree in trees:
            tree.close()
        assert [head.number for head in heads_before(connection, book, None, 10)] == [1]
        assert newest_head(connection, book).root == tree_hash(self.hashes(connection, book))

    def test_one_leads(self, ledger_database, book):
        one, other = KeptTree(ledger_database.url, book), KeptTree(ledger_database.url, book)
        assert (one.lead(), other.lead()) == (True, False)
        one.close()
        wait_until(other.lead)
        other.close()

    def test_what_was_kept_without_a_head_is_gone_on_from(self, ledger_database, book, appender, connection):
        """As after a kill between nodes and head."""
        open_accounts(appender, 1_000)
        tree = KeptTree(ledger_database.url, book)
        Keeper(tree, a_head_key(), system_clock, Stop()).keep(600)
        tree.close()
        assert newest_head(connection, book) is None
        open_accounts(appender, 500)
        assert a_signed_head(ledger_database, book).root == tree_hash(self.hashes(connection, book))

    def test_heads_are_consistent_with_each_other(self, ledger_database, book, appender, reader):
        sizes = []
        for count in (3, 300, 700):
            open_accounts(appender, count)
            sizes.append(a_signed_head(ledger_database, book).size)
        for first in sizes:
            found = reader.proofs.consistency(first)
            assert proves_consistency(first, sizes[-1], found.first_root, found.second_root, found.path)

    @pytest.mark.parametrize("count", [20, 700])
    @pytest.mark.parametrize("change", CHANGES)
    def test_a_book_changed_behind_its_back_gets_no_head(
        self, ledger_database, book, appender, meddler, change, count
    ):  # fmt: skip
        """Of 20 events no node is kept yet, of 700 two are."""
        open_accounts(appender, count)
        assert a_signed_head(ledger_database, book)
        open_accounts(appender, 10)
        query, why = CHANGES[change]
        is_changed = meddler.execute(query, [book]).rowcount == 1
        assert is_changed == (change != "kept node" or count == 700)
        with collected() as lines:
            signed = [a_signed_head(ledger_database, book) for _ in range(2)]
        refused = [line for line in lines() if line["event"] == "head.refused"]
        assert len(refused) == (2 if is_changed else 0)
        assert not is_changed or signed == [None, None]
        assert all(line["level"] == "error" and why in line["reason"] for line in refused)

    def test_a_book_written_anew_with_the_right_hashes_gets_no_head(self, ledger_database, book, appender, meddler):
        """Chain and kept nodes are right in themselves: what gives it away is the head that was signed before."""
        open_accounts(appender, 300)
        assert a_signed_head(ledger_database, book)
        wipe(meddler, book)
        reasons = []
        for _ in range(2):
            writer = Writer(ledger_database.url, book)
            open_accounts(Appender(writer, system_clock), 200)
            writer.close()
            with collected() as lines:
                assert a_signed_head(ledger_database, book) is None
            reasons += [line["reason"] for line in lines() if line["event"] == "head.refused"]
        assert reasons == [
            "The book has come to position 200, but a head of 300 events was signed.",
            "Its first 300 events are no longer those that head 1 was signed over.",
        ]

    def test_an_old_change_is_found_in_its_turn(self, ledger_database, book, appender, meddler):
        """A part of the kept nodes is held against the events before each head; what was found is not passed over."""
        open_accounts(appender, 4 * 256)
        tree = KeptTree(ledger_database.url, book)
        keeper = Keeper(tree, a_head_key(), system_clock, Stop(), start=4_001, chunk=1)
        assert keeper.tick(wanted=True)
        meddler.execute(CHANGES["event deleted"][0], [book])
        signed = []
        for _ in range(6):
            open_accounts(appender, 1)
            signed.append(keeper.tick(wanted=True) is not None)
        tree.close()
        assert signed == [True, True, False, False, False, False]


def wipe(meddler: psycopg.Connection, book: str) -> None:
    """Everything of a book but its heads, as if it had never begun."""
    for table in ("events", "accounts", "changes", "outcomes", "tree_nodes"):
        meddler.execute(f"DELETE FROM {table} WHERE book = %s", [book])
    meddler.execute("UPDATE book_head SET position = 0, hash = %s WHERE book = %s", [genesis_hash(book), book])
