"""The notifier's commands with an Idempotency-Key: done once, answered again, secrets sealed, forgotten with others."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from events import directory
from services.chassis.tokens import Caller
from tests.eventlog import EventLog, deliver
from tests.notifier import given
from tests.notifier.webhooks.conftest import SEAL
from tests.notifier.webhooks.test_api import CLOSED, COMPLETED, URL, an_owner, ask, desk, farm  # noqa: F401

pytestmark = pytest.mark.integration

Ask = Callable[..., Any]
WANTED = {"url": URL, "types": [CLOSED]}
CHOSEN = {
    "mail": {"trades": False}, "notice": {}, "quiet_hours": None, "digest_hour": 7, "time_zone": "Europe/London",
    "language": "de",
}  # fmt: skip


def outcomes(store) -> list[dict[str, Any]]:
    return list(store.database["outcomes"].find())


def test_a_webhook_is_made_once_and_a_repeat_gets_its_secret(ask, store):  # noqa: F811
    first, again = (ask("POST", "/webhooks", key="k", **WANTED) for _ in range(2))
    assert (again.status_code, again.json) == (201, first.json)
    assert len(ask("GET", "/webhooks").json["webhooks"]) == 1
    [kept] = outcomes(store)
    assert first.json["secret"] not in str(kept)
    assert SEAL.open(kept["sealed"]["secret"]) == first.json["secret"]
    assert ask("POST", "/webhooks", key="other", **WANTED).json["webhook_id"] != first.json["webhook_id"]


def test_many_at_once_make_one(ask, store):  # noqa: F811
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: ask("POST", "/webhooks", key="k", **WANTED), range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["secret"] for answer in answers}) == 1
    assert store.database["webhooks"].count_documents({}) == 1


def test_a_key_belongs_to_one_command_of_one_caller(ask):  # noqa: F811
    made = ask("POST", "/webhooks", key="k", **WANTED).json
    for method, path, body in [
        ("POST", "/webhooks", WANTED | {"description": "other"}),
        ("POST", f"/webhooks/{made['webhook_id']}/secret", {}),
        ("DELETE", f"/webhooks/{made['webhook_id']}", {}),
    ]:
        answer = ask(method, path, key="k", **body)
        assert (answer.status_code, answer.json["type"]) == (409, "idempotency.key_reused"), path
    other = ask("POST", "/webhooks", Caller(subject="b", roles=frozenset({"admin"})), key="k", **WANTED)
    assert other.json["webhook_id"] != made["webhook_id"]
    malformed = ask("POST", "/webhooks", key="k" * 201, **WANTED)
    assert (malformed.status_code, malformed.json["type"]) == (400, "idempotency.key_malformed")


def test_each_command_is_answered_as_it_was_before(ask, add, taking):  # noqa: F811
    log = EventLog("directory.events", "directory")
    log.tell(given.an_entity())
    assert deliver(taking, log.records)
    path = f"/webhooks/{add().webhook_id}"
    commands = [
        ("PATCH", path, {"description": "new"}),
        ("POST", f"{path}/secret", {}),
        ("POST", f"{path}/test", {}),
        ("POST", f"{path}/replays", {"source": "directory", "position": 1}),
        ("POST", f"{path}/pause", {}),
        ("POST", f"{path}/resume", {}),
        ("DELETE", path, {}),
    ]
    first = [ask(method, where, key=f"k{n}", **body) for n, (method, where, body) in enumerate(commands)]
    assert [answer.status_code for answer in first] == [200, 200, 202, 202, 200, 200, 200]
    again = [ask(method, where, key=f"k{n}", **body) for n, (method, where, body) in enumerate(commands)]
    assert [(answer.status_code, answer.json) for answer in again] == [(a.status_code, a.json) for a in first]


def test_what_a_rule_refused_stays_refused_and_what_was_not_there_does_not(ask, add, webhooks, clock):  # noqa: F811
    webhook = add()
    webhooks.pause(webhook.webhook_id, "asked", clock())
    path = f"/webhooks/{webhook.webhook_id}"
    for _ in range(2):
        refused = ask("POST", f"{path}/replays", key="k", source="directory", position=1)
        assert (refused.status_code, refused.json["type"]) == (409, "webhooks.paused")
        webhooks.resume(webhook.webhook_id)
    assert ask("POST", f"{path}/replays", key="l", source="directory", position=1).json["type"] != "webhooks.paused"
    assert ask("DELETE", "/webhooks/w-1", key="m").status_code == 404
    add(webhook_id="w-1")
    assert ask("DELETE", "/webhooks/w-1", key="m").status_code == 200


def test_a_late_repeat_undoes_nothing(ask, farm):  # noqa: F811
    path, owner = f"/entities/{farm.entity_id}/preferences", an_owner(farm)
    first = ask("PUT", path, owner, key="k", **CHOSEN)
    assert (first.status_code, first.json["language"]) == (200, "de")
    ask("PUT", path, owner, key="l", **CHOSEN | {"language": "en"})
    assert ask("PUT", path, owner, key="k", **CHOSEN).json == first.json
    assert ask("GET", path, owner).json["language"] == "en"


def test_answers_go_with_whom_they_are_about(ask, farm, taking, store):  # noqa: F811
    owner, wanted = an_owner(farm), {"url": URL, "types": [COMPLETED], "entity_id": farm.entity_id}
    made = ask("POST", "/webhooks", owner, key="k", **wanted)
    assert made.status_code == 201
    log = EventLog("directory.events", "directory")
    log.tell(given.an_entity())
    log.tell(directory.EntityForgotten(entity_id=farm.entity_id, account=farm.account))
    assert deliver(taking, log.records)
    again = ask("POST", "/webhooks", owner, key="k", **wanted)
    assert (again.status_code, again.json["type"]) == (409, "idempotency.answer_gone")
    [kept] = outcomes(store)
    assert not kept["answer"]
    assert "sealed" not in kept


def test_a_notice_is_read_under_a_key_without_its_words_being_kept(ask, farm, taking, store):  # noqa: F811
    [notice] = ask("GET", "/notices", an_owner(farm)).json["notices"]
    for _ in range(2):
        read = ask("POST", f"/notices/{notice['notice_id']}/read", an_owner(farm), key="k")
        assert (read.status_code, read.json["read"]) == (200, True)
    assert [set(each) for each in outcomes(store)] == [{"_id", "fingerprint", "expires_at"}]
    assert ask("POST", "/notices/read-all", an_owner(farm), key="k").json["type"] == "idempotency.key_reused"
    assert [ask("POST", "/notices/read-all", an_owner(farm), key="l").status_code for _ in range(2)] == [200, 200]


def test_a_message_is_decided_about_once(ask, farm, store):  # noqa: F811
    store.database["messages"].update_many({}, {"$set": {"state": "failed"}})
    message = store.database["messages"].find_one({})["_id"]
    assert ask("POST", f"/messages/{message}/retry", key="k").status_code == 200
    assert ask("POST", f"/messages/{message}/discard", key="l").status_code == 200
    assert [ask("POST", f"/messages/{message}/{what}", key=key).status_code
            for what, key in (("retry", "k"), ("discard", "l"), ("discard", "m"))] == [200, 200, 409]  # fmt: skip


def test_every_outcome_has_an_end(store):
    store.migrate()
    assert store.database["outcomes"].index_information()["expiry"]["expireAfterSeconds"] == 0
