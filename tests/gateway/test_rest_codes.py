"""Codes of statements by the REST API."""

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import FARM_ACCOUNT, Network
from tests.gateway.proven import CODE, some_facts
from tests.gateway.scenes import furnish
from tests.gateway.standin import problem


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    return network


def test_a_code_is_checked_as_it_is_typed(client: FlaskClient, scene: Network) -> None:
    found = client.get(f"/api/v1/statement-codes/{CODE.lower()[:5]}-{CODE[5:]}")
    assert found.status_code == 200, found.text
    told, facts = found.get_json()["data"], some_facts()
    assert (told["accountNumber"], told["holds"], told["from"]) == (FARM_ACCOUNT, True, facts["from"])
    assert told["head"]["jws"] == facts["head"]["jws"]
    scene.ledger.on("GET", f"/statement-codes/{CODE}", some_facts(opening_balance=-1250))
    assert client.get(f"/api/v1/statement-codes/{CODE}").get_json()["data"]["openingBalance"] == -12.5
    scene.ledger.on("GET", f"/statement-codes/{CODE}", some_facts(head=None, path=None, leaf=None))
    assert client.get(f"/api/v1/statement-codes/{CODE}").get_json()["data"]["head"] is None


def test_a_code_that_is_none(client: FlaskClient, scene: Network) -> None:
    scene.ledger.on("GET", f"/statement-codes/{'0' * 20}", problem(404, "code.unknown"))
    for typed in ("x", "U" * 20, "0" * 20):
        refused = client.get(f"/api/v1/statement-codes/{typed}")
        assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (404, "code.unknown")
