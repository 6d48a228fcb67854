"""The gateway before the ledger's own HTTP interface, so that the stand-ins can't have misunderstood it."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from events.ledger import FeeRule
from services.chassis.clock import rfc3339
from services.chassis.tokens import Verifier
from services.gateway.app import create_app
from services.gateway.config import Config
from services.gateway.session import sessions_of
from services.ledger.api.exports import Exports
from services.ledger.app import create_app as create_ledger
from services.ledger.audit.statements import read_statement
from services.ledger.domain import SetFeeRules
from tests.gateway.browsing import serving
from tests.gateway.conftest import public_pem_of
from tests.gateway.network import (
    BAKERY,
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    LATER,
    Network,
    a_session,
    an_admin_session,
    an_entity,
)
from tests.gateway.pdf_text import Pdf
from tests.gateway.scenes import a_session_with_several, an_auditor_session, hidden, logged_in, send, token_for
from tests.ledger.factories import a_request, accepting, opening, requesting
from tests.ledger.memory_exports import MemoryExport
from tests.ledger.signing_web import MemoryApi
from tests.ledger.web import A, B

FROM_THE_BEGINNING = "from=2000-01-01&to=2100-01-01"

ANNS = {"entity_id": "entity-a", "account": A, "name": "Ann's", "status": "tradingAccepted", "role": "owner"}


@dataclass(frozen=True)
class Program:
    """Calls the REST API with a login."""

    client: FlaskClient
    headers: dict[str, str]

    def send(self, method: str, path: str, body: object = None) -> TestResponse:
        kept = {} if body is None else {"json": body}
        return self.client.open(f"/api/v1{path}", method=method, headers=self.headers, **kept)  # type: ignore[arg-type]


@pytest.fixture
def web() -> MemoryApi:
    """The ledger over a book in memory: 105 payments of 0.01 from A to B."""
    web = MemoryApi()
    for _ in range(105):
        proposed = web.propose(1, A, B).json["transfer_id"]
        web.appender.execute([accepting(proposed, B)])
    return web


@pytest.fixture
def joined(web: MemoryApi, config: Config, network: Network, internal_key: object) -> Iterator[Flask]:
    verifier = Verifier(public_pem_of(internal_key), "ledger")  # type: ignore[arg-type]
    exports = Exports(lambda: MemoryExport(web.store, web.reader.proofs))
    ledger = create_ledger(verifier, web.reader, web, clock=web.clock, unit="tea", exports=exports)
    # No news of the directory reaches this ledger: it must not wait for any.
    network.lives(a_session(entities=[ANNS], position=0))
    with serving(ledger) as address:
        yield create_app(replace(config, ledger_url=address))


@pytest.fixture
def ann(joined: Flask) -> FlaskClient:
    client = joined.test_client()
    login = a_session(entities=[ANNS])
    client.set_cookie("mccsToken", token_for(sessions_of(joined), login))
    return client


@pytest.fixture
def farm(joined: Flask, web: MemoryApi, network: Network) -> Program:
    """Ann's farm and a bakery, whose owner she is too, with nothing behind them yet."""
    web.appender.execute([opening(FARM_ACCOUNT), opening(BAKERY_ACCOUNT)])
    login = a_session_with_several() | {"position": 0}
    for entity in login["entities"]:
        entity["role"] = "owner"
    network.lives(login)
    network.entities[:] = [entity | {"version": 0} for entity in network.entities]
    token = token_for(sessions_of(joined), login)
    return Program(joined.test_client(), {"Authorization": f"Bearer {token}"})


