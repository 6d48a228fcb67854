"""The HTTP interface: who may see and do what with webhooks; secrets are shown once."""

from dataclasses import replace

import pytest

from events import codec
from services.chassis.tokens import Caller, Verifier
from services.mongo.paging import behind
from services.notifier.app import create_app
from services.notifier.webhooks.desk import Desk
from services.notifier.webhooks.domain import OFFERED, OFFERED_TO_BUSINESSES, TEST
from services.notifier.webhooks.posting import Poster
from services.notifier.webhooks.replays import ReplayStore
from tests.chassis.keys import key_pair, signer_of
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.samples import STATIONERY
from tests.notifier.webhooks.conftest import SEAL
from tests.notifier.webhooks.receiver import at

pytestmark = pytest.mark.integration

ADMIN = Caller(subject="a", roles=frozenset({"admin"}))
URL = "https://hook.example.org/mccs"
CLOSED = "directory.entity-closed.v1"
COMPLETED = "ledger.transfer-completed.v1"


@pytest.fixture
def desk(store, webhooks, clock) -> Desk:
    replays = ReplayStore(store.database)
    replays.migrate()
    return Desk(store=webhooks, replays=replays, seal=SEAL, poster=Poster(resolve=at("8.8.8.8")), clock=clock)


@pytest.fixture
def ask(store, clock, desk):
    def client_of(desk):
        return create_app(
            store, Verifier(key_pair("gateway")[1], "notifier"), STATIONERY, clock, desk=desk
        ).test_client()

    clients = {True: client_of(desk), False: client_of(None)}

    def ask(method: str, path: str, caller: Caller = ADMIN, *, on: bool = True, key: str | None = None, **body):
        token = signer_of("gateway").token(caller, "notifier")
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        given_body = {"json": body} if method in ("POST", "PATCH", "PUT") else {}
        return clients[on].open(path, method=method, headers=headers, **given_body)

    return ask


@pytest.fixture
def farm(taking) -> given.directory.EntityRegistered:
    log = EventLog("directory.events", "directory")
    farm = given.an_entity()
    log.tell(farm)
    assert deliver(taking, log.records)
    return farm


def an_owner(farm, **changed) -> Caller:
    ids = {"entities": frozenset({farm.entity_id}), "accounts": frozenset({farm.account})}
    return replace(Caller(subject="m", roles=frozenset({"member"}), **ids), **changed)


def test_a_webhook_is_made_and_its_secret_shown_once(ask):
    made = ask("POST", "/webhooks", url=URL, types=[CLOSED, COMPLETED, CLOSED], description="bookkeeping")
    assert made.status_code == 201
    assert made.json["secret"].startswith("whsec_")
    assert (made.json["types"], made.json["state"], made.json["entity_id"]) == ([CLOSED, COMPLETED], "active", None)
    path = f"/webhooks/{made.json['webhook_id']}"
    for shown in (ask("GET", path), ask("GET", "/webhooks")):
        assert shown.status_code == 200
        assert made.json["secret"] not in shown.text
        assert "sealed" not in shown.text
    assert ask("GET", "/webhooks").json["offered"] == list(OFFERED)


def test_a_new_secret_is_shown_once_and_the_former_one_ends_later(ask, clock):
    made = ask("POST", "/webhooks", url=URL, types=[CLOSED]).json
    clock.pass_by(hours=1)
    rotated = ask("POST", f"/webhooks/{made['webhook_id']}/secret").json
    assert rotated["secret"] != made["secret"]
    newest, former = rotated["secrets"]
    assert (newest["until"], former["until"] is None) == (None, False)


@pytest.mark.parametrize(
    "url", ["http://hook.example.org/", "https://127.0.0.1/", "https://2130706433/", "https://a@hook.example.org/"]
)
def test_an_address_that_must_not_be_used_is_refused(ask, url):
    made = ask("POST", "/webhooks", url=URL, types=[CLOSED]).json
    for answer in (
        ask("POST", "/webhooks", url=url, types=[CLOSED]),
        ask("PATCH", f"/webhooks/{made['webhook_id']}", url=url),
    ):
        assert (answer.status_code, answer.json["type"]) == (422, "webhooks.address_forbidden")
        assert answer.json["errors"]["url"]


def test_a_name_that_leads_inside_is_refused(ask, desk, store, clock):
    inside = replace(desk, poster=Poster(resolve=at("10.0.0.1")))
    app = create_app(store, Verifier(key_pair("gateway")[1], "notifier"), STATIONERY, clock, desk=inside)
    token = signer_of("gateway").token(ADMIN, "notifier")
    headers = {"Authorization": f"Bearer {token}"}
    answer = app.test_client().post("/webhooks", json={"url": URL, "types": [CLOSED]}, headers=headers)
    assert (answer.status_code, answer.json["type"]) == (422, "webhooks.address_forbidden")


