"""The ways to the other services: over real sockets, against stand-ins that check the token as the real ones do."""

import math
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.chassis import deadlines
from services.chassis.tokens import Caller, Signer
from services.gateway.circuit import Circuit
from services.gateway.clients import Asker, Ledger, Line, Lines, PartDown, Refused
from tests.gateway.network import BAKERY_ACCOUNT, FARM_ACCOUNT, Network, a_transfer, an_account
from tests.gateway.standin import Asked, Says, problem

MEMBER = Caller(
    subject="user-ann", roles=frozenset({"member"}), accounts=frozenset({FARM_ACCOUNT}), entities=frozenset({"e"})
)


def test_a_call_says_who_asks_and_what_they_have_seen(network: Network, lines: Lines) -> None:
    lines.parts(MEMBER, {"directory": 12, "ledger": 3}).ledger.account(FARM_ACCOUNT)
    asked = network.ledger.last("GET", f"/accounts/{FARM_ACCOUNT}")
    assert asked.caller == MEMBER
    assert asked.headers["Min-Position"] == "directory=12, ledger=3"
    assert len(asked.headers["Correlation-Id"]) >= 8
    assert "Idempotency-Key" not in asked.headers


def test_the_internal_token_of_one_service_is_not_for_another(network: Network, signer: Signer) -> None:
    astray = Line("directory", network.ledger.url, signer)
    with pytest.raises(PartDown):
        Ledger(astray, Asker(MEMBER)).account(FARM_ACCOUNT)
    assert not network.ledger.asked


def test_a_write_carries_the_key_and_learns_the_position(network: Network, lines: Lines) -> None:
    network.ledger.on("POST", "/transfers", Says(a_transfer(), headers={"Position": "ledger=77"}))
    parts = lines.parts(MEMBER, {"ledger": 3})
    parts.ledger.initiate(
        initiator=FARM_ACCOUNT, counterparty=BAKERY_ACCOUNT, direction="pay", amount=2500, key="key-1"
    )
    asked = network.ledger.last("POST", "/transfers")
    assert asked.headers["Idempotency-Key"] == "key-1"
    assert asked.body == {
        "initiator": FARM_ACCOUNT, "counterparty": BAKERY_ACCOUNT, "direction": "pay", "amount": 2500,
    }  # fmt: skip
    assert parts.asker.positions == {"ledger": 77}
    parts.directory.entities(ids=["entity-farm"])
    assert network.directory.last("GET", "/entities").headers["Min-Position"] == "ledger=77"


def test_a_write_without_a_key_gets_one_of_its_own(network: Network, lines: Lines) -> None:
    network.ledger.on("POST", "/transfers/t-1/accept", a_transfer(status="completed"))
    for _ in range(2):
        lines.parts(MEMBER).ledger.accept("t-1")
    keys = {asked.headers["Idempotency-Key"] for asked in network.ledger.asked}
    assert len(keys) == 2


def test_the_gateway_looks_after_sessions_on_its_own_account(network: Network, lines: Lines) -> None:
    lines.parts(MEMBER).directory.session("session-ann")
    lines.parts(MEMBER).directory.end_session("session-ann")
    assert [asked.caller.roles for asked in network.directory.asked] == [frozenset({"service"})] * 2


def test_a_refusal_keeps_code_sentence_fields_and_figures(network: Network, lines: Lines) -> None:
    refusal = problem(422, "transfer.limit_exceeded", "Too much.", max_possible=500, errors={"amount": ["Too much."]})
    network.ledger.on("POST", "/transfers/t-1/accept", refusal)
    with pytest.raises(Refused) as refused:
        lines.parts(MEMBER).ledger.accept("t-1")
    error = refused.value
    assert (error.status, error.code, error.detail) == (422, "transfer.limit_exceeded", "Too much.")
    assert error.errors == {"amount": ["Too much."]}
    assert error.extra == {"max_possible": 500}