def test_programs_preview_propose_batch_and_give_back(farm: Program) -> None:
    payment = {"transfer": "out", "initiator": FARM_ACCOUNT, "receiver": BAKERY_ACCOUNT, "amount": "2.50",
               "reference": "invoice 17", "dateExpires": LATER}  # fmt: skip
    soon = rfc3339(datetime.now(UTC) + timedelta(days=3))
    assert farm.send("post", "/transfers/preview", payment | {"dateExpires": LATER}).status_code == 400
    payment["dateExpires"] = soon
    seen = farm.send("post", "/transfers/preview", payment).get_json()["data"]
    assert (seen["total"], seen["dateExpires"], seen["completesAtOnce"]) == (2.5, soon, False)
    assert [each["balanceAfter"] for each in seen["accounts"]] == [-2.5, 2.5]
    first = farm.send("post", "/transfers", payment).get_json()["data"]
    assert (first["reference"], first["dateExpires"]) == ("invoice 17", soon)
    request = payment | {"transfer": "in", "amount": 1}
    rule = {"accountNumber": FARM_ACCOUNT, "direction": "request", "maxAmount": 1}
    bakery = f"/user/entities/{BAKERY}/consent"
    assert farm.send("put", bakery, {"rules": [rule]}).get_json()["data"] == {"rules": [rule]}
    assert farm.send("get", bakery).get_json()["data"] == {"rules": [rule]}
    commands = [
        {"change": {"id": first["id"], "action": "accept"}}, {"initiate": request},
        {"initiate": payment | {"amount": 100_000}}, {"reverse": {"id": first["id"], "reason": "Too dear"}},
    ]  # fmt: skip
    answered = farm.send("post", "/transfers/batch", {"commands": commands})
    accepted, asked, refused, reversed_ = answered.get_json()["data"]["results"]
    assert (accepted["transfer"]["status"], asked["transfer"]["byConsent"]) == ("completed", True)
    assert refused["errors"][0]["code"] == "transfer.limit_exceeded"
    assert (reversed_["transfer"]["reverses"], reversed_["transfer"]["amount"]) == (first["id"], 2.5)
    again = farm.send("post", f"/transfers/{first['id']}/reversal", {"reason": "Too dear"})
    assert (again.status_code, again.get_json()["errors"][0]["code"]) == (409, "transfer.already_reversed")
    whole = farm.send("post", "/transfers/batch", {"atomic": True, "commands": commands[1:3]})
    assert (whole.status_code, whole.get_json()["errors"][0]["code"]) == (422, "batch.refused")
    listed = f"/transfers?status=all&querying_entity_id={FARM}&page_size=1&reference=invoice%2017"
    newest = farm.send("get", listed).get_json()
    older = farm.send("get", f"{listed}&after={newest['meta']['next']}").get_json()
    assert [newest["data"][0]["transfer"], older["data"][0]["id"]] == ["in", first["id"]]
    assert "next" not in older["meta"]


def test_programs_read_statements_and_how_an_account_was(farm: Program, web: MemoryApi) -> None:
    for number in range(1, 6):
        payer, payee = (FARM_ACCOUNT, BAKERY_ACCOUNT) if number != 4 else (BAKERY_ACCOUNT, FARM_ACCOUNT)
        made = web.propose(number * 100, payer, payee, description=f"Loaf {number}").json["transfer_id"]
        web.appender.execute([accepting(made, payee)])
    here = f"/statement?querying_entity_id={FARM}&limit=2"
    first = farm.send("get", here).get_json()["data"]
    assert (first["openingBalance"], first["closingBalance"], first["previous"]) == (0, -7, None)
    assert first["totals"] == {"count": 5, "paid": 11, "received": 4}
    assert [(entry["amount"], entry["balance"]) for entry in first["entries"]] == [(-5, -7), (4, -2)]
    second = farm.send("get", f"{here}&before={first['next']}").get_json()["data"]
    assert [entry["description"] for entry in second["entries"]] == ["Loaf 3", "Loaf 2"]
    back = farm.send("get", f"{here}&after={second['previous']}").get_json()["data"]
    assert back["entries"] == first["entries"]
    some = farm.send("get", f"{here}&sign=out&min_amount=2&max_amount=3&text=LOAF&counterparty={BAKERY_ACCOUNT}")
    assert [entry["amount"] for entry in some.get_json()["data"]["entries"]] == [-3, -2]
    fixed = f"{here}&from_position={first['fromPosition']}&to_position={second['entries'][0]['position']}"
    assert farm.send("get", fixed).get_json()["data"]["closingBalance"] == -6
    assert farm.send("get", f"{here}&from=2001-01-01&to=31 January 2001").get_json()["data"]["entries"] == []
    then = f"/user/entities/{FARM}/balance"
    was = farm.send("get", f"{then}?position={second['entries'][0]['position']}").get_json()["data"]
    assert (was["balance"], was["standing"]) == (-6, "trading")
    assert farm.send("get", then).get_json()["data"]["balance"] == -7
    assert farm.send("get", f"{then}?at=2001-01-01").get_json()["errors"][0]["code"] == "account.unknown"
    assert farm.send("get", f"{then}?position=99999").status_code == 400
    web.ask("patch", f"/accounts/{FARM_ACCOUNT}/limits", {"max_positive": 70_000, "reason": "Asked for"},
            roles=["admin"])  # fmt: skip
    history = f"/user/entities/{FARM}/account-history"
    limits, opened = farm.send("get", history).get_json()["data"]["changes"]
    assert (limits["type"], limits["maxPositiveBalance"], limits["reason"]) == ("limits", 700, "Asked for")
    assert limits["previousMaxPositiveBalance"] == opened["maxPositiveBalance"]
    assert (opened["type"], opened["standing"]) == ("opened", "trading")
    assert farm.send("get", f"{history}?type=limits").get_json()["data"]["changes"] == [limits]


