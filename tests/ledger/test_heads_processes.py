"""The real processes that sign and publish heads: asked, killed, two at once, stopped for a while."""

import itertools
import os
import signal
from functools import partial
from threading import Event, Thread

import orjson
import psycopg
import pytest

from services.chassis.consuming import read_topic
from services.chassis.process import Stop
from services.ledger.store.tree import heads_before, kept_nodes, newest_head
from services.ledger.working import run_together
from tests.ledger.factories import an_account_number, opening
from tests.ledger.heads import a_head_key, head_key_pem
from tests.ledger.memory_proofs import tree_hash
from tests.ledger.processes import Instance, kill
from tests.waiting import wait_until

pytestmark = pytest.mark.integration


@pytest.fixture
def instance(tmp_path, ledger_database, book, kafka_bootstrap):
    made = Instance(tmp_path, database_url=ledger_database.url, book=book, bootstrap=kafka_bootstrap)
    yield made
    made.stop()


@pytest.fixture
def connection(ledger_database):
    with psycopg.connect(ledger_database.url, autocommit=True) as opened:
        yield opened


@pytest.fixture
def open_accounts(appender):
    def open_some(count: int) -> None:
        for _ in range(0, count, 100):
            appender.execute([opening(an_account_number()) for _ in range(min(100, count))])

    return open_some


def require_right(connection, book: str) -> None:
    """Every head of the book has the root that its events have, and the numbers have no hole."""
    rows = connection.execute("SELECT hash FROM events WHERE book = %s ORDER BY position", [book])
    hashes = [bytes(row[0]) for row in rows]
    heads = heads_before(connection, book, None, 1_000)[::-1]
    assert [head.number for head in heads] == list(range(1, len(heads) + 1))
    assert all(head.root == tree_hash(hashes[: head.size]) for head in heads)
    assert [head.time for head in heads] == sorted(head.time for head in heads)
    assert [head.size for head in heads] == sorted({head.size for head in heads})


def want(connection, book: str) -> None:
    connection.execute("SELECT pg_notify('ledger_head_wanted', %s)", [book])


def test_a_head_is_signed_when_it_is_asked_for_over_http(instance, book, open_accounts, connection):
    open_accounts(100)
    instance.serve()
    auditor = instance.token(roles=("auditor",))
    status, refusal = instance.ask("POST", "/tree/heads", token=auditor)
    assert (status, refusal["type"]) == (503, "head.not_signed")
    instance.start("schedule")
    wait_until(lambda: newest_head(connection, book), 30)
    for size in (200, 300, 400):
        open_accounts(100)
        status, head = instance.ask("POST", "/tree/heads", token=auditor)
        assert (status, head["size"]) == (200, size)
    assert instance.ask("POST", "/tree/heads", token=auditor)[1] == head, "there is nothing new"
    assert instance.ask("GET", "/tree/head", token=instance.token())[1] == head
    require_right(connection, book)


def test_killed_at_any_moment_it_goes_on_where_it_was(instance, book, open_accounts, connection):
    open_accounts(100)
    for round_ in range(4):
        process = instance.start("schedule")
        open_accounts(1_000)
        if round_ % 2:
            # With a head of this process, else somewhere before.
            wait_until(lambda: want(connection, book) or newest_head(connection, book), 30)
        else:
            wait_until(lambda: sum(kept_nodes(connection, book).values()), 30)
        kill(process.pid)
        process.wait()
    open_accounts(5_000)
    instance.start("schedule")
    size = 100 + 4 * 1_000 + 5_000
    wait_until(lambda: (head := newest_head(connection, book)) and head.size == size, 30)
    require_right(connection, book)


def test_two_processes_sign_each_head_once(instance, book, open_accounts, connection):
    instance.start("schedule"), instance.start("schedule")
    for size in range(100, 600, 100):
        open_accounts(100)
        wait_until(lambda least=size: want(connection, book) or has_head_of(connection, book, least), 30)
    require_right(connection, book)


def has_head_of(connection, book: str, size: int) -> bool:
    head = newest_head(connection, book)
    return head is not None and head.size == size


def test_a_new_key_is_published_beside_the_old_one(instance, book, open_accounts, connection):
    instance.serve()
    for name in ("one", "two"):
        (instance.folder / "head.pem").write_bytes(head_key_pem(name))
        open_accounts(100)
        process = instance.start("schedule")
        wait_until(partial(is_signed_with, connection, book, a_head_key(name).kid), 30)
        process.terminate()
        assert process.wait(10) == 0
    _, found = instance.ask("GET", "/tree/keys", token=instance.token())
    published = {key["kid"]: key for key in found["keys"]}
    for name in ("one", "two"):
        key = published[a_head_key(name).kid]
        assert {"crv": key["crv"], "kty": key["kty"], "x": key["x"]} == orjson.loads(a_head_key(name).jwk)
        assert (key["use"], key["alg"]) == ("sig", "EdDSA")


def is_signed_with(connection, book: str, kid: str) -> bool:
    head = newest_head(connection, book)
    return head is not None and head.kid == kid


