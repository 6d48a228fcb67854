"""The HTTP client on real sockets: what it keeps, what it sends again, and what it does not take."""

import gc
import socket
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from services.chassis import connections
from services.chassis.connections import Connections, Cut, NoAnswer, NoneFree, TooSlow

WHOLE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nPosition: ledger=7\r\n\r\nok"
CLOSE = None
Script = list[bytes | None]
"""What one connection says, call by call; CLOSE: it ends there."""


class Speaker:
    """Takes connections one after the other, and says on each what its script has."""

    def __init__(self, *scripts: Script) -> None:
        self.heard: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._scripts = scripts
        self._held: list[socket.socket] = []
        self._thread = threading.Thread(target=self._speak, daemon=True)
        self._thread.start()

    def _speak(self) -> None:
        # Ended from outside, in whatever it waits for.
        with suppress(OSError):
            for script in self._scripts:
                self._held.append(self._listener.accept()[0])
                for said in script:
                    if said is CLOSE:
                        self._held[-1].close()
                    else:
                        self.heard.append(self._held[-1].recv(65_536))
                        self._held[-1].sendall(said)

    def close(self) -> None:
        for each in (*self._held, self._listener):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._thread.join(5)


@pytest.fixture
def speaking() -> Iterator[Callable[..., Speaker]]:
    made: list[Speaker] = []

    def speaker(*scripts: Script) -> Speaker:
        made.append(Speaker(*scripts))
        return made[-1]

    yield speaker
    for each in made:
        each.close()


def to(speaker: Speaker, most: int = 2) -> Connections:
    return Connections(speaker.url, most, connect_seconds=1, wait_seconds=0.05)


def get(way: Connections, seconds: float = 5) -> connections.Answer:
    return way.ask("GET", "/a?b=c", None, {"Time-Left": "1.000"}, seconds)


def test_a_call_is_what_was_asked(speaking: Callable[..., Speaker]) -> None:
    speaker = speaking([WHOLE])
    answer = to(speaker).ask("POST", "/über/a b?q=%20", b"{}", {"Idempotency-Key": "k"}, 5)
    assert (answer.status, answer.data, answer.headers["position"]) == (200, b"ok", "ledger=7")
    head, _, body = speaker.heard[0].partition(b"\r\n\r\n")
    assert body == b"{}"
    assert head.split(b"\r\n") == [
        b"POST /%C3%BCber/a%20b?q=%20 HTTP/1.1", b"Host: " + speaker.url[7:].encode(), b"Accept-Encoding: identity",
        b"Content-Length: 2", b"Idempotency-Key: k",
    ]  # fmt: skip


def test_an_answer_may_come_in_pieces_and_chunks(speaking: Callable[..., Speaker]) -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    way = to(speaking([chunks, WHOLE]))
    assert [get(way).data, get(way).data] == [b"abcde", b"ok"]


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(WHOLE.replace(b"Position", b"Connection: close\r\nPosition"), id="closing"),
        pytest.param(WHOLE + WHOLE, id="more than was asked"),
    ],
)
def test_a_connection_is_not_used_again_after(first: bytes, speaking: Callable[..., Speaker]) -> None:
    way = to(speaking([first], [WHOLE.replace(b"ok", b"2.")]))
    assert get(way).data[:2] == b"ok"
    assert get(way).data == b"2."


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(WHOLE[:30], id="half a head"),
        pytest.param(WHOLE[:-1], id="half a body"),
        pytest.param(b"SSH-2.0\r\n", id="another language"),
    ],
)
def test_what_was_cut_is_sent_once_more_and_no_more(begun: bytes, speaking: Callable[..., Speaker]) -> None:
    once = speaking([begun, CLOSE], [WHOLE])
    assert get(to(once)).data == b"ok"
    assert once.heard[0] == once.heard[1]
    twice = speaking([begun, CLOSE], [begun, CLOSE], [WHOLE])
    with pytest.raises(Cut):
        get(to(twice))
    assert len(twice.heard) == 2


def test_a_connection_that_was_closed_while_nobody_used_it_fails_nobody(speaking: Callable[..., Speaker]) -> None:
    way = to(speaking([WHOLE, CLOSE], [WHOLE]))
    assert [get(way).data, get(way).data] == [b"ok", b"ok"]