@pytest.mark.parametrize(
    "wrong",
    ["before=1&after=2", "from=x", "from=2026-01-01&from_position=1", "limit=101", "sign=up", "text=", "min_amount=0",
     "min_amount=2&max_amount=1", "counterparty=1", "page=2"],
)  # fmt: skip
def test_statements_that_make_no_sense(client: FlaskClient, network: Network, wrong: str) -> None:
    answered = client.get(
        f"/api/v1/statement?querying_entity_id={FARM}&{wrong}", headers=logged_in(client, "/api/v1/login")
    )
    assert answered.status_code == 400


def test_a_statement_of_two_pages_is_whole_in_both_files(ann: FlaskClient, web: MemoryApi) -> None:
    web.sign()
    answer = ann.get(f"/statement.csv?{FROM_THE_BEGINNING}")
    assert answer.status_code == 200, answer.text
    read = read_statement("statement.csv", answer.text)
    assert [line.balance for line in read.lines] == [-number for number in range(1, 106)]
    assert (read.account, read.opening, read.closing) == (A, 0, -105)
    text = Pdf(ann.get(f"/statement.pdf?{FROM_THE_BEGINNING}").data).text
    assert "105 entries · received 0.00 · paid 1.05" in text
    assert "Every entry lies in signed head number 1" in text


def test_an_export_has_every_transfer_once(ann: FlaskClient, web: MemoryApi, network: Network) -> None:
    """Two pages of those that were paid, and one that was not."""
    waiting = web.propose(7, A, B).json["transfer_id"]
    entity = an_entity("entity-a", A)
    network.directory.on("GET", "/entities/entity-a", entity)
    known = {"subject": "entity/entity-a", "at": "2026-01-31T12:00:00.000000Z", "collections": {}}
    network.directory.on("GET", "/entities/entity-a/personal-data", known)
    network.notifier.on("GET", "/entities/entity-a/personal-data", {"messages": []})
    answer = ann.get("/my-data/business.zip")
    assert answer.status_code == 200, answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    rows = json.loads(archive.read("transfers.json"))
    assert len({row["transfer_id"] for row in rows}) == len(rows) == 106
    assert (rows[0]["transfer_id"], rows[0]["status"], rows[0]["moved"]) == (waiting, "initiated", -7)
    assert {row["status"] for row in rows[1:]} == {"completed"}
    assert sum(row["moved"] for row in rows[1:]) == -105
    assert len(json.loads(archive.read("statement.json"))) == 105


def test_the_code_on_the_paper_leads_to_what_it_says(ann: FlaskClient, joined: Flask) -> None:
    text = Pdf(ann.get(f"/statement.pdf?{FROM_THE_BEGINNING}").data)
    (link,) = text.links
    visitor = joined.test_client()
    page = visitor.get(link.removeprefix("http://localhost:8080")).text
    assert "Confirmed." in page
    assert "−1.05\N{NO-BREAK SPACE}credits" in page
    assert visitor.get(f"{link.removeprefix('http://localhost:8080')}.json").get_json()["entries"] == 105


def test_days_without_a_payment_have_their_paper_too(ann: FlaskClient) -> None:
    for period in ("from=2001-01-01&to=2001-01-31", "from=2101-01-01&to=2101-01-31"):
        for kind in ("csv", "pdf"):
            assert ann.get(f"/statement.{kind}?{period}").status_code == 200


