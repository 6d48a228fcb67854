"""One whole system for all journeys: the four servers and every process of the five services."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.native.servers import Options
from deploy.native.system import System
from tests.e2e.api_client import Api
from tests.e2e.mailbox import Mailbox

PASSWORD = "Correct-horse-7"


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system of its own; or, to try a journey quickly, the running one of the directory MCCS_SYSTEM."""
    if running := os.environ.get("MCCS_SYSTEM"):
        attached = System(Path(running))
        attached.attach()
        yield attached
        return
    # Members who retry while the ledger is down would otherwise be asked to slow down.
    patient = {"GATEWAY_RATE_LIMIT": "100000/minute"}
    # Journeys kill processes, never the machine: what the kernel has is safe enough.
    options = Options(fsync=False)
    started = System(tmp_path_factory.mktemp("system"), options=options, extra_environment=patient)
    try:
        started.start()
        yield started
    finally:
        # Not `stop` alone: as root the servers keep their data outside of pytest's directory.
        started.wipe()


@pytest.fixture(scope="session")
def mailbox(system: System) -> Mailbox:
    return Mailbox(system.mail_directory)


@pytest.fixture(scope="session")
def run_command(system: System) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `python -m services.<service> <arguments>` as an operator of that service would."""

    def run(service: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        settings = {**os.environ, **system.environment(service), **environment}
        command = [sys.executable, "-m", f"services.{service}", *arguments]
        return subprocess.run(command, env=settings, capture_output=True, text=True, timeout=120, check=False)

    return run


@pytest.fixture(scope="session")
def admin(system: System, run_command: Callable[..., Any]) -> Api:
    """An administrator who is logged in."""
    email = "admin@mccs.example"
    done = run_command(
        "directory",
        "create-admin",
        "--email",
        email,
        "--kind",
        "admin",
        "--if-missing",
        DIRECTORY_ADMIN_PASSWORD=PASSWORD,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    api = Api(system.address)
    api.token = api.post("/admin/login", {"email": email, "password": PASSWORD}).data["token"]
    return api


@dataclass
class Business:
    """A business as its own program sees it."""

    api: Api
    email: str
    name: str
    entity_id: str
    account: str

    @property
    def balance(self) -> Any:
        return self.api.get("/balance", querying_entity_id=self.entity_id).data["balance"]

    def pay(self, other: "Business", amount: object, key: str | None = None, **more: Any) -> Any:
        body = {"transfer": "out", "initiator": self.account, "receiver": other.account, "amount": amount, **more}
        return self.api.post("/transfers", body, key)

    def ask(self, other: "Business", amount: object, **more: Any) -> Any:
        body = {"transfer": "in", "initiator": self.account, "receiver": other.account, "amount": amount, **more}
        return self.api.post("/transfers", body)

    def answer(self, transfer: str, action: str, reason: str | None = None) -> Any:
        body = {"action": action} | ({"cancellationReason": reason} if reason else {})
        return self.api.patch(f"/transfers/{transfer}", body)


@pytest.fixture
def sign_up(system: System) -> Callable[..., Business]:
    """Sign up a business with a unique name and address."""

    def new(name: str, offers: list[str], wants: list[str]) -> Business:
        unique = f"{name} {uuid.uuid4().hex[:6]}"
        email = f"{unique.lower().replace(' ', '-')}@shop.example"
        api = Api(system.address)
        body = {"userEmail": email, "password": PASSWORD, "entityName": unique, "offers": offers, "wants": wants}
        signed = api.post("/signup", body).data
        api.token = signed["token"]
        mine = api.get("/user/entities").data[0]
        return Business(api, email, unique, signed["entityID"], mine["accountNumber"])

    return new


@pytest.fixture
def trading(sign_up: Callable[..., Business], admin: Api) -> Callable[..., Business]:
    """A business that is admitted to trading, with a max negative balance."""

    def new(name: str, offers: list[str], wants: list[str], max_negative: int = 0) -> Business:
        business = sign_up(name, offers, wants)
        change = {"status": "tradingAccepted", "maxNegativeBalance": max_negative}
        assert admin.patch(f"/admin/entities/{business.entity_id}", change).data["status"] == "tradingAccepted"
        return business

    return new
