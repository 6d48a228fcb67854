"""How the network is, by the REST API: parts, the machine, settings, the administrators' overview."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.gateway import machine
from services.gateway.app import lines_to
from services.gateway.clients import Refused
from services.gateway.config import Config
from services.gateway.session import sessions_of
from tests.gateway.network import Network
from tests.gateway.scenes import a_coordinator_session, furnish, token_for
from tests.gateway.standin import problem

UNREACHABLE = "http://127.0.0.1:9"


def test_all_parts_are_up(client: FlaskClient, network: Network) -> None:
    found = client.get("/api/v1/health")
    assert (found.status_code, found.get_json()["data"]) == (
        200,
        {"status": "ok", "parts": dict.fromkeys(("ledger", "directory", "matcher", "notifier"), "up")},
    )


def test_a_part_that_is_down_is_named_and_the_rest_goes_on(
    app: Flask, client: FlaskClient, config: Config, signer, network: Network
) -> None:
    sessions_of(app).lines = lines_to(replace(config, matcher_url=UNREACHABLE), signer)
    found = client.get("/api/v1/health")
    assert (found.status_code, found.get_json()["data"]["status"]) == (200, "degraded")
    assert found.get_json()["data"]["parts"] == {"ledger": "up", "directory": "up", "matcher": "down", "notifier": "up"}


@pytest.mark.parametrize("name", machine.GAUGES)
def test_the_machine_is_told_in_whole_per_cent(client: FlaskClient, name: str) -> None:
    """It may be in any state while this runs: what is said must fit."""
    found = client.get(f"/api/v1/{name}")
    if found.status_code == 503:
        assert found.get_json()["errors"][0]["code"] == "health.critical"
        assert found.headers["Retry-After"]
        return
    told = found.get_json()["data"]
    assert told.keys() == {"status", "percent"}
    assert told["status"] == machine.GAUGES[name].status(told["percent"])


@pytest.mark.parametrize(
    ("name", "percent", "status"),
    [("disk", 89, "ok"), ("disk", 90, "warning"), ("ram", 94, "warning"), ("cpu", 99, "ok"), ("cpu", 199, "warning")],
)
def test_what_is_too_much(name: str, percent: int, status: str) -> None:
    assert machine.told(machine.GAUGES[name], percent) == {"status": status, "percent": percent}


@pytest.mark.parametrize(("name", "percent"), [("disk", 95), ("disk", 100), ("ram", 95), ("cpu", 200)])
def test_critical_is_no_success(name: str, percent: int) -> None:
    with pytest.raises(Refused) as refused:
        machine.told(machine.GAUGES[name], percent)
    assert (refused.value.status, refused.value.code) == (503, "health.critical")
    assert f"{percent} %" in refused.value.detail


def test_memory_is_what_nobody_else_can_have() -> None:
    words = "MemTotal:        8000000 kB\nMemFree:          100000 kB\nMemAvailable:    6000000 kB\n"
    assert machine.memory_used(words) == 25
    with pytest.raises(KeyError):
        machine.memory_used("MemTotal: 1 kB")


def test_settings_for_everybody(client: FlaskClient, config: Config) -> None:
    found = client.get("/api/v1/network").get_json()["data"]
    assert found == {
        "unit": config.unit, "publicUrl": config.public_url, "termsVersion": "", "termsUrl": "", "recaptchaSiteKey": "",
        "name": "", "unitName": "", "welcome": "", "legalTexts": [],
    }  # fmt: skip


def test_the_overview_of_administrators(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    furnish(network)
    found = client.get("/api/v1/admin/overview", headers=admin).get_json()["data"]
    assert (found["joining"], found["applying"], found["trading"]) == (2, 2, 2)
    assert (found["mail"]["sent"], found["mail"]["expired"]) == (1204, 0)
    assert (found["ledger"]["position"], found["ledger"]["sumOfBalances"]) == (12873, 0.0)
    network.notifier.on("GET", "/messages/summary", problem(503, "notifier.unavailable"))
    without = client.get("/api/v1/admin/overview", headers=admin).get_json()["data"]
    assert without == found | {"mail": None}


def test_coordinators_see_no_money_there(app: Flask, client: FlaskClient, network: Network) -> None:
    furnish(network)
    headers = {"Authorization": f"Bearer {token_for(sessions_of(app), a_coordinator_session())}"}
    found = client.get("/api/v1/admin/overview", headers=headers).get_json()["data"]
    assert (found["joining"], found["mail"], found["ledger"]) == (2, None, None)
    assert network.ledger.count("GET", "/head") == 0