def test_a_503_keeps_its_code(network: Network, lines: Lines) -> None:
    network.directory.on("GET", "/search", problem(503, "search.unavailable", "Search is away.", retry_after=7))
    with pytest.raises(PartDown) as down:
        lines.parts(MEMBER).directory.search(name="x")
    assert (down.value.service, down.value.code, down.value.detail) == (
        "directory",
        "search.unavailable",
        "Search is away.",
    )
    assert down.value.retry_after == 7


@pytest.mark.parametrize("says", [problem(500, "internal"), Says("no object"), Says({}, 500), Says({}, 400)])
def test_nonsense_is_a_part_that_is_down(network: Network, lines: Lines, says: Says) -> None:
    network.matcher.on("GET", "/entities/e-1/matches", says)
    if says.status == 200:
        assert lines.parts(MEMBER).matcher.matches("e-1") == {}
        return
    with pytest.raises(PartDown) as down:
        lines.parts(MEMBER).matcher.matches("e-1")
    assert down.value.code == "part.down"


@pytest.mark.parametrize("bad", ["..", "a/b", "a%2Fb", "", "a?b", "ä", "x" * 201])
def test_an_id_cannot_become_another_path(network: Network, lines: Lines, bad: str) -> None:
    with pytest.raises(Refused) as refused:
        lines.parts(MEMBER).ledger.accept(bad)
    assert refused.value.status == 404
    assert not network.ledger.asked


def test_connections_are_kept(signer: Signer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        # Only one connection is ever taken: a second one would wait in vain.
        threading.Thread(target=_answer_all_on_one_connection, args=(listening,), daemon=True).start()
        ledger = Ledger(Line("ledger", f"http://127.0.0.1:{listening.getsockname()[1]}", signer), Asker(MEMBER))
        assert [ledger.account(FARM_ACCOUNT) for _ in range(5)] == [{"ok": True}] * 5


def _answer_all_on_one_connection(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection:
        while connection.recv(65536):
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{"ok":true}')


def test_no_question_is_asked_for_no_accounts(network: Network, lines: Lines) -> None:
    assert lines.parts(MEMBER).ledger.accounts([]) == []
    assert lines.parts(MEMBER).directory.entities(ids=[]) == {"entities": [], "total": 0}
    assert not network.ledger.asked
    assert not network.directory.asked


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_a_silent_service_is_given_up(silent: str, signer: Signer) -> None:
    started = time.monotonic()
    with pytest.raises(PartDown):
        Ledger(Line("ledger", silent, signer), Asker(MEMBER)).account(FARM_ACCOUNT)
    assert 2.5 < time.monotonic() - started < 30


def test_what_api_tokens_ask_at_each_call_is_no_change(network: Network, lines: Lines) -> None:
    """Or nothing would be remembered of any login while a program calls."""
    for path in ("/api-token-sessions", "/api-tokens/t-1/payments"):
        network.directory.on("POST", path, {})
    directory = lines.parts(MEMBER).directory
    directory.api_token_session("mccs_secret")
    directory.reserve_payment("t-1", 2500, "key-1")
    assert lines.directory.wrote_at == -math.inf
    network.directory.on("DELETE", "/users/user-ann/api-tokens/t-1", {})
    directory.revoke_api_token("user-ann", "t-1")
    assert lines.directory.wrote_at > 0


@pytest.fixture
def hurried() -> Iterator[None]:
    """Somebody who gives a request half a second."""
    deadlines.begin(0.5)
    yield
    deadlines.begin(math.inf)


def test_a_service_is_told_how_long_it_is_waited_for(network: Network, lines: Lines, hurried: None) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account())
    lines.parts(MEMBER).ledger.account(FARM_ACCOUNT)
    first = network.ledger.last("GET", f"/accounts/{FARM_ACCOUNT}").headers["Time-Left"]
    lines.parts(MEMBER).ledger.account(FARM_ACCOUNT)
    second = network.ledger.last("GET", f"/accounts/{FARM_ACCOUNT}").headers["Time-Left"]
    assert 0 < float(second) < float(first) <= 0.5


def test_without_a_hurry_a_call_has_its_own_limit(network: Network, lines: Lines) -> None:
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account())
    lines.parts(MEMBER).ledger.account(FARM_ACCOUNT)
    assert network.ledger.last("GET", f"/accounts/{FARM_ACCOUNT}").headers["Time-Left"] == "3.000"