def test_no_answer_in_time_is_no_cut(speaking: Callable[..., Speaker]) -> None:
    silent = speaking([b""], [WHOLE])
    with pytest.raises(TooSlow):
        get(to(silent), 0.1)
    assert len(silent.heard) == 1
    # A little now and then is no answer in time either.
    trickle = speaking([WHOLE[:20]])
    with pytest.raises(TooSlow):
        get(to(trickle), 0.1)


def test_an_answer_to_head_has_the_length_of_a_body_that_does_not_come(speaking: Callable[..., Speaker]) -> None:
    way = to(speaking([WHOLE[:-2]], [WHOLE]))
    answer = way.ask("HEAD", "/index", None, {}, 5)
    assert (answer.status, answer.headers["content-length"], answer.data) == (200, "2", b"")
    assert get(way).data == b"ok"


def test_an_answer_that_was_read_is_no_garbage(speaking: Callable[..., Speaker]) -> None:
    way = to(speaking([WHOLE, WHOLE]))
    get(way)
    gc.collect()
    gc.disable()
    try:
        reply = way.open("GET", "/", {}, 5)
        left = weakref.ref(reply)
        reply.close()
        del reply
        assert left() is None
    finally:
        gc.enable()


def test_nobody_listens(speaking: Callable[..., Speaker]) -> None:
    speaker = speaking()
    speaker.close()
    with pytest.raises(NoAnswer):
        get(to(speaker))


def test_a_free_connection_is_not_waited_for_longer_than_the_answer(speaking: Callable[..., Speaker]) -> None:
    way = Connections(speaking([WHOLE[:-1]]).url, 1, connect_seconds=1, wait_seconds=60)
    reply, began = way.open("GET", "/file", {}, 5), time.monotonic()
    with pytest.raises(NoneFree):
        get(way, 0.05)
    assert time.monotonic() - began < 30
    reply.close()


def test_no_more_connections_than_allowed(speaking: Callable[..., Speaker]) -> None:
    way = to(speaking([WHOLE[:-1]], [WHOLE]), most=1)
    reply = way.open("GET", "/file", {}, 5)
    with pytest.raises(NoneFree):
        get(way)
    reply.close()
    reply.close()
    # The answer that was given up did not come to its end: another connection.
    assert get(way).data == b"ok"


def test_a_file_is_read_in_pieces_and_its_connection_used_again(speaking: Callable[..., Speaker]) -> None:
    speaker = speaking([b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc", WHOLE])
    way = to(speaker)
    reply = way.open("GET", "/file", {}, 5)
    pieces = reply.pieces(5)
    assert (reply.status, next(pieces)) == (200, b"abc")
    speaker._held[0].sendall(b"def")
    assert list(pieces) == [b"def"]
    assert get(way).data == b"ok"
    assert len(speaker._held) == 1


def test_a_file_that_stops_is_not_taken_for_whole(speaking: Callable[..., Speaker]) -> None:
    way = to(speaking([WHOLE[:-1], CLOSE], [WHOLE[:-1]]))
    with pytest.raises(Cut):
        list(way.open("GET", "/file", {}, 5).pieces(5))
    with pytest.raises(TooSlow):
        list(way.open("GET", "/file", {}, 5).pieces(0.1))


def test_an_answer_that_nobody_could_hold_is_given_up(
    speaking: Callable[..., Speaker], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "LARGEST", 100)
    speaker = speaking([b"HTTP/1.1 200 OK\r\nContent-Length: 200000\r\n\r\n" + b"." * 200_000])
    with pytest.raises(NoAnswer):
        get(to(speaker))
    assert len(speaker.heard) == 1


@pytest.mark.parametrize("value", ["k\r\nRole: admin", "k\nRole: admin", "k\r"])
def test_a_header_is_one_line(value: str, speaking: Callable[..., Speaker]) -> None:
    speaker = speaking([WHOLE])
    way = to(speaker)
    with pytest.raises(ValueError, match="more than one line"):
        way.ask("GET", "/", None, {"Idempotency-Key": value}, 5)
    assert get(way).data == b"ok"
    assert len(speaker.heard) == 1