def test_no_secret_is_in_the_log(instance, open_accounts):
    open_accounts(100)
    instance.start("schedule")
    # It is told after it is stored.
    wait_until(lambda: "head.signed" in instance.log("schedule"), 30)
    secret = "".join(head_key_pem().decode().splitlines()[1:-1])
    assert secret not in instance.log("schedule")
    assert "PRIVATE" not in instance.log("schedule")


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "No such file"), (b"nonsense", "no private key in PEM"), ("", "LEDGER_HEAD_PRIVATE_KEY_FILE is not set")],
    ids=["no file", "no key", "not set"],
)
def test_without_a_key_it_does_not_start_and_says_why(instance, content, says):
    file = instance.folder / "head.pem"
    if content is None:
        file.unlink()
    elif content:
        file.write_bytes(content)
    changes = {"LEDGER_HEAD_PRIVATE_KEY_FILE": ""} if content == "" else {}
    process = instance.start("schedule", ENVIRONMENT="production", **changes)
    assert process.wait(30) == 78
    assert says in instance.log("schedule")


def test_sigterm_ends_it_in_time_though_a_head_can_not_be_stored(
    instance, book, open_accounts, connection, ledger_database
):  # fmt: skip
    open_accounts(100)
    with psycopg.connect(ledger_database.admin_url) as blocker:
        blocker.execute("LOCK TABLE tree_heads IN EXCLUSIVE MODE")
        process = instance.start("schedule")

        def waits() -> bool:
            stuck = (
                "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND application_name = 'ledger-heads' "
                "AND wait_event_type = 'Lock'"
            )
            with psycopg.connect(ledger_database.admin_url) as admin:
                return admin.execute(stuck, [ledger_database.name]).fetchone() is not None

        wait_until(waits, 30)
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(10) == 0
        blocker.rollback()


def test_a_cut_connection_is_made_again(instance, book, open_accounts, connection, ledger_database):
    open_accounts(100)
    process = instance.start("schedule")
    wait_until(lambda: newest_head(connection, book), 30)

    def cut() -> int:
        with psycopg.connect(ledger_database.admin_url, autocommit=True) as admin:
            query = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = %s AND application_name = 'ledger-heads'"
            )
            return len(admin.execute(query, [ledger_database.name]).fetchall())

    wait_until(cut, 20)
    open_accounts(100)
    wait_until(lambda: want(connection, book) or has_head_of(connection, book, 200), 30)
    assert process.poll() is None


def test_checkpoints_are_in_kafka_in_order_though_the_relay_is_killed(
    instance, book, open_accounts, connection, kafka_bootstrap
):  # fmt: skip
    instance.start("schedule")

    def published() -> int:
        row = connection.execute("SELECT position FROM head_relays WHERE book = %s", [book]).fetchone()
        return row[0] if row else 0

    size = 0
    for _ in range(3):
        relay = instance.start("relay")
        for _ in range(3):
            open_accounts(100)
            size += 100
            wait_until(lambda least=size: want(connection, book) or has_head_of(connection, book, least), 30)
        wait_until(published, 40)
        kill(relay.pid)
        relay.wait()
    relay = instance.start("relay")
    signed = heads_before(connection, book, None, 100)[::-1]
    wait_until(lambda: published() == len(signed), 40)
    relay.terminate()
    assert relay.wait(10) == 0
    records = list(read_topic(kafka_bootstrap, "ledger.checkpoints", book, idle_seconds=3))
    numbers = [int(headers["position"]) for headers, _ in records]
    assert set(numbers) == set(range(1, len(signed) + 1))
    assert all(after <= before + 1 for before, after in itertools.pairwise(numbers))
    for _, value in records:
        document = orjson.loads(value)
        assert document["jws"] == signed[document["number"] - 1].jws


@pytest.mark.parametrize("asked", [False, True])
def test_a_loop_that_ends_by_itself_ends_the_process(asked):
    """Whoever runs it starts it again: half a process would go unnoticed."""
    stop, ended = Stop(), []

    def end(part: Stop) -> None:
        if asked:
            part.request()

    def go_on(part: Stop) -> None:
        while not part.wait(0.05):
            part.beat()
        ended.append(True)

    works = {"one": end, "other": go_on}
    if asked:
        run_together(works, stop)
    else:
        with pytest.raises(SystemExit, match="1"):
            run_together(works, stop)
    assert ended


def test_the_heartbeat_is_that_of_all_loops(tmp_path):
    beat = tmp_path / "beat"
    stop, both = Stop(str(beat)), Event()

    def alive(part: Stop) -> None:
        while not part.wait(0.05):
            part.beat()

    def waking(part: Stop) -> None:
        while not part.wait(0.05):
            if both.is_set():
                part.beat()

    runner = Thread(target=run_together, args=({"alive": alive, "waking": waking}, stop))
    runner.start()
    assert not stop.wait(1.5)
    assert not beat.exists()
    both.set()
    wait_until(beat.exists)
    stop.request()
    runner.join(10)
    assert not runner.is_alive()