def test_who_is_late_is_told_so_and_no_circuit_opens(silent: str, signer: Signer, hurried: None) -> None:
    line = Line("ledger", silent, signer, Circuit(failures=1))
    ledger = Ledger(line, Asker(MEMBER))
    for _ in range(2):
        # The first call takes all the time there is, so the second is not made.
        with pytest.raises(PartDown) as down:
            ledger.account(FARM_ACCOUNT)
        assert (down.value.service, down.value.code) == ("ledger", "part.late")
    deadlines.begin(0.1)
    with pytest.raises(PartDown) as down:
        ledger.account(FARM_ACCOUNT)
    assert down.value.code == "part.late"


def test_a_slow_service_holds_so_many_calls_and_no_more(network: Network, signer: Signer) -> None:
    asked, go_on = threading.Semaphore(0), threading.Event()

    def slowly(_: Asked) -> dict[str, Any]:
        asked.release()
        go_on.wait(2)
        return an_account()

    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", slowly)
    ledger = Ledger(Line("ledger", network.ledger.url, signer, most=2), Asker(MEMBER))
    with ThreadPoolExecutor(2) as callers:
        held = [callers.submit(ledger.account, FARM_ACCOUNT) for _ in range(2)]
        assert all(asked.acquire(timeout=10) for _ in held)
        with pytest.raises(PartDown) as busy:
            ledger.account(FARM_ACCOUNT)
        go_on.set()
        assert all(each.result()["account"] == FARM_ACCOUNT for each in held)
    assert (busy.value.service, busy.value.code, busy.value.retry_after) == ("ledger", "part.busy", 1)
    assert ledger.account(FARM_ACCOUNT)["account"] == FARM_ACCOUNT


def test_a_connection_cut_in_the_middle_is_tried_once_more(signer: Signer, cutting: Callable[[int], str]) -> None:
    once = Line("ledger", cutting(1), signer)
    assert Ledger(once, Asker(MEMBER)).accept("t-1", key="k") == {"ok": True}
    twice = Line("ledger", cutting(2), signer)
    with pytest.raises(PartDown):
        Ledger(twice, Asker(MEMBER)).accept("t-1", key="k")


@pytest.fixture
def cutting() -> Iterator[Callable[[int], str]]:
    """Servers that cut the first connections without an answer, then answer `{"ok": true}`."""
    servers: list[socket.socket] = []

    def start(cuts: int) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        servers.append(listening)
        threading.Thread(target=_cut_then_answer, args=(listening, cuts), daemon=True).start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield start
    for server in servers:
        server.close()


def _cut_then_answer(listening: socket.socket, cuts: int) -> None:
    for number in range(cuts + 1):
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            connection.recv(65536)
            if number == cuts:
                connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 11\r\nConnection: close\r\n\r\n{"ok":true}')


class Ticks:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_circuit_opens_probes_and_closes() -> None:
    clock = Ticks()
    circuit = Circuit(failures=3, seconds=5, clock=clock)
    for _ in range(3):
        assert circuit.admits()
        circuit.failed()
    assert not circuit.admits()
    assert circuit.seconds_left == 5
    clock.now += 5
    assert circuit.admits(), "one probe"
    assert not circuit.admits(), "the others still fail"
    circuit.failed()
    assert not circuit.admits()
    clock.now += 5
    assert circuit.admits()
    circuit.succeeded()
    assert circuit.admits()
    circuit.failed()
    assert circuit.admits(), "failures count in a row only"