@pytest.mark.parametrize(
    "wrong",
    [
        {"types": []}, {"types": ["no.such"]}, {"types": ["directory.one-time-message.v1"]}, {"types": "x"},
        {"url": ""}, {"url": "https://a.org/" + "x" * 3000}, {"description": "x" * 201}, {"owner": "network"},
    ],
)  # fmt: skip
def test_nonsense_is_refused(ask, wrong):
    answer = ask("POST", "/webhooks", **{"url": URL, "types": [CLOSED]} | wrong)
    assert (answer.status_code, answer.json["type"]) == (400, "request.invalid")


def test_a_webhook_is_changed_paused_resumed_and_deleted(ask):
    path = f"/webhooks/{ask('POST', '/webhooks', url=URL, types=[CLOSED]).json['webhook_id']}"
    changed = ask("PATCH", path, types=[COMPLETED], description="new").json
    assert (changed["types"], changed["description"], changed["url"]) == ([COMPLETED], "new", URL)
    paused = ask("POST", f"{path}/pause").json
    assert (paused["state"], paused["reason"], paused["paused_at"] is None) == ("paused", "asked", False)
    resumed = ask("POST", f"{path}/resume").json
    assert (resumed["state"], resumed["reason"], resumed["paused_at"]) == ("active", "", None)
    assert ask("DELETE", path).status_code == 200
    assert ask("GET", path).status_code == 404


def test_an_owner_has_those_of_their_business_alone(ask, farm):
    owner = an_owner(farm)
    answer = ask("POST", "/webhooks", owner, url=URL, types=[COMPLETED], entity_id=farm.entity_id)
    assert (answer.status_code, answer.json["entity_id"]) == (201, farm.entity_id)
    shown = ask("GET", f"/webhooks?entity_id={farm.entity_id}", owner).json
    assert (len(shown["webhooks"]), shown["offered"]) == (1, list(OFFERED_TO_BUSINESSES))
    too_much = ask("POST", "/webhooks", owner, url=URL, types=[CLOSED], entity_id=farm.entity_id)
    assert (too_much.status_code, list(too_much.json["errors"])) == (400, ["types"])


def test_its_webhooks_are_among_what_is_known_of_a_business(ask, farm):
    made = ask("POST", "/webhooks", an_owner(farm), url=URL, types=[COMPLETED], entity_id=farm.entity_id).json
    ask("POST", "/webhooks", url=URL, types=[CLOSED])
    known = ask("GET", f"/entities/{farm.entity_id}/personal-data", an_owner(farm))
    assert [each["webhook_id"] for each in known.json["webhooks"]] == [made["webhook_id"]]
    assert made["secret"] not in known.text
    assert ask("GET", f"/entities/{farm.entity_id}/personal-data", ADMIN, on=False).json["webhooks"] == []


def test_nobody_else_learns_that_there_is_a_webhook(ask, farm):
    own = ask("POST", "/webhooks", an_owner(farm), url=URL, types=[COMPLETED], entity_id=farm.entity_id).json
    network = ask("POST", "/webhooks", url=URL, types=[CLOSED]).json
    stranger = Caller(subject="s", roles=frozenset({"member"}), entities=frozenset({"other"}))
    operator = an_owner(farm, operated=frozenset({farm.entity_id}))
    acting = an_owner(farm, on_behalf_of=f"entity/{farm.entity_id}")
    for asking in (stranger, operator, acting, ADMIN):
        for method, path in [
            ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/secret"), ("POST", "/pause"), ("POST", "/test"),
            ("GET", "/deliveries"), ("GET", "/replays"),
        ]:  # fmt: skip
            answer = ask(method, f"/webhooks/{own['webhook_id']}{path}", asking)
            assert (answer.status_code, answer.json["type"]) == (404, "http.not_found"), (asking, method, path)
        assert ask("GET", f"/webhooks?entity_id={farm.entity_id}", asking).status_code == 404
    assert ask("GET", f"/webhooks/{network['webhook_id']}", an_owner(farm)).status_code == 404
    answer = ask("GET", "/webhooks", an_owner(farm))
    assert (answer.status_code, list(answer.json["errors"])) == (400, ["entity_id"])


