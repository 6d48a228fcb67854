"""Kill a process in the middle of a journey: nothing is lost, nothing happens twice."""

import threading
import urllib.error
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from deploy.native.system import System
from tests.e2e.conftest import Business
from tests.e2e.mailbox import Mailbox
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

FOLLOWERS = {
    "consumers": ("ledger-consume", "directory-consume", "matcher-consume", "notifier-consume"),
    "relays": ("ledger-relay", "directory-relay", "matcher-relay"),
    "schedulers": ("ledger-schedule", "directory-schedule", "matcher-schedule", "notifier-schedule"),
    "senders": ("notifier-deliver", "notifier-digest"),
}
"""Killed at once, the same of each service: harder than one alone, and a third of the time."""


def test_every_follower_is_killed(system: System) -> None:
    killed = [follower for followers in FOLLOWERS.values() for follower in followers]
    doors = {"mailbox", "topics", "ledger", "directory", "matcher", "notifier", "gateway"}
    assert sorted(killed) == sorted(
        name for name in system.programs() if name not in doors and not name.endswith("-migrate")
    )


@pytest.fixture
def killed(system: System) -> Iterator[Callable[[str], None]]:
    """Kill programs (-9); they are started again at the end, whatever happens."""
    names: list[str] = []

    def kill(name: str) -> None:
        names.append(name)
        system.kill(name)

    yield kill
    for name in names:
        system.restart(name)


@pytest.mark.parametrize("kind", FOLLOWERS)
def test_killed_followers_catch_up_with_nothing_lost_and_nothing_twice(
    kind: str, system: System, trading: Callable[..., Business], mailbox: Mailbox, run_command: Callable[..., Any]
) -> None:
    payer = trading("Baker", [f"bread-{kind}"], ["flour"], max_negative=100)
    payee = trading("Miller", ["flour"], [f"bread-{kind}"])
    for follower in FOLLOWERS[kind]:
        system.kill(follower)
    transfer = payer.pay(payee, "12.34").data["id"]
    assert payee.answer(transfer, "accept").data["status"] == "completed"
    assert (payer.balance, payee.balance) == (Decimal("-12.34"), Decimal("12.34"))
    with ThreadPoolExecutor() as pool:
        list(pool.map(system.restart, FOLLOWERS[kind]))
    for business in (payer, payee):
        assert mailbox.wait_for(business.email, "12.34")

    def found() -> bool:
        hits = payee.api.get("/entities", offers=f"bread-{kind}", page_size=100).document.get("data", [])
        return payer.entity_id in [hit["id"] for hit in hits]

    wait_until(found, seconds=60)

    def everybody_follows() -> bool:
        # The answer shows the balance too, so it is 503 until the ledger has followed this very change.
        change = {"description": f"Back after {kind}"}
        return bool(payee.api.patch(f"/user/entities/{payee.entity_id}", change).status == 200)

    wait_until(everybody_follows, seconds=60)
    mails = [str(mail["Message-ID"]) for mail in mailbox.mails(payee.email, "12.34")]
    assert len(mails) == len(set(mails)), "a mail was sent twice"
    audited = run_command("ledger", "audit")
    assert audited.returncode == 0, audited.stdout + audited.stderr


def test_a_killed_ledger_repeats_no_payment_when_members_retry(
    system: System, trading: Callable[..., Business], killed: Callable[[str], None], run_command: Callable[..., Any]
) -> None:
    payer = trading("Brewer", ["beer"], ["hops"], max_negative=400)
    payee = trading("Grower", ["hops"], ["beer"])
    identities: dict[str, str] = {}

    def pay_until_answered(number: int) -> None:
        key = f"retry-{payer.entity_id}-{number}"

        def answered() -> bool:
            try:
                answer = payer.pay(payee, "1.00", key=key)
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                return False
            if answer.status == 200:
                identities[key] = answer.data["id"]
            return answer.status == 200

        wait_until(answered, seconds=60)

    members = [threading.Thread(target=pay_until_answered, args=(number,)) for number in range(30)]
    for member in members[:15]:
        member.start()
    killed("ledger")
    for member in members[15:]:
        member.start()
    system.restart("ledger")
    for member in members:
        member.join(timeout=90)
    listed = payer.api.get("/transfers", status="initiated", querying_entity_id=payer.entity_id, page_size=100)
    assert sorted(row["id"] for row in listed.data) == sorted(identities.values())
    assert len(set(identities.values())) == 30
    audited = run_command("ledger", "audit")
    assert audited.returncode == 0, audited.stdout + audited.stderr
