"""A committer killed, stopped or cut off at certain moments: one effect, and the stored answer, whatever happened."""

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import orjson
import psycopg
import pytest
from psycopg import conninfo

from services.chassis.clock import system_clock
from services.chassis.consuming import read_topic
from services.ledger.handlers import Appender
from services.ledger.store import Writer, migrate
from tests.databases import Database
from tests.ledger.books import amounts, requires_sound, two_accounts
from tests.ledger.factories import an_account_number, opening, paying
from tests.ledger.holding import held_at_commit, held_before_write
from tests.ledger.processes import Instance, committer_of, is_alive, kill
from tests.waiting import wait_until

pytestmark = pytest.mark.integration

KEY = "the-one-key"


class Ledger:
    """A book in a database of its own, and two accounts; no process runs."""

    def __init__(self, database: Database, book: str) -> None:
        migrate(database.owner_url, database.url)
        self.database, self.book = database, book
        self._writer = Writer(database.url, book)
        self.appender = Appender(self._writer, system_clock)
        self.payer, self.payee = two_accounts(self.appender)

    def outcome(self, key: str = KEY) -> dict | None:
        """What is stored for a key."""
        with psycopg.connect(self.database.url) as connection:
            row = connection.execute(
                "SELECT outcome FROM outcomes WHERE book = %s AND key = %s", [self.book, key]
            ).fetchone()
            return orjson.loads(row[0]) if row else None

    def close(self) -> None:
        self._writer.close()


class Scene(Ledger):
    """A ledger that serves it."""

    def __init__(self, folder, database: Database, book: str, **settings: str) -> None:
        super().__init__(database, book)
        self.instance = Instance(folder, database_url=database.url, book=book, **settings)
        self.serve = self.instance.serve()
        # It knows both accounts now, and has its connection.
        assert self.pay(1, "the-first-key")[0] == 200
        self._pool = ThreadPoolExecutor(2)

    @property
    def committer(self) -> int:
        return wait_until(lambda: committer_of(self.serve), 20)

    def pay(self, amount: int, key: str) -> tuple[int, dict]:
        body = {"initiator": self.payer, "counterparty": self.payee, "direction": "pay", "amount": amount}
        return self.instance.insist("/transfers", body, token=self.instance.token(self.payer), key=key)

    def begin(self, amount: int = 10) -> "Future[tuple[int, dict]]":
        """A payment in the background, by a caller that insists."""
        return self._pool.submit(self.pay, amount, KEY)

    def require_one_effect(self, paying: "Future[tuple[int, dict]]") -> None:
        """The answer is the stored one, and it happened once."""
        status, answer = paying.result(60)
        stored = self.outcome()
        assert (status, answer) == (200, stored["document"])
        assert self.pay(10, KEY) == (200, answer)
        assert amounts(self.database, self.book) == [1, 10]

    def close(self) -> None:
        self.instance.stop()
        self._pool.shutdown()
        super().close()


@pytest.fixture
def scene(tmp_path, database, book) -> Iterator[Scene]:
    made = Scene(tmp_path, database, book)
    yield made
    made.close()


@pytest.fixture(params=["before write", "at commit"])
def place(request) -> Callable:
    """Where the writer is held."""
    if request.param == "at commit":
        return lambda scene: held_at_commit(scene.database)
    return lambda scene: held_before_write(scene.database, scene.book)


@pytest.mark.parametrize("backend", ["dies too", "goes on alone"])
def test_committer_killed_before_its_commit(scene, place, backend):
    """Its backend may roll back, or commit what nobody hears of: the caller's repetition finds out which."""
    with place(scene) as hold:
        answer = scene.begin()
        held = hold.wait()
        killed = scene.committer
        kill(killed)
        wait_until(lambda: not is_alive(killed))
        assert scene.outcome() is None
        if backend == "dies too":
            hold.terminate(held)
            assert scene.outcome() is None
        hold.release()
        scene.require_one_effect(answer)
    assert scene.committer != killed
    assert scene.instance.repeated > 0, "the kill was not felt: the test shows nothing"


def test_committer_killed_between_commit_and_answer(scene):
    with held_at_commit(scene.database) as hold:
        answer = scene.begin()
        hold.wait()
        killed = scene.committer
        # Stopped, it can't answer what its backend commits now.
        os.kill(killed, signal.SIGSTOP)
        hold.release()
        stored = wait_until(scene.outcome)
        assert not answer.done()
        kill(killed)
        scene.require_one_effect(answer)
    assert scene.outcome() == stored
    assert scene.instance.repeated > 0


def test_committer_stopped_in_its_commit_while_another_leads(scene):
    """Woken, it answers what was committed; what it remembers is old by then, and is not written by."""
    with held_at_commit(scene.database) as hold:
        answer = scene.begin()
        hold.wait()
        stopped = scene.committer
        os.kill(stopped, signal.SIGSTOP)
        hold.release()
        wait_until(scene.outcome)
    others = [an_account_number() for _ in range(3)]
    scene.appender.execute([opening(number) for number in others])
    os.kill(stopped, signal.SIGCONT)
    scene.require_one_effect(answer)
    assert scene.committer == stopped
    status, _ = scene.pay(5, "afterwards")
    assert status == 200
    assert set(others) < set(requires_sound(scene.database, scene.book).accounts)