def test_heads_keys_and_proofs_are_shown_to_anybody(joined: Flask, web: MemoryApi) -> None:
    visitor = joined.test_client()
    assert "Nothing is signed yet." in visitor.get("/ledger").text
    assert visitor.get("/.well-known/mccs-ledger").get_json()["books"][0]["head"] is None
    web.sign()
    head = visitor.get("/.well-known/mccs-ledger").get_json()["books"][0]["head"]
    assert head["jws"] in visitor.get("/ledger").text
    for path in ("head", "heads", "keys", "inclusion?position=5", "consistency?first=3"):
        answer = visitor.get(f"/api/v1/ledger/{path}")
        assert answer.status_code == 200, answer.text


def test_events_and_transfers_are_shown_with_proofs_that_hold(
    joined: Flask, web: MemoryApi, network: Network, ann: FlaskClient
) -> None:
    """Worked out again from what the ledger itself says; and a head that was kept before more happened."""
    web.sign()
    network.lives(an_auditor_session() | {"position": 0})
    auditor = joined.test_client()
    auditor.set_cookie("mccsToken", token_for(sessions_of(joined), an_auditor_session()))
    newest = auditor.get("/.well-known/mccs-ledger").get_json()["books"][0]["head"]
    for position in (1, 5, newest["size"]):
        text = auditor.get(f"/auditor/events/{position}").text
        assert f"of the first {newest['size']} events of the book." in text
        assert text.count('badge-good">') == 4
    transfer = web.propose(1, A, B).json["transfer_id"]
    web.appender.execute([accepting(transfer, B)])
    assert "The ledger signs all that is written each minute." in ann.get(f"/transfers/{transfer}").text
    web.sign()
    assert "The ledger has signed this transfer" in ann.get(f"/transfers/{transfer}").text
    since = auditor.get(f"/auditor/since?size={newest['size']}&root={newest['root']}").text
    assert "It is the same book." in since
    assert "2 events came after it." in since


def test_pages_promise_what_the_ledger_then_does(ann: FlaskClient, web: MemoryApi) -> None:
    """With a fee, and by what was agreed beforehand."""
    fee = FeeRule(account=FARM_ACCOUNT, side="payer", fixed=5, basis_points=0)
    rules = a_request(SetFeeRules(rules=(fee,), reason="costs"), admin=True)
    web.appender.execute([opening(FARM_ACCOUNT)])
    web.appender.execute([rules])
    wanted = {"direction": "pay", "counterparty": B, "amount": "1.00", "description": "Tea"}
    asked = send(ann, "/transfers/new", wanted).text
    assert "your balance goes from −1.05 to −2.10; your limit is −10.00" in asked
    assert send(ann, "/transfers/preview", wanted, page="/transfers/new").text.count("−2.10") == 3
    most = send(ann, "/transfers/new", wanted | {"amount": "10.00"})
    assert (most.status_code, "at most 8.90" in most.text) == (422, True)
    made = send(ann, "/transfers", wanted | {"key": hidden(asked, "key")}, page="/transfers/new")
    web.appender.execute([accepting(made.headers["Location"].rpartition("/")[2], B)])
    assert "Balance −2.10, between" in ann.get("/transfers/new").text
    send(ann, "/consents", {"direction": "request", "counterparty": B, "most": "0.50"})
    assert "asks you for payment it is paid, up to 0.50" in ann.get("/consents").text
    web.appender.execute([requesting(B, A, 50)])
    web.appender.execute([requesting(B, A, 51)])
    assert "Balance −2.65, between" in ann.get("/transfers/new").text
    send(ann, "/consents/revocation", {"party": B, "direction": "request", "most": "50"}, page="/consents")
    assert "Nothing yet" in ann.get("/consents").text


@pytest.fixture
def root(joined: Flask, network: Network) -> dict[str, str]:
    """Headers of an administrator."""
    session = an_admin_session(position=0)
    network.lives(session)
    return {"Authorization": f"Bearer {token_for(sessions_of(joined), session)}"}


