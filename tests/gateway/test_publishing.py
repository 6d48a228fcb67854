"""The clients that are made from the document: up to date, and good to use against the real application."""

import importlib.util
import json
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import playwright
import pytest
from flask import Flask

from services.gateway import openapi
from services.gateway.openapi_compatible import breaks
from services.gateway.publishing.__main__ import RELEASED, texts
from tests.gateway.browsing import serving
from tests.gateway.network import FARM, FARM_ACCOUNT, Network, a_transfer
from tests.gateway.standin import problem

ROOT = Path(__file__).parents[2]
NODE = Path(playwright.__file__).parent / "driver/node"


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    return openapi.document_of(app)


@pytest.fixture
def address(app: Flask, network: Network) -> Iterator[str]:
    """The gateway on a socket."""
    with serving(app) as site:
        yield site


@pytest.fixture(scope="module")
def mccs_client() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mccs_client", ROOT / "clients/python/mccs_client.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_clients_are_up_to_date(document: dict[str, Any]) -> None:
    for path, text in texts(document).items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"{path} is old: make docs"


def test_nothing_breaks_programs_of_the_last_release(document: dict[str, Any]) -> None:
    assert breaks(json.loads(RELEASED.read_text(encoding="utf-8")), document) == []


def test_the_python_client_has_a_method_for_each_route(mccs_client: ModuleType, document: dict[str, Any]) -> None:
    names = {told["operationId"] for methods in document["paths"].values() for told in methods.values()}
    assert {name for name in names if not hasattr(mccs_client.Client, name)} == set()


def test_the_python_client_trades(address: str, network: Network, mccs_client: ModuleType) -> None:
    network.ledger.on("POST", "/transfers", a_transfer())
    mccs = mccs_client.Client(address)
    mccs.token = mccs.log_in({"email": "ann@farm.example", "password": "Secret-123"})["token"]
    (mine,) = mccs.own_entities()
    assert (mine["id"], mine["balance"]) == (FARM, Decimal("10.00"))
    listed = mccs.transfers(status="all", querying_entity_id=FARM)
    assert (listed.total, listed.pages, listed[0]["amount"]) == (1, 1, Decimal("25.00"))
    amount = Decimal("25.00").normalize()  # 2.5E+1
    body = {"transfer": "out", "initiator": FARM_ACCOUNT, "receiver": "2000000000000006", "amount": amount}
    assert mccs.initiate(body, key="order-17")["status"] == "initiated"
    asked = network.ledger.last("POST", "/transfers")
    assert (asked.body["amount"], asked.headers["Idempotency-Key"]) == (2500, "order-17")
    assert "directory=" in mccs.positions


def test_the_python_client_says_why_not(address: str, network: Network, mccs_client: ModuleType) -> None:
    network.directory.on("GET", "/entities/gone%2F..", problem(404, "entity.unknown"))
    mccs = mccs_client.Client(address)
    with pytest.raises(mccs_client.Refused) as refused:
        mccs.user()
    assert (refused.value.status, refused.value.codes) == (401, ["auth.missing"])
    assert refused.value.correlation_id
    with pytest.raises(mccs_client.Refused) as refused:
        mccs.entity("nobody")
    assert refused.value.status == 404


def test_the_types_carry_a_program(address: str, network: Network) -> None:
    """Node reads the types and runs what they describe; it does not compare the two, which `tsc` alone could."""
    network.ledger.on("POST", "/transfers", a_transfer())
    folder = ROOT / "clients/typescript"
    arguments = [address, "ann@farm.example", "Secret-123"]
    ran = subprocess.run(
        [NODE, "--no-warnings", folder / "example.mts", *arguments], capture_output=True, text=True, timeout=30
    )
    assert ran.stdout == "Green Farm initiated 25\n", ran.stderr
    types = subprocess.run(
        [NODE, "--no-warnings", "--input-type=module-typescript"], input=(folder / "mccs.d.ts").read_text("utf-8"),
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert types.returncode == 0, types.stderr
