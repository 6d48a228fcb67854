"""Worker and committer over a real Unix socket."""

import threading
import time
from collections.abc import Iterator

import gevent
import pytest

from services.chassis.process import Stop
from services.ledger.committer import LARGEST_BATCH, Committer
from services.ledger.link import CommitterBusy, CommitterLink
from services.ledger.messages import Answer, Ask, Unpacker, ask_of, pack, request_of
from services.ledger.records import Outcome
from services.ledger.store import Interrupted
from tests.ledger.factories import limiting, paying
from tests.waiting import wait_until


class Recorder:
    """Executes nothing: remembers batches, answers each request with its key."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.hold = threading.Event()
        self.hold.set()
        self.away = False

    def __call__(self, requests):
        self.batches.append([request.key for request in requests])
        assert self.hold.wait(10)
        if self.away:
            raise Interrupted("away")
        return [Outcome(ok=True, document={"key": request.key}).to_json() for request in requests]


class Running:
    """A committer in a thread, which can be ended and started again."""

    def __init__(self, path: str) -> None:
        self.path, self.execute = path, Recorder()
        self.start()

    def start(self) -> None:
        self.stop = Stop()
        self.thread = threading.Thread(target=Committer(self.path, self.execute, self.stop).run)
        self.thread.start()
        wait_until(self.listens)

    def listens(self) -> bool:
        link = CommitterLink(self.path)
        try:
            link.check()
        except CommitterBusy:
            return False
        finally:
            link.close()
        return True

    def end(self) -> None:
        self.stop.request()
        self.thread.join()


@pytest.fixture
def committer(tmp_path) -> Iterator[Running]:
    running = Running(str(tmp_path / "c.sock"))
    yield running
    running.execute.hold.set()
    running.end()


@pytest.fixture
def link(committer) -> Iterator[CommitterLink]:
    made = CommitterLink(committer.path)
    yield made
    made.close()
    gevent.sleep(0)


def send_all(link, requests):
    greenlets = [gevent.spawn(link.send, request) for request in requests]
    gevent.joinall(greenlets, timeout=10)
    return [greenlet.value for greenlet in greenlets]


def test_commands_of_one_turn_make_one_batch_and_each_gets_its_answer(committer, link):
    requests = [paying("1" * 16, "2" * 16) for _ in range(50)]
    outcomes = send_all(link, requests)
    assert [outcome.document["key"] for outcome in outcomes] == [request.key for request in requests]
    assert committer.execute.batches == [[request.key for request in requests]]


def test_batches_have_a_cap(committer, link):
    send_all(link, [paying("1" * 16, "2" * 16) for _ in range(LARGEST_BATCH + 7)])
    assert max(map(len, committer.execute.batches)) <= LARGEST_BATCH
    assert sum(map(len, committer.execute.batches)) == LARGEST_BATCH + 7


def test_what_comes_meanwhile_waits_for_the_next_batch(committer, link):
    committer.execute.hold.clear()
    first = gevent.spawn(link.send, paying("1" * 16, "2" * 16, key="first"))
    wait_until(lambda: gevent.sleep(0) or committer.execute.batches)
    rest = [gevent.spawn(link.send, paying("1" * 16, "2" * 16, key=f"k{n}")) for n in range(5)]
    gevent.sleep(0.05)
    committer.execute.hold.set()
    gevent.joinall([first, *rest], timeout=10)
    assert committer.execute.batches == [["first"], [f"k{n}" for n in range(5)]]


def test_store_that_is_away_means_busy(committer, link):
    committer.execute.away = True
    with pytest.raises(CommitterBusy):
        link.send(paying("1" * 16, "2" * 16))


def test_link_comes_back_after_the_committer(committer, link):
    link.send(paying("1" * 16, "2" * 16))
    committer.end()
    gevent.sleep(0)
    with pytest.raises(CommitterBusy):
        link.send(paying("1" * 16, "2" * 16))
    committer.start()
    assert link.send(paying("1" * 16, "2" * 16)).ok


def test_everybody_who_waits_learns_that_the_committer_died(tmp_path):
    """The connection breaks after the commands were sent: nobody waits for the time limit."""
    from gevent import socket

    path = str(tmp_path / "dying.sock")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    link = CommitterLink(path)
    waiting = [gevent.spawn(link.send, paying("1" * 16, "2" * 16)) for _ in range(3)]
    connection, _ = listener.accept()
    connection.recv(100)
    connection.close()
    listener.close()
    gevent.joinall(waiting, timeout=5)
    assert [type(greenlet.exception) for greenlet in waiting] == [CommitterBusy] * 3


def test_nobody_waits_for_ever_for_a_committer_that_has_stopped(tmp_path):
    """It took the question and says nothing: a ping gives up after two seconds, alone."""
    from gevent import socket

    path = str(tmp_path / "silent.sock")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    link = CommitterLink(path)
    patient = gevent.spawn(link.send, paying("1" * 16, "2" * 16))
    started = time.monotonic()
    with pytest.raises(CommitterBusy):
        link.check()
    assert time.monotonic() - started > 1.9
    assert not patient.dead
    link.close()
    gevent.joinall([patient], timeout=5)
    assert isinstance(patient.exception, CommitterBusy)
    listener.close()


def test_no_committer_means_busy(tmp_path):
    with pytest.raises(CommitterBusy):
        CommitterLink(str(tmp_path / "nobody.sock")).send(paying("1" * 16, "2" * 16))


def test_successor_takes_the_socket_and_the_old_committer_ends(committer, link):
    old = committer.thread
    committer.start()
    old.join(5)
    assert not old.is_alive()
    assert link.send(paying("1" * 16, "2" * 16)).ok


def test_others_may_not_connect(committer, tmp_path):
    assert (tmp_path / "c.sock").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("request_", [paying("1" * 16, "2" * 16), limiting("1" * 16, max_negative=3)])
def test_requests_travel_unchanged(request_):
    from services.ledger.messages import ASK

    (payload,) = Unpacker().feed(pack(ask_of(7, request_)))
    assert request_of(ASK.decode(payload)) == request_


def test_ping_is_understood():
    from services.ledger.messages import ASK

    (payload,) = Unpacker().feed(pack(Ask(7)))
    assert ASK.decode(payload) == Ask(7)


def test_messages_are_cut_wherever_the_stream_is():
    stream = b"".join(pack(message) for message in (Ask(1), Answer(2, "x" * 300), Ask(3)))
    whole = list(Unpacker().feed(stream))
    unpacker = Unpacker()
    pieces = [payload for byte in stream for payload in unpacker.feed(bytes([byte]))]
    assert pieces == whole
    assert len(whole) == 3