def test_backend_ended_in_its_commit(scene, place):
    """The committer can't know what became of it: it asks by the key, and does it when it did not happen."""
    committer = scene.committer
    with place(scene) as hold:
        answer = scene.begin()
        hold.terminate(hold.wait())
        assert scene.outcome() is None
        hold.release()
        scene.require_one_effect(answer)
    assert scene.committer == committer
    assert scene.instance.repeated == 0, "a caller was bothered with what the committer could settle"
    assert "commit.interrupted" in scene.instance.log("serve")


def test_statement_that_waits_too_long_is_given_up_and_tried_again(scene):
    """Somebody holds the head of the book, in a transaction that does nothing: the writer's own limit ends its wait."""
    with held_before_write(scene.database, scene.book) as hold:
        answer = scene.begin()
        hold.wait()
        wait_until(lambda: "QueryCanceled" in scene.instance.log("serve"), 30)
        assert scene.outcome() is None
        hold.release()
        scene.require_one_effect(answer)


def test_reader_with_a_long_transaction_holds_nobody_up(scene):
    with psycopg.connect(scene.database.url) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        before = reader.execute("SELECT count(*), max(position) FROM events").fetchone()
        for number in range(20):
            assert scene.pay(1, f"key-{number}")[0] == 200
        assert reader.execute("SELECT count(*), max(position) FROM events").fetchone() == before
    assert scene.instance.repeated == 0
    assert len(requires_sound(scene.database, scene.book).statuses()) == 21


class Line:
    """A connection to PostgreSQL that can be cut: what the server says after that is lost."""

    def __init__(self, url: str) -> None:
        known = conninfo.conninfo_to_dict(url)
        self._server = (str(known["host"]), int(known["port"]))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = conninfo.make_conninfo(url, port=self._listener.getsockname()[1], sslmode="disable")
        self._ends: list[socket.socket] = []
        self.is_cut = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Hang up on the client; the server is not told."""
        self.is_cut.set()
        for end in self._ends[::2]:
            end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()
        for end in self._ends:
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._server)
                self._ends += [client, server]
                lossy = not self.is_cut.is_set()
                threading.Thread(target=self._carry, args=(client, server, False), daemon=True).start()
                threading.Thread(target=self._carry, args=(server, client, lossy), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, lossy: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if lossy and self.is_cut.is_set():
                    continue
                target.sendall(data)


@pytest.mark.parametrize("became", ["committed", "rolled back"])
def test_line_cut_during_commit(database, book, became):
    """No answer of COMMIT: the key tells. Committed: its answer; not: decided again, once."""
    ledger = Ledger(database, book)
    line = Line(database.url)
    writer = Writer(line.url, book)
    appender = Appender(writer, system_clock)
    appender.execute([paying(ledger.payer, ledger.payee, 2)])
    request = paying(ledger.payer, ledger.payee, 10, key=KEY)
    with held_at_commit(database) as hold, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(appender.execute, [request])
        held = hold.wait()
        line.cut()
        if became == "rolled back":
            hold.terminate(held)
            assert ledger.outcome() is None
        hold.release()
        (stored,) = answer.result(30)
    assert orjson.loads(stored) == ledger.outcome()
    assert appender.execute([request]) == [stored]
    writer.close()
    line.close()
    ledger.close()
    assert amounts(database, book) == [2, 10]


def test_nothing_that_is_not_committed_reaches_kafka(tmp_path, database, book, kafka_bootstrap):
    """Neither while it is being committed, nor after it was rolled back; then each event of the log once or more."""
    scene = Scene(tmp_path, database, book, bootstrap=kafka_bootstrap)

    def published() -> set[bytes]:
        return {value for _, value in read_topic(kafka_bootstrap, "ledger.events", book, idle_seconds=2)}

    def stored() -> set[bytes]:
        with psycopg.connect(database.url) as connection:
            return {body.encode() for (body,) in connection.execute("SELECT body FROM events WHERE book = %s", [book])}

    def all_is_published() -> bool:
        with psycopg.connect(database.url) as connection:
            asked = (
                "SELECT relays.position = book_head.position FROM relays JOIN book_head USING (book) WHERE book = %s"
            )
            return connection.execute(asked, [book]).fetchone() == (True,)

    try:
        scene.instance.start("relay")
        wait_until(all_is_published, 40)
        with held_at_commit(database) as hold:
            answer = scene.begin()
            held = hold.wait()
            before = stored()
            assert published() == before
            hold.terminate(held)
            # It tries again, and is held again.
            assert hold.wait() != held
            assert published() == before
            hold.release()
            scene.require_one_effect(answer)
        wait_until(all_is_published, 40)
        assert before < published() == stored()
    finally:
        scene.close()
