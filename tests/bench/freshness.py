"""How soon others see what one did: `python -m tests.bench.freshness [rounds]`, on a whole system of its own.

Each round: a transfer is accepted, then we watch until the other member's list shows it and the mail is in the mailbox;
an offer is added, then we watch until search and the dashboard's matches show it.
"""

import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.native.system import System
from tests.e2e.api_client import Api
from tests.e2e.mailbox import Mailbox
from tests.waiting import wait_until

PASSWORD = "Correct-horse-7"


def main(rounds: int) -> None:
    """Measure and print a table in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="mccs-bench-") as folder:
        system = System(Path(folder))
        started = time.monotonic()
        system.start()
        print(f"system up after {time.monotonic() - started:.1f} s")
        try:
            _report(_measure(system, rounds), rounds)
        finally:
            system.wipe()


def _measure(system: System, rounds: int) -> dict[str, list[float]]:
    mailbox = Mailbox(system.mail_directory)
    admin = _admin(system)
    payer, payee = (_member(system, admin, name) for name in ("Payer", "Payee"))
    taken: dict[str, list[float]] = {"list of the other member": [], "mailbox": [], "search": []}
    for number in range(1, rounds + 1):
        _one_transfer(payer, payee, mailbox, number, taken)
        _one_offer(payer, payee, taken)
    return taken


def _one_transfer(payer: Any, payee: Any, mailbox: Mailbox, number: int, taken: dict[str, list[float]]) -> None:
    amount = f"{number // 100}.{number % 100:02d}"
    body = {"transfer": "out", "initiator": payer.account, "receiver": payee.account, "amount": amount}
    transfer = payer.api.post("/transfers", body).data["id"]
    payee.api.patch(f"/transfers/{transfer}", {"action": "accept"})
    start = time.monotonic()

    def listed() -> bool:
        rows = payer.api.get("/transfers", status="completed", querying_entity_id=payer.entity_id).data
        return transfer in [row["id"] for row in rows]

    taken["list of the other member"].append(_seconds(start, listed))
    taken["mailbox"].append(_seconds(start, lambda: bool(mailbox.mails(payer.email, f"{amount} "))))


def _one_offer(payer: Any, payee: Any, taken: dict[str, list[float]]) -> None:
    offer = f"offer-{uuid.uuid4().hex[:8]}"
    payer.api.patch(f"/user/entities/{payer.entity_id}", {"offers": [offer]})
    start = time.monotonic()
    taken["search"].append(_seconds(start, lambda: any(hit["id"] == payer.entity_id for hit in _search(payee, offer))))


def _search(member: Any, offer: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = member.api.get("/entities", offers=offer).document.get("data", [])
    return found


def _seconds(start: float, seen: Callable[[], bool]) -> float:
    wait_until(seen, seconds=30)
    return time.monotonic() - start


def _report(taken: dict[str, list[float]], rounds: int) -> None:
    print(f"| visible in, {rounds} rounds | p50 ms | p99 ms | max ms |\n|---|---|---|---|")
    for what, seconds in taken.items():
        cuts = statistics.quantiles(seconds, n=100, method="inclusive")
        print(f"| {what} | {cuts[49] * 1000:.0f} | {cuts[98] * 1000:.0f} | {max(seconds) * 1000:.0f} |")


def _admin(system: System) -> Api:
    environment = {**system.environment("directory"), "DIRECTORY_ADMIN_PASSWORD": PASSWORD}
    command = [sys.executable, "-m", "services.directory", "create-admin", "--email", "bench@mccs.example"]
    subprocess.run([*command, "--kind", "admin"], env=environment, check=True, capture_output=True)
    api = Api(system.address)
    api.token = api.post("/admin/login", {"email": "bench@mccs.example", "password": PASSWORD}).data["token"]
    return api


class _Member:
    def __init__(self, api: Api, email: str, entity_id: str, account: str) -> None:
        self.api, self.email, self.entity_id, self.account = api, email, entity_id, account


def _member(system: System, admin: Api, name: str) -> _Member:
    api, email = Api(system.address), f"{name.lower()}-{uuid.uuid4().hex[:6]}@bench.example"
    body = {"userEmail": email, "password": PASSWORD, "entityName": name, "offers": ["bread"], "wants": ["flour"]}
    signed = api.post("/signup", body).data
    api.token = signed["token"]
    change = {"status": "tradingAccepted", "maxNegativeBalance": 10_000, "maxPositiveBalance": 10_000}
    admin.patch(f"/admin/entities/{signed['entityID']}", change)
    account = api.get("/user/entities").data[0]["accountNumber"]
    return _Member(api, email, signed["entityID"], account)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
