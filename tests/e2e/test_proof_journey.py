"""Nobody has to trust the operator: heads kept by a stranger, a statement checked, an export audited offline."""

import base64
import hashlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.native.system import System
from tests.e2e.api_client import Api
from tests.e2e.conftest import PASSWORD, Business
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e


@pytest.fixture
def auditor(system: System, run_command: Callable[..., Any]) -> Api:
    """An auditor who is logged in."""
    email = "auditor@mccs.example"
    arguments = ("create-admin", "--email", email, "--kind", "auditor", "--if-missing")
    done = run_command("directory", *arguments, DIRECTORY_ADMIN_PASSWORD=PASSWORD)
    assert done.returncode == 0, done.stdout + done.stderr
    api = Api(system.address)
    api.token = api.post("/admin/login", {"email": email, "password": PASSWORD}).data["token"]
    return api


def test_anybody_can_prove_the_ledger(
    system: System, trading: Callable[..., Business], auditor: Api, tmp_path: Path
) -> None:
    farm, cafe = trading("Proof Farm", ["hay"], ["tea"]), trading("Proof Cafe", ["tea"], ["hay"], 1000)
    transfer = _paid(cafe, farm, "25.00", "Hay")
    kept = auditor.post("/audit/head").data
    _is_what_everybody_is_shown(system, kept)
    _lies_in_the_tree(cafe, transfer, kept)
    paper = _statement(system, cafe, tmp_path)
    for amount in ("1.00", "2.00", "3.00"):
        _paid(cafe, farm, amount, "More hay")
    newer = auditor.post("/audit/head").data
    _continues(Api(system.address), kept, newer)
    assert _get(system, f"/check/{paper['code']}.json")["holds"] is True
    _is_audited_offline(auditor, newer, kept, tmp_path)


def test_heads_go_on_after_the_signing_process_is_killed(
    system: System, trading: Callable[..., Business], auditor: Api
) -> None:
    farm, cafe = trading("Kill Farm", ["oats"], ["jam"]), trading("Kill Cafe", ["jam"], ["oats"], 1000)
    before = auditor.post("/audit/head").data
    system.kill("ledger-schedule", come_back=True)
    _paid(cafe, farm, "4.00", "Oats")
    asked: list[dict[str, Any]] = []

    def is_signed_again() -> bool:
        answer = auditor.post("/audit/head")
        asked[:] = [answer.data] if answer.status == 200 else []
        return bool(asked) and asked[0]["size"] > before["size"]

    wait_until(is_signed_again, seconds=60)
    assert asked[0]["number"] > before["number"]
    _continues(Api(system.address), before, asked[0])


def _paid(payer: Business, payee: Business, amount: str, description: str) -> str:
    transfer: str = payer.pay(payee, amount, description=description).data["id"]
    assert payee.answer(transfer, "accept").data["status"] == "completed"
    return transfer


def _is_what_everybody_is_shown(system: System, head: dict[str, Any]) -> None:
    shown = _get(system, "/.well-known/mccs-ledger")
    (book,) = shown["books"]
    assert book["head"]["size"] >= head["size"]
    assert head["kid"] in [key["kid"] for key in shown["keys"]]
    stated = json.loads(_decoded(head["jws"].split(".")[1]))
    assert (stated["size"], stated["root"], stated["sum"]) == (head["size"], head["root"], 0)


def _lies_in_the_tree(cafe: Business, transfer: str, head: dict[str, Any]) -> None:
    """What its party sees of a transfer is worked out anew up to the signed root."""
    proof = cafe.api.get(f"/transfers/{transfer}/proof", size=head["size"]).data
    initiated, completed = proof["events"]
    assert completed["event"] is None, "it would tell the other side's balance"
    text = initiated["event"].encode()
    assert json.loads(text)["data"]["description"] == "Hay"
    chained = bytes.fromhex(initiated["prevHash"]) + initiated["position"].to_bytes(8, "big") + text
    assert hashlib.sha256(chained).hexdigest() == initiated["leaf"]
    for event in proof["events"]:
        assert _root(event["leaf"], event["path"], event["position"] - 1, head["size"]) == head["root"]


def _root(leaf: str, path: list[str], index: int, size: int) -> str:
    """RFC 9162 §2.1.3.2."""
    found, last = hashlib.sha256(b"\x00" + bytes.fromhex(leaf)).digest(), size - 1
    for step in map(bytes.fromhex, path):
        if index % 2 or index == last:
            found = hashlib.sha256(b"\x01" + step + found).digest()
            while index % 2 == 0 and index:
                index, last = index >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\x01" + found + step).digest()
        index, last = index >> 1, last >> 1
    return found.hex()


def _continues(anybody: Api, older: dict[str, Any], newer: dict[str, Any]) -> None:
    proof = anybody.get("/ledger/consistency", first=older["size"], second=newer["size"]).data
    assert (proof["firstRoot"], proof["secondRoot"]) == (older["root"], newer["root"])
    assert proof["path"]


def _statement(system: System, cafe: Business, folder: Path) -> dict[str, Any]:
    """The member's files, and what a stranger learns from the code on them."""
    text = _download(cafe.api, f"/statement.csv?querying_entity_id={cafe.entity_id}").decode()
    (folder / "statement.csv").write_text(text)
    facts = dict(line.split(",", 1) for line in text.split("\r\n\r\n")[0].split("\r\n"))
    assert facts["closing_balance"] == "-25.00"
    assert facts["check"] == f"{system.address}/check/{facts['code'].replace('-', '')}"
    assert _download(cafe.api, f"/statement.pdf?querying_entity_id={cafe.entity_id}").startswith(b"%PDF-")
    checked = _get(system, f"/check/{facts['code']}.json")
    assert (checked["account"], checked["opening_balance"], checked["closing_balance"]) == (cafe.account, 0, -2500)
    assert (checked["entries"], checked["holds"]) == (1, True)
    return checked


def _is_audited_offline(auditor: Api, newer: dict[str, Any], kept: dict[str, Any], folder: Path) -> None:
    file, heads = folder / "main.ndjson", folder / "kept.txt"
    file.write_bytes(_download(auditor, "/audit/export"))
    heads.write_text(f"{kept['jws']}\n{newer['jws']}\n")
    report = _audited(file, "--heads", str(heads), "--statement", str(folder / "statement.csv"))
    assert report.returncode == 0, report.stdout + report.stderr
    damaged = folder / "damaged.ndjson"
    damaged.write_bytes(file.read_bytes().replace(b'"description":"Hay"', b'"description":"Hey"'))
    found = _audited(damaged)
    assert found.returncode != 0
    assert "position" in found.stdout + found.stderr


def _audited(file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "services.ledger.audit", str(file), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def _get(system: System, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{system.address}{path}", timeout=60) as response:
        document: dict[str, Any] = json.load(response)
        return document


def _download(api: Api, path: str) -> bytes:
    request = urllib.request.Request(f"{api.address}/api/v1{path}", headers={"Authorization": f"Bearer {api.token}"})
    with urllib.request.urlopen(request, timeout=60) as response:
        content: bytes = response.read()
        return content


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
