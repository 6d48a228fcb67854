"""The quick way of the busiest commands and reads: answers as the application's, and all that is unusual goes there."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest

from services.chassis.tokens import Caller, Verifier
from services.ledger.app import create_app
from services.ledger.handlers import Appender
from services.ledger.link import CommitterBusy
from services.ledger.schemas.reads import TRANSFERS, plain_page
from tests.chassis.keys import key_pair, signer_of
from tests.ledger.factories import an_account_number, limiting, opening
from tests.ledger.fakes import DirectLink, MemoryStore, Ticking
from tests.ledger.memory_reader import MemoryReader
from tests.log_lines import LogLines


class Busy:
    """A committer that is away."""

    def send(self, _: object) -> None:
        raise CommitterBusy

    def check(self) -> None:
        raise CommitterBusy


class Web:
    """A ledger with two accounts, asked at its WSGI door; counts what goes on to Flask."""

    def __init__(self, link: Any = None) -> None:
        public = key_pair("internal")[1]
        self.store = MemoryStore()
        self.appender = Appender(self.store, Ticking())
        self.payer, self.payee = an_account_number(), an_account_number()
        self.appender.execute([opening(self.payer), opening(self.payee)])
        self.store.applied["directory.events/directory"] = 7
        link = link or DirectLink(self.appender)
        self.app = create_app(Verifier(public, "ledger"), MemoryReader(self.store), link)
        self.signer, self.went_on = signer_of("internal"), 0
        quick: Any = self.app.wsgi_app
        behind = quick._next

        def counted(environ: Any, start_response: Any) -> Any:
            self.went_on += 1
            return behind(environ, start_response)

        quick._next = counted
        self.client = self.app.test_client()

    def token(self, account: str, *roles: str) -> str:
        caller = Caller(subject="u1", roles=frozenset(roles or ("member",)), accounts=frozenset({account}))
        return f"Bearer {self.signer.token(caller, 'ledger')}"

    def pay(self, *, key: str = "k-1", token: str = "", path: str = "/transfers", headers: Any = None, **changes: Any):
        body = {"initiator": self.payer, "counterparty": self.payee, "direction": "pay", "amount": 5, **changes}
        sent = {"Authorization": token or self.token(self.payer), "Idempotency-Key": key, **(headers or {})}
        return self.client.post(path, data=orjson.dumps(body), headers=sent)

    def read(self, path: str, *, token: str = "", **headers: str):
        return self.client.get(path, headers={"Authorization": token or self.token(self.payer), **headers})

    def page(self, *, account: str = "", rest: str = "&status=all&page_size=2&page=1", **how: Any):
        return self.read(f"/transfers?account={account or self.payer}{rest}", **how)

    def accept(self, transfer_id: str, data: bytes = b"{}", key: str = "k-accept"):
        headers = {"Authorization": self.token(self.payee), "Idempotency-Key": key}
        return self.client.post(f"/transfers/{transfer_id}/accept", data=data, headers=headers)


@pytest.fixture
def web() -> Web:
    return Web()


def test_plain_commands_do_not_reach_flask_and_are_answered_alike(web):
    quick = web.pay()
    accepted = web.accept(quick.json["transfer_id"])
    assert (quick.status_code, accepted.status_code, accepted.json["status"], web.went_on) == (200, 200, "completed", 0)
    # The same key by the application: a query makes it unusual.
    slow = web.pay(path="/transfers?x=1")
    assert web.went_on == 1
    assert_alike(slow, quick)


def assert_alike(slow, quick):
    unlike = {"Correlation-Id"}
    assert (slow.status_code, slow.data) == (quick.status_code, quick.data)
    assert {k: v for k, v in slow.headers if k not in unlike} == {k: v for k, v in quick.headers if k not in unlike}
    assert quick.headers["Correlation-Id"]


def test_plain_reads_do_not_reach_flask_and_are_answered_alike(web):
    for number in range(3):
        web.accept(web.pay(key=f"k-{number}").json["transfer_id"], key=f"a-{number}")
    account, first = web.read(f"/accounts/{web.payer}"), web.page()
    rest = f"&status=completed&page_size=2&before={first.json['next']}"
    second, nothing = web.page(rest=rest), web.page(rest="&status=cancelled&page_size=2&page=1")
    assert (account.json["balance"], first.json["total"], web.went_on) == (-15, 3, 0)
    assert [len(each.json["transfers"]) for each in (first, second, nothing)] == [2, 1, 0]
    # An order, or a parameter, that the gateway does not write makes them unusual.
    assert_alike(web.read(f"/accounts/{web.payer}?x="), account)
    assert_alike(web.page(rest="&page=1&page_size=2&status=all"), first)
    assert_alike(web.page(rest=f"{rest}&kind=transfer"), second)
    assert web.went_on == 3


def test_reads_that_are_not_plain_go_on(web):
    other, admin = web.token(web.payee), web.token(web.payee, "admin")
    answers = [
        web.read(f"/accounts/{web.payer}", token=other),
        web.page(token=other),
        web.page(account=web.payee),
        web.read(f"/accounts/{web.payer}", token=admin),
        web.page(token=admin),
        web.page(token=web.token(web.payer, "coordinator")),
        web.read(f"/accounts/{web.payer}", token="Bearer abc"),
        web.page(rest="&status=nothing&page_size=2&page=1"),
        web.page(rest="&status=all&page_size=101&page=1"),
        web.page(rest="&status=all&page_size=2&page=0"),
        web.read(f"/accounts/{web.payer}", **{"Min-Position": "directory=7"}),
        web.read(f"/accounts/{web.payer}", **{"Min-Position": "directory=8", "Time-Left": "0.001"}),
    ]
    assert [each.status_code for each in answers] == [403, 403, 403, 200, 200, 403, 401, 400, 400, 400, 200, 503]
    assert web.went_on == len(answers)


def test_an_account_that_is_not_there_is_refused_as_by_the_application(web):
    unknown = an_account_number()
    quick = web.read(f"/accounts/{unknown}", token=web.token(unknown))
    assert (quick.status_code, quick.json["type"], web.went_on) == (404, "account.unknown", 0)


def test_plain_pages_are_read_as_the_schema_reads_them():
    number = an_account_number()
    asked = [
        "all&page_size=10&page=1",
        "initiated&page_size=100&page=9",
        "cancelled&page_size=1&before=999999999999999999",
    ]
    for query in (f"account={number}&status={rest}" for rest in asked):
        assert plain_page(query) == TRANSFERS.load(dict(parse_qsl(query)))


@pytest.mark.parametrize(
    ("unusual", "status"),
    [
        ({"headers": {"Min-Position": "directory=8"}}, 503),
        ({"headers": {"Min-Position": "directory=7"}}, 200),
        ({"key": ""}, 400),
        ({"key": "k" * 201}, 400),
        ({"token": "Basic abc"}, 401),
        ({"token": "Bearer abc"}, 401),
        ({"amount": 5.0}, 400),
        ({"amount": -1}, 400),
        ({"more": 1}, 400),
        ({"description": "Käse"}, 200),
        ({"description": "x" * 501}, 400),
        ({"expires_at": "2026-01-01T01:00:00Z"}, 200),
        ({"description": " " * 20_000}, 200),
    ],
)  # fmt: skip
def test_whatever_is_unusual_goes_on_as_it_came(web, unusual, status):
    assert web.pay(**unusual).status_code == status
    assert web.went_on == 1


def test_roles_are_the_declared_ones(web):
    assert web.pay(token=web.token(web.payer, "admin")).json["type"] == "auth.forbidden"
    assert web.went_on == 1


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"a":1}', b"\xff"])
def test_accept_with_a_body_that_says_something_goes_on(web, body):
    known = web.pay().json["transfer_id"]
    assert web.accept(known, body).status_code == 400
    assert web.went_on == 1


def test_news_that_are_known_to_have_come_are_not_asked_for_again(web):
    waiting = {"Min-Position": "directory=7, ledger=3"}
    assert web.pay(headers=waiting).status_code == 200
    assert web.pay(headers=waiting, key="k-2").status_code == 200
    assert web.went_on == 1


def test_refusals_are_the_applications_problems(web):
    web.appender.execute([limiting(web.payer, max_negative=0)])
    refused = web.pay(headers={"Correlation-Id": "corr-12345"})
    assert (refused.status_code, refused.json["type"], refused.json["max_possible"]) == (
        422, "transfer.limit_exceeded", 0,
    )  # fmt: skip
    assert refused.json["correlation_id"] == refused.headers["Correlation-Id"] == "corr-12345"
    assert refused.content_type == "application/problem+json"
    assert web.pay(path="/transfers?x=1", headers={"Correlation-Id": "corr-12345"}).json == refused.json
    assert web.went_on == 1


def test_a_committer_that_is_away_is_said_once():
    web = Web(Busy())
    answered = web.pay()
    assert (answered.status_code, answered.json["type"], answered.headers["Retry-After"]) == (503, "ledger.busy", "2")
    assert web.went_on == 0


def test_each_is_counted_and_logged_once(web, log_lines: LogLines):
    known = web.pay().json["transfer_id"]
    web.accept(known)
    web.accept(known)
    metrics = web.client.get("/metrics").text
    assert 'http_requests_total{route="/transfers",status="200"} 1.0' in metrics
    assert 'http_requests_total{route="/transfers/<transfer_id>/accept",status="200"} 2.0' in metrics
    lines = [line for line in log_lines() if line.get("event") == "request"]
    assert [line["route"] for line in lines][:1] == ["/transfers"]
    assert len(lines) == 3
