"""Real processes at once on one book: two HTTP workers, two instances with a committer each, the directory's news."""

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import orjson
import pytest
import urllib3

from tests.ledger.books import in_parallel, initiated, requires_sound, two_accounts
from tests.ledger.factories import an_account_number, opening, paying, standing
from tests.ledger.processes import Instance, children
from tests.waiting import wait_until

pytestmark = pytest.mark.integration

CALLERS = 8
ROUNDS = 1000


@pytest.fixture
def new_instance(tmp_path, ledger_database, book) -> Iterator[Callable[..., Instance]]:
    """Makes instances of the test's book, each with a socket and a port of its own, that serve."""
    made: list[Instance] = []

    def make(**settings: str) -> Instance:
        folder = tmp_path / f"i{len(made)}"
        folder.mkdir()
        made.append(Instance(folder, database_url=ledger_database.url, book=book, **settings))
        made[-1].serve()
        return made[-1]

    yield make
    for instance in made:
        instance.stop()


def test_of_a_hundred_acceptances_by_two_instances_one_wins(new_instance, appender, ledger_database, book):
    payer, payee = two_accounts(appender)
    transfer_id = initiated(appender, paying(payer, payee, 10))
    instances = [new_instance(), new_instance()]

    def accept(number: int) -> tuple:
        chosen = instances[number % 2]
        status, answer = chosen.insist(f"/transfers/{transfer_id}/accept", {}, token=chosen.token(payee))
        return status, answer.get("type"), answer.get("transfer_status", answer.get("status"))

    answers = Counter(in_parallel([lambda number=number: accept(number) for number in range(100)]))
    assert answers == {(200, None, "completed"): 1, (409, "transfer.already_closed", "completed"): 99}
    assert requires_sound(ledger_database, book).accounts[payee].balance == 10


def test_of_many_payments_together_beyond_the_limit_exactly_those_that_fit_pass(
    new_instance, appender, ledger_database, book
):
    """Forty of 10 each, with room for ten: accepted all at once by forty payees, through two instances."""
    payer, payees = an_account_number(), [an_account_number() for _ in range(40)]
    appender.execute([opening(payer, max_negative=100), *(opening(number) for number in payees)])
    open_ones = [(initiated(appender, paying(payer, payee, 10)), payee) for payee in payees]
    instances = [new_instance(), new_instance()]

    def accept(number: int) -> tuple:
        transfer_id, payee = open_ones[number]
        chosen = instances[number % 2]
        status, answer = chosen.insist(f"/transfers/{transfer_id}/accept", {}, token=chosen.token(payee))
        return status, answer.get("type")

    answers = Counter(in_parallel([lambda number=number: accept(number) for number in range(40)]))
    assert answers == {(200, None): 10, (422, "transfer.cancelled_by_system"): 30}
    assert requires_sound(ledger_database, book).accounts[payer].balance == -100


def connections(socket: str) -> int:
    """How many workers are connected to the committer at `socket`."""
    lines = Path("/proc/net/unix").read_text().splitlines()
    connected = "03"
    # Bound aside and renamed: the kernel knows it by its first name.
    return sum(f"{socket}." in line and line.split()[5] == connected for line in lines)


def test_same_key_to_two_workers_at_once_has_one_effect_and_one_answer(new_instance, appender, ledger_database, book):
    instance = new_instance(LEDGER_WORKERS="2")
    payer, payee = two_accounts(appender)
    socket = instance.environment["LEDGER_SOCKET"]

    def both_are_connected() -> bool:
        urllib3.request("GET", f"{instance.url}/readyz", headers={"Connection": "close"}, retries=False)
        return connections(socket) == 2

    wait_until(both_are_connected, 20)
    body = orjson.dumps({"initiator": payer, "counterparty": payee, "direction": "pay", "amount": 5})
    for _ in range(5):
        headers = {
            "Authorization": f"Bearer {instance.token(payer)}", "Idempotency-Key": secrets.token_hex(12),
            # A connection of its own for each, so that the kernel gives them to both workers.
            "Connection": "close",
        }  # fmt: skip

        def send(sent=headers) -> tuple[int, bytes]:
            with urllib3.PoolManager(retries=False, timeout=20) as pool:
                answer = pool.request("POST", f"{instance.url}/transfers", body=body, headers=sent)
                return answer.status, answer.data

        answers = set(in_parallel([send] * 20))
        assert len(answers) == 1
        assert next(iter(answers))[0] == 200
    assert len(requires_sound(ledger_database, book).statuses()) == 5
    assert connections(socket) == 2
    (gunicorn,) = (pid for pid, line in children(instance._started[0].pid).items() if "gunicorn" in line)
    assert len(children(gunicorn)) == 2