def test_administrators_move_money_and_see_it(joined: Flask, root: dict[str, str], web: MemoryApi) -> None:
    client, path = joined.test_client(), "/api/v1/admin/transfers"
    wanted = {"payer": A, "payee": B, "amount": "2.50", "description": "Levy", "reference": "L-1"}
    answered = client.post(f"{path}/preview", json=wanted, headers=root)
    assert answered.status_code == 200, answered.text
    seen = answered.get_json()["data"]
    assert [after["balanceAfter"] for after in seen["accounts"]] == [-3.55, 3.55]
    made = client.post(path, json=wanted, headers=root).get_json()["data"]
    assert (made["type"], made["status"], made["reference"]) == ("adminTransfer", "completed", "L-1")
    back = client.post(f"{path}/{made['id']}/reversal", json={"reason": "Twice"}, headers=root).get_json()["data"]
    assert (back["type"], back["reverses"]) == ("reversal", made["id"])
    assert client.get(f"{path}/{made['id']}", headers=root).get_json()["data"]["reversedBy"] == back["id"]
    waiting = web.propose(7, A, B).json["transfer_id"]
    body = {"action": "cancel", "cancellationReason": "Fraud"}
    assert client.patch(f"{path}/{waiting}", json=body, headers=root).get_json()["data"]["status"] == "cancelled"
    everything = 108
    for query, count in [
        ("", everything), ("status=completed", 107), ("status=initiated,cancelled", 1), (f"account_number={B}", 108),
        (f"date_from={made['dateProposed']}", 3), (f"date_to={made['dateProposed']}", 105), ("date_from=2999-01-01", 0),
    ]:  # fmt: skip
        found = client.get(f"{path}?{query}", headers=root)
        assert (found.status_code, found.get_json()["meta"]["numberOfResults"]) == (200, count), query
    ids, following = set(), ""
    while following is not None:
        page = client.get(f"{path}?page_size=50{following}", headers=root).get_json()
        ids |= {transfer["id"] for transfer in page["data"]}
        following = f"&after={page['meta']['next']}" if "next" in page["meta"] else None
    assert len(ids) == everything


def test_administrators_set_the_rules_of_the_book(joined: Flask, root: dict[str, str], web: MemoryApi) -> None:
    client, path = joined.test_client(), "/api/v1/admin"
    before = client.get(f"{path}/policy", headers=root).get_json()["data"]
    asked = {"defaultMaxNegativeBalance": "12.50", "warningPercent": 70, "reason": "Assembly"}
    changed = client.patch(f"{path}/policy", json=asked, headers=root).get_json()["data"]
    assert changed == before | {"defaultMaxNegativeBalance": 12.5, "warningPercent": 70}
    (told,) = client.get(f"{path}/policy/changes", headers=root).get_json()["data"]["changes"]
    assert told["data"]["defaultMaxNegativeBalance"] == 12.5
    assert (told["data"]["reason"], told["actor"]) == ("Assembly", "admin:admin-root")
    rules = [{"accountNumber": B, "side": "payer", "fixed": 0.05, "basisPoints": 50}]
    made = client.put(f"{path}/fees", json={"rules": rules, "reason": "Costs"}, headers=root)
    assert made.get_json()["data"] == {"rules": rules} == client.get(f"{path}/fees", headers=root).get_json()["data"]
    (told,) = client.get(f"{path}/fees/changes", headers=root).get_json()["data"]["changes"]
    assert told["data"]["rules"] == [{"account": B, "side": "payer", "fixed": 0.05, "basisPoints": 50}]
    simulated = client.post(f"{path}/limit-simulations", json={"maxNegativeBalance": 1}, headers=root)
    (worst,) = simulated.get_json()["data"]["outside"]
    assert (worst["accountNumber"], worst["balance"], worst["by"]) == (A, -1.05, 0.05)
    account = client.get(f"{path}/accounts/{A}", headers=root).get_json()["data"]
    assert (account["accountNumber"], account["balance"], account["level"]) == (A, -1.05, "ok")
    then = client.get(f"{path}/accounts/{A}/balance?position=2", headers=root).get_json()["data"]
    assert (then["balance"], then["position"]) == (0.0, 2)
    (opened,) = client.get(f"{path}/accounts/{A}/changes?type=opened", headers=root).get_json()["data"]["changes"]
    assert opened["type"] == "opened"
    for method, route, wrong, field in [
        ("PATCH", "policy", {"warningPercent": 0, "reason": "x"}, "warningPercent"),
        ("PATCH", "policy", {"warningPercent": 70}, "reason"),
        ("PATCH", "policy", {"unit": "x", "reason": "x"}, "unit"),
        ("PUT", "fees", {"rules": []}, "reason"), ("POST", "limit-simulations", {}, "maxNegativeBalance"),
    ]:  # fmt: skip
        refused = client.open(f"{path}/{route}", method=method, json=wrong, headers=root)
        assert (refused.status_code, refused.get_json()["errors"][0].get("field")) == (400, field), refused.text
    assert client.get(f"{path}/accounts/{'9' * 16}", headers=root).status_code == 404