def test_a_dead_service_is_not_asked_for_a_while(network: Network, signer: Signer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = gone.getsockname()
    url = f"http://127.0.0.1:{address[1]}"
    clock = Ticks()
    line = Line("ledger", url, signer, Circuit(failures=2, seconds=5, clock=clock))
    ledger = Ledger(line, Asker(MEMBER))
    for _ in range(2):
        with pytest.raises(PartDown):
            ledger.account(FARM_ACCOUNT)
    with socket.create_server(address) as back:
        back.setblocking(False)
        with pytest.raises(PartDown) as down:
            ledger.account(FARM_ACCOUNT)
        with pytest.raises(BlockingIOError):
            back.accept()
    assert down.value.retry_after == 5


def test_refusals_do_not_open_the_circuit(network: Network, lines: Lines) -> None:
    network.ledger.on("POST", "/transfers/t-1/accept", problem(422, "transfer.limit_exceeded"))
    network.ledger.on("POST", "/transfers/t-2/accept", problem(503, "projection.behind"))
    for transfer_id in ["t-1", "t-2"] * 10:
        with pytest.raises((Refused, PartDown)):
            lines.parts(MEMBER).ledger.accept(transfer_id)
    assert lines.parts(MEMBER).ledger.account(FARM_ACCOUNT) == an_account()


def test_every_use_case_asks_its_documented_route(network: Network, lines: Lines) -> None:
    """The table of docs/internal-api.md, row by row."""
    parts = lines.parts(MEMBER)
    documents = {"accounts": [], "entities": [], "tags": [], "transfers": [], "kind": "member", "total": 0}

    def anything(asked: Asked) -> dict[str, object]:
        return dict(documents)

    rows: list[tuple[Callable[[], object], str, str]] = [
        (lambda: parts.ledger.accounts(["1"]), "GET", "/accounts"),
        (lambda: parts.ledger.account("1"), "GET", "/accounts/1"),
        (lambda: parts.ledger.set_limits("1", max_negative=5), "PATCH", "/accounts/1/limits"),
        (lambda: parts.ledger.statement("1", limit=5), "GET", "/accounts/1/statement"),
        (lambda: parts.ledger.reject("t"), "POST", "/transfers/t/reject"),
        (lambda: parts.ledger.cancel("t", reason="r"), "POST", "/transfers/t/cancel"),
        (lambda: parts.ledger.transfers(account="1"), "GET", "/transfers"),
        (lambda: parts.ledger.transfer("t"), "GET", "/transfers/t"),
        (lambda: parts.ledger.head(), "GET", "/head"),
        (lambda: parts.directory.sign_up(user={}, entity={}, visit={"address": "::1", "agent": ""}), "POST", "/signup"),
        (lambda: parts.directory.request_reset(email="a@b"), "POST", "/password-resets"),
        (lambda: parts.directory.reset_kind("t"), "GET", "/password-resets/t"),
        (lambda: parts.directory.reset_password("t", password="p"), "POST", "/password-resets/t"),
        (lambda: parts.directory.user("u"), "GET", "/users/u"),
        (lambda: parts.directory.change_user("u", {}), "PATCH", "/users/u"),
        (lambda: parts.directory.entities(status=["pending"]), "GET", "/entities"),
        (lambda: parts.directory.change_entity("e", {}), "PATCH", "/entities/e"),
        (lambda: parts.directory.apply_for_trading("e", {}), "POST", "/entities/e/trading-application"),
        (lambda: parts.directory.search(offers=["a"]), "GET", "/search"),
        (lambda: parts.directory.tags("a"), "GET", "/tags"),
        (lambda: parts.matcher.matches("e"), "GET", "/entities/e/matches"),
        (lambda: parts.notifier.messages(), "GET", "/messages"),
        (lambda: parts.notifier.summary(), "GET", "/messages/summary"),
    ]
    standins = {"ledger": network.ledger, "matcher": network.matcher, "notifier": network.notifier}
    for number, (call, method, path) in enumerate(rows):
        service = "ledger" if number < 9 else "matcher" if "matches" in path else "directory"
        standin = standins.get("notifier" if "messages" in path else service, network.directory)
        standin.on(method, path, anything)
        call()
        assert standin.count(method, path) == 1, (method, path)