def test_the_log_says_what_was_answered_and_one_can_be_sent_again(ask, add, deliverer, taking, receiver):
    webhook = add()
    receiver.status, receiver.body = 500, b"<b>no</b>"
    path = f"/webhooks/{webhook.webhook_id}"
    tried = ask("POST", f"{path}/test")
    assert tried.status_code == 202
    assert deliverer.deliver_next()
    [logged] = ask("GET", f"{path}/deliveries").json["deliveries"]
    assert logged["delivery_id"] == tried.json["delivery_id"]
    assert (logged["type"], logged["state"], logged["status"], logged["excerpt"]) == (TEST, "dead", 500, "<b>no</b>")
    assert (logged["again"], len(logged["history"])) == (True, 1)
    envelope = codec.decode(receiver.got[0].body)
    assert (envelope.type, envelope.data) == (TEST, {"webhook_id": webhook.webhook_id})

    receiver.status = 200
    again = ask("POST", f"{path}/deliveries/{logged['delivery_id']}/redelivery")
    assert again.status_code == 202
    waiting = ask("POST", f"{path}/deliveries/{logged['delivery_id']}/redelivery")
    assert (waiting.status_code, waiting.json["type"]) == (409, "webhooks.nothing_to_send")
    assert deliverer.deliver_next()
    assert ask("GET", f"{path}/deliveries?state=delivered").json["total"] == 1
    assert ask("GET", f"{path}/deliveries?state=dead").json == {"deliveries": [], "total": 0, "next": None}


def test_a_test_is_sent_while_paused_and_counts_for_nothing(ask, add, deliverer, receiver, webhooks, clock):
    webhook = add()
    webhooks.pause(webhook.webhook_id, "asked", clock())
    receiver.status = 500
    ask("POST", f"/webhooks/{webhook.webhook_id}/test")
    assert deliverer.deliver_next()
    assert len(receiver.got) == 1
    assert webhooks.webhook(webhook.webhook_id).failures == 0


def test_a_replay_is_bounded_and_one_at_a_time(ask, add, taking, webhooks, clock):
    webhook = add()
    path = f"/webhooks/{webhook.webhook_id}/replays"
    ahead = ask("POST", path, source="directory", position=1)
    assert (ahead.status_code, ahead.json["type"]) == (422, "webhooks.position_ahead")
    log = EventLog("directory.events", "directory")
    log.tell(given.an_entity())
    assert deliver(taking, log.records)
    begun = ask("POST", path, source="directory", position=1)
    assert begun.status_code == 202
    assert (begun.json["source"], begun.json["first"], begun.json["last"]) == ("directory", 1, 1)
    assert ask("POST", path, source="directory", position=1).json["type"] == "webhooks.replaying"
    shown = ask("GET", path).json
    assert (shown["heads"], len(shown["replays"])) == ({"directory": 1, "ledger": 0}, 1)
    webhooks.pause(webhook.webhook_id, "asked", clock())
    assert ask("POST", path, source="directory", position=1).json["type"] == "webhooks.paused"
    for wrong in ({"position": 0}, {"position": "1"}, {"source": "matcher"}):
        assert ask("POST", path, **{"source": "directory", "position": 1} | wrong).status_code == 400


def test_a_paused_one_says_the_positions_of_what_can_be_replayed(ask, add, taking):
    webhook = add()
    for topic, key in (("directory.events", "directory"), ("directory.messages", "directory")):
        log = EventLog(topic, key)
        log.tell(given.an_entity())
        assert deliver(taking, log.records)
    assert ask("POST", f"/webhooks/{webhook.webhook_id}/pause").json["positions"] == {"directory": 1}


def test_without_a_key_there_are_no_webhooks(ask):
    answer = ask("GET", "/webhooks", on=False)
    assert (answer.status_code, answer.json["type"]) == (503, "webhooks.off")


def test_the_log_goes_on_behind_one_whatever_comes_or_goes_meanwhile(ask, add, webhooks, clock):
    webhook = add()
    path = f"/webhooks/{webhook.webhook_id}"

    def happens() -> str:
        return str(ask("POST", f"{path}/test").json["delivery_id"])

    # Three in the same moment, then two.
    alike = sorted(happens() for _ in range(3))
    clock.pass_by(seconds=1)
    expected = [*sorted(happens() for _ in range(2)), *alike]
    first = ask("GET", f"{path}/deliveries?page_size=3").json
    clock.pass_by(seconds=1)
    happens()
    webhooks._deliveries.delete_one({"_id": expected[2]})
    second = ask("GET", f"{path}/deliveries?page_size=3&after={first['next']}").json
    seen = [each["delivery_id"] for page in (first, second) for each in page["deliveries"]]
    assert (seen, second["next"], second["total"]) == (expected, None, 5)
    newest = [("created_at", -1), ("_id", 1)]
    page = webhooks._deliveries.find(behind({"webhook_id": "w"}, newest, (clock(), "d"))).sort(newest)
    plan = str(page.explain()["queryPlanner"]["winningPlan"])
    assert "IXSCAN" in plan
    assert "'SORT'" not in plan
