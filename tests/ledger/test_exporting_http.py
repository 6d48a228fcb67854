"""An export over HTTP: who gets it, what it is, how many at once, and how it ends when one side goes away."""

import gzip
import socket
from collections.abc import Callable

import psycopg
import pytest

from services.chassis.tokens import Caller, Verifier
from services.ledger.api.exports import Exports
from services.ledger.app import create_app
from services.ledger.store import migrate
from services.ledger.store.exports import ExportAway, ExportSource
from tests.chassis.keys import key_pair, signer_of
from tests.ledger.exports import UNIT, exported, long_book, signed_book
from tests.ledger.fakes import DirectLink
from tests.ledger.processes import Instance
from tests.waiting import wait_until

pytestmark = pytest.mark.integration

Ask = Callable[..., object]
OPEN = "SELECT pid FROM pg_stat_activity WHERE application_name = 'ledger-export' AND datname = %s"


@pytest.fixture
def exports(ledger_database, book) -> Exports:
    return Exports(lambda: ExportSource(ledger_database.url, book), most=1, idle=60)


@pytest.fixture
def ask(exports, reader, appender) -> Ask:
    """A request with a token of a role; its answer was read and closed."""
    public = key_pair("internal")[1]
    app = create_app(Verifier(public, "ledger"), reader, DirectLink(appender), unit=UNIT, exports=exports)

    def ask(path: str = "/export", role: str = "auditor", method: str = "get"):
        token = signer_of("internal").token(Caller(subject="u1", roles=frozenset({role})), "ledger")
        answer = getattr(app.test_client(), method)(path, headers={"Authorization": f"Bearer {token}"})
        answer.get_data()
        answer.close()
        return answer

    return ask


def open_exports(database) -> list[int]:
    with psycopg.connect(database.admin_url) as connection:
        return [pid for (pid,) in connection.execute(OPEN, (database.name,))]


@pytest.mark.parametrize(
    ("role", "status"), [("admin", 200), ("auditor", 200), ("member", 403), ("public", 403), ("service", 403)]
)
def test_administrators_and_auditors_get_exports(ledger_database, book, ask, role, status):
    signed_book(ledger_database, book)
    answer = ask(role=role)
    assert answer.status_code == status
    if status == 200:
        assert answer.data == exported(ledger_database, book)[1]
        assert answer.content_type == "application/x-ndjson"


def test_range_and_packing_can_be_asked_for(ledger_database, book, ask):
    signed_book(ledger_database, book)
    answer = ask("/export?first=4&last=30&gzip=true")
    assert gzip.decompress(answer.data) == exported(ledger_database, book, first=4, last=30)[1]
    assert answer.content_type == "application/gzip"
    assert answer.headers["Content-Disposition"].endswith(f"{book}-{4:020d}-{30:020d}.ndjson.gz")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/export?first=58", 404, "proof.not_covered"),
        ("/export?last=58", 404, "proof.not_covered"),
        ("/export?first=0", 400, "request.invalid"),
        ("/export?first=4&last=3", 400, "request.invalid"),
        ("/export?gzip=much", 400, "request.invalid"),
    ],
)
def test_what_can_not_be_exported_is_refused_before_it_begins(ledger_database, book, ask, exports, path, status, code):
    signed_book(ledger_database, book)
    answer = ask(path)
    assert (answer.status_code, answer.json["type"]) == (status, code)
    exports.end(exports.begin())


def test_book_without_a_head_has_no_export(ask):
    answer = ask()
    assert (answer.status_code, answer.json["type"]) == (404, "head.none")


def test_database_that_is_away_takes_no_place():
    def away() -> ExportSource:
        raise ExportAway

    exports = Exports(away, most=1)
    for _ in range(3):
        with pytest.raises(ExportAway):
            exports.begin()


def test_there_are_few_at_once_and_each_frees_its_place(ledger_database, book, ask, exports):
    signed_book(ledger_database, book)
    running = exports.begin()
    answer = ask()
    assert (answer.status_code, answer.json["type"], answer.headers["Retry-After"]) == (503, "export.busy", "30")
    exports.end(running)
    exports.end(running)
    for method in ("get", "head", "get"):
        assert ask(method=method).status_code == 200
    exports.end(exports.begin())


def test_client_that_takes_nothing_gives_its_place_to_the_next(ledger_database, book):
    signed_book(ledger_database, book)
    exports = Exports(lambda: ExportSource(ledger_database.url, book), most=1, idle=-1)
    slow = exports.begin()
    part = slow.source.part(1, 57)
    pieces = slow.pieces((0, lines.content) for lines in slow.source.lines(1, part.last, 10))
    assert next(pieces)
    following = exports.begin()
    with pytest.raises(ExportAway):
        list(pieces)
    exports.end(slow)
    exports.end(following)


def test_database_that_goes_away_in_the_middle_leaves_no_manifest(ledger_database, book, exports):
    signed_book(ledger_database, book)
    running = exports.begin()
    pieces = running.pieces((0, lines.content) for lines in running.source.lines(1, 57, 10))
    assert next(pieces)
    with psycopg.connect(ledger_database.admin_url) as connection:
        for pid in open_exports(ledger_database):
            connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
    with pytest.raises(ExportAway):
        list(pieces)
    exports.end(running)


def test_client_that_goes_away_frees_the_connection(tmp_path, database, book):
    migrate(database.owner_url, database.url)
    long_book(database, book, 15_000)
    instance = Instance(tmp_path, database_url=database.url, book=book)
    try:
        instance.serve()
        token = instance.token(roles=("auditor",))
        for _ in range(3):
            with socket.socket() as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                client.connect(("127.0.0.1", instance.port))
                head = f"GET /export HTTP/1.1\r\nHost: ledger\r\nAuthorization: Bearer {token}\r\n\r\n"
                client.sendall(head.encode())
                assert client.recv(1000).startswith(b"HTTP/1.1 200")
                assert len(open_exports(database)) == 1
                # Others are served meanwhile.
                assert instance.ask("GET", "/head", token=token)[0] == 200
            wait_until(lambda: not open_exports(database), 30)
        response = instance.request("GET", "/export?gzip=true", token=token)
        assert gzip.decompress(response.data) == exported(database, book)[1]
        assert instance.log("serve").count('"state":"abandoned"') == 3
    finally:
        instance.stop()
