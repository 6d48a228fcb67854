"""The same thing fifty times at once: it happens once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from services.chassis.tokens import Signer
from services.directory.store import Store
from tests.directory.gateway import Gateway, a_sign_up, an_email

pytestmark = pytest.mark.integration

AT_ONCE = 50


def at_once(call: Callable[[int], Any], count: int = AT_ONCE) -> list[Any]:
    """The results of as many calls, all begun at the same moment."""
    gate = Barrier(count)

    def begin(number: int) -> Any:
        gate.wait(60)
        return call(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(begin, range(count)))


def test_an_address_that_is_signed_up_fifty_times_at_once_is_one_member(
    flask_app: Flask, keys: tuple, store: Store
) -> None:
    email, signer = an_email(), Signer(keys[0])

    def sign_up(number: int) -> tuple[int, str]:
        gateway = Gateway(flask_app.test_client(), signer)
        shouted = email.upper() if number % 2 else email
        status, answered = gateway.post("/signup", a_sign_up(email=shouted))
        while answered.get("type") == "directory.unavailable":
            status, answered = gateway.post("/signup", a_sign_up(email=shouted))
        return status, answered.get("type", "")

    answers = Counter(at_once(sign_up))

    assert answers[(200, "")] == 1
    assert sum(answers.values()) == AT_ONCE
    assert {status for status, _ in answers} == {200, 409}
    assert store.database["users"].count_documents({}) == 1
    assert store.database["entities"].count_documents({}) == store.database["memberships"].count_documents({}) == 1
    positions = [record["_id"] for record in store.database["outbox"].find().sort("_id", 1)]
    assert positions == list(range(1, store.events.head() + 1))


def test_of_many_who_saw_the_same_business_one_changes_it(gateway: Gateway, flask_app: Flask, keys: tuple) -> None:
    member, signer = gateway.sign_up(), Signer(keys[0])
    path = f"/entities/{member.entity_id}"
    seen = gateway.get(path, member.caller)[1]["version"]

    def change(number: int) -> tuple[int, str]:
        own = Gateway(flask_app.test_client(), signer)
        body = {"city": f"Town {number}", "expected_versions": [seen]}
        status, answered = own.patch(path, body, member.caller)
        while answered.get("type") == "directory.unavailable":
            status, answered = own.patch(path, body, member.caller)
        return status, answered.get("type", "")

    answers = Counter(at_once(change, 10))

    assert answers == {(200, ""): 1, (412, "precondition.failed"): 9}
    now = gateway.get(path, member.caller)[1]["version"]
    assert gateway.patch(path, {"city": "Hull", "expected_versions": [seen, now]}, member.caller)[0] == 200
    for malformed in ([], ["x"], [-1], 5):
        assert gateway.patch(path, {"city": "Hull", "expected_versions": malformed}, member.caller)[0] == 400
