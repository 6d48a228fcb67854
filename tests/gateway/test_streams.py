"""Answers that are passed on piece by piece: every byte, each in its time, and never a part taken for the whole."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient

from services.chassis.tokens import Caller, Signer
from services.gateway.circuit import Circuit
from services.gateway.clients import Asker, Line, PartDown, Refused
from tests.gateway.network import Network
from tests.gateway.proven import DOWN
from tests.gateway.scenes import furnish, log_in
from tests.gateway.standin import Streams, problem

AUDITOR = Asker(Caller(subject="audrey", roles=frozenset({"auditor"})))
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
PIECES = [b'{"event":1}\n', b"\x00\xff" * 40_000, b'{"manifest":{}}\n']
NAME = "main-00000000000000000003-00000000000000000009.ndjson.gz"


def chunk(piece: bytes) -> bytes:
    return f"{len(piece):x}\r\n".encode() + piece + b"\r\n"


@contextmanager
def saying(*said: bytes, then: Callable[[socket.socket], None] = lambda _: None) -> Iterator[str]:
    """A server that says this to each connection, then does that."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65_536)
                    for each in said:
                        connection.sendall(each)
                    then(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        # `close` alone does not wake a thread that waits in `accept`.
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_every_byte_arrives_as_it_was_sent(signer: Signer) -> None:
    with saying(HEAD, *map(chunk, PIECES), b"0\r\n\r\n") as url:
        stream = Line("ledger", url, signer).open(AUDITOR, "/export", query={"first": 1, "last": None})
        assert stream.content_type == "application/x-ndjson"
        assert b"".join(stream) == b"".join(PIECES)


def test_the_first_piece_is_passed_on_before_the_last_is_there(signer: Signer) -> None:
    go_on = threading.Event()

    def finish(connection: socket.socket) -> None:
        assert go_on.wait(30)
        connection.sendall(chunk(PIECES[2]) + b"0\r\n\r\n")

    with saying(HEAD, chunk(PIECES[0]), then=finish) as url:
        pieces = iter(Line("ledger", url, signer).open(AUDITOR, "/export"))
        assert next(pieces) == PIECES[0]
        go_on.set()
        assert list(pieces) == [PIECES[2]]


def test_a_stream_that_is_cut_is_not_taken_for_whole(signer: Signer) -> None:
    with saying(HEAD, chunk(PIECES[0])) as url:
        pieces = iter(Line("ledger", url, signer).open(AUDITOR, "/export"))
        assert next(pieces) == PIECES[0]
        with pytest.raises(PartDown):
            next(pieces)


def test_a_stream_that_stands_still_ends_and_counts_as_a_failure(signer: Signer) -> None:
    done = threading.Event()
    circuit = Circuit(failures=1)

    def stand_still(_: socket.socket) -> None:
        assert done.wait(60)

    with saying(HEAD, chunk(PIECES[0]), then=stand_still) as url:
        line = Line("ledger", url, signer, circuit)
        with pytest.raises(PartDown):
            list(line.open(AUDITOR, "/export", seconds=0.5))
        assert not circuit.admits()
        with pytest.raises(PartDown):
            line.open(AUDITOR, "/export")
        done.set()


def test_a_refusal_is_read_before_the_stream_begins(signer: Signer) -> None:
    body = b'{"type":"proof.not_covered","detail":"Not signed yet."}'
    head = f"HTTP/1.1 404 Not Found\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with saying(head, body) as url, pytest.raises(Refused) as refused:
        Line("ledger", url, signer).open(AUDITOR, "/export")
    assert (refused.value.status, refused.value.code) == (404, "proof.not_covered")


def test_streams_that_nobody_reads_give_their_connections_back(signer: Signer) -> None:
    with saying(HEAD, chunk(PIECES[0])) as url:
        line = Line("ledger", url, signer)
        for _ in range(20):
            line.open(AUDITOR, "/export").close()
        pieces = iter(line.open(AUDITOR, "/export"))
        assert next(pieces) == PIECES[0]


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", 'a"; x="b', "a\\b", ""], ids=["path", "quote", "backslash", "none"]
)
def test_a_name_that_is_none_is_not_passed_on(
    client: FlaskClient, network: Network, admin: dict[str, str], name: str
) -> None:
    network.ledger.on("GET", "/export", lambda _: Streams(PIECES, "application/gzip", name))
    response = client.get("/api/v1/audit/export", headers=admin)
    assert response.headers["Content-Disposition"] == 'attachment; filename="file"'


# --- as files -----------------------------------------------------------------------------------------------------


def test_the_export_comes_through_unchanged(client: FlaskClient, network: Network, admin: dict[str, str]) -> None:
    network.ledger.on("GET", "/export", lambda _: Streams(PIECES, "application/gzip", NAME))
    response = client.get("/api/v1/audit/export?first=3&last=9&gzip=true", headers=admin)
    assert response.data == b"".join(PIECES)
    assert response.content_type == "application/gzip"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{NAME}"'
    assert network.ledger.last("GET", "/export").query == {"first": "3", "last": "9", "gzip": "true"}


def test_auditors_download_the_export_from_their_page(client: FlaskClient, network: Network) -> None:
    furnish(network)
    network.ledger.on("GET", "/export", lambda _: Streams(PIECES, "application/gzip", NAME))
    log_in(client, "auditor")
    assert client.get("/auditor/export").data == b"".join(PIECES)


def test_members_and_visitors_get_no_export(client: FlaskClient, network: Network, ann: dict[str, str]) -> None:
    assert client.get("/api/v1/audit/export", headers=ann).status_code == 403
    assert client.get("/api/v1/audit/export").status_code == 401
    log_in(client, "member")
    assert client.get("/auditor/export").status_code == 403
    assert network.ledger.count("GET", "/export") == 0


def test_an_export_that_cannot_begin_is_a_refusal_and_no_file(
    client: FlaskClient, network: Network, admin: dict[str, str]
) -> None:
    network.ledger.on("GET", "/export", DOWN)
    response = client.get("/api/v1/audit/export", headers=admin)
    assert response.status_code == 503
    assert response.get_json()["errors"][0]["code"] == "part.down"
    network.ledger.on("GET", "/export", problem(404, "head.none", "Nothing is signed yet."))
    assert client.get("/api/v1/audit/export", headers=admin).status_code == 404
    assert "Content-Disposition" not in response.headers