@dataclass
class Told:
    """What callers were told, by transfer: the last word on each."""

    proposed: set[str] = field(default_factory=set)
    ended: dict[str, str] = field(default_factory=dict)
    refused: Counter = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, answer: dict, transfer_id: str | None = None) -> None:
        with self.lock:
            if "type" in answer:
                self.refused[answer["type"]] += 1
            if transfer_id is None and "transfer_id" in answer:
                self.proposed.add(answer["transfer_id"])
            elif transfer_id:
                assert transfer_id not in self.ended, "ended twice"
                self.ended[transfer_id] = answer.get("transfer", answer)["status"]


def test_two_committers_of_one_book_lose_repeat_and_overdraw_nothing(new_instance, appender, ledger_database, book):
    """A thousand rounds in a ring of accounts at their limits: proposed to one instance, accepted at the other."""
    ring = [an_account_number() for _ in range(4)]
    appender.execute([opening(number, max_negative=60, max_positive=60) for number in ring])
    instances, told = [new_instance(), new_instance()], Told()
    seed = secrets.token_hex(4)
    print("seed", seed)

    def play(caller: int) -> None:
        rng = Random(f"{seed}/{caller}")
        for _ in range(ROUNDS // CALLERS):
            place = rng.randrange(4)
            payer, payee = ring[place], ring[(place + rng.choice((1, 1, 1, 3))) % 4]
            one, other = rng.sample(instances, 2)
            body = {"initiator": payer, "counterparty": payee, "direction": "pay", "amount": rng.randint(1, 60)}
            _, proposal = one.insist("/transfers", body, token=one.token(payer))
            told.note(proposal)
            if known := proposal.get("transfer_id"):
                status, answer = other.insist(f"/transfers/{known}/accept", {}, token=other.token(payee))
                assert status in (200, 422), answer
                told.note(answer, known)

    in_parallel([lambda caller=caller: play(caller) for caller in range(CALLERS)], CALLERS)
    fold = requires_sound(ledger_database, book)
    assert set(fold.statuses()) == told.proposed
    assert fold.statuses() == told.ended
    assert set(told.refused) <= {
        "transfer.limit_exceeded", "transfer.counterparty_limit", "transfer.cancelled_by_system",
    }  # fmt: skip
    endings = Counter(told.ended.values())
    assert endings["completed"] > 50, "hardly anything moved: the test shows little"
    assert endings["cancelled"] > 0, "no limit was met between proposal and acceptance"


def test_account_frozen_while_it_is_accepted_ends_the_transfer_one_way(new_instance, appender, ledger_database, book):
    """The directory's consumer is a process of its own: its writer and the committer meet at the head of the book."""
    instance = new_instance()
    payer, payee = two_accounts(appender)
    token = instance.token(payee)
    for _ in range(20):
        transfer_id = initiated(appender, paying(payer, payee, 1))
        (_, answer), _ = in_parallel(
            [
                lambda known=transfer_id: instance.insist(f"/transfers/{known}/accept", {}, token=token),
                lambda: appender.execute([standing(payee, "frozen")]),
            ]
        )
        ended = (answer.get("type"), answer.get("transfer_status", answer.get("status")))
        assert ended in {(None, "completed"), ("transfer.already_closed", "cancelled")}
        assert requires_sound(ledger_database, book).statuses()[transfer_id] == ended[1]
        appender.execute([standing(payee, "trading")])
