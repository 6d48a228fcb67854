"""The search's pages and API: what is asked of the directory, what is shown, what a refusal says and where."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import FARM, Network, an_entity
from tests.gateway.scenes import furnish, log_in
from tests.gateway.standin import problem

WHY = [
    {"side": "offers", "term": "gardener", "matched": "gardening", "how": "stem"},
    {"side": "place", "term": "Derry, Northern Ireland", "matched": "Derry", "how": "distance", "distance_km": "3.2"},
]
FOUND: dict[str, Any] = {
    "entities": [an_entity(why=WHY, is_favourite=True, city="Derry")],
    "total": 24,
    "effort": "spelling",
    "next": "a-cursor",
    "facets": {
        "categories": [{"value": "food", "count": 12}],
        "city": [{"value": "Derry", "count": 7}],
        "region": [],
        "country": [],
    },
}
SUGGESTED = {"tags": ["tea"], "businesses": [{"entity_id": FARM, "name": "Green Farm"}], "places": [], "categories": []}


@pytest.fixture
def found(client: FlaskClient, network: Network) -> FlaskClient:
    furnish(network)
    network.directory.on("GET", "/search", FOUND)
    return client


def asked(network: Network) -> dict[str, str]:
    return dict(network.directory.last("GET", "/search").query)


def test_everything_in_the_address_is_asked_for(found: FlaskClient, network: Network) -> None:
    found.get("/businesses?q=tea&side=wants&category=food&city=Derry&near=Derry&within=50&sort=distance&page=2")
    assert asked(network) == {
        "q": "tea",
        "in": "wants",
        "category": "food",
        "city": "Derry",
        "near": "Derry",
        "within": "50",
        "sort": "distance",
        "facets": "true",
        "page": "2",
        "page_size": "10",
    }


def test_nonsense_in_the_address_is_as_if_it_were_not_there(found: FlaskClient, network: Network) -> None:
    assert found.get("/businesses?side=up&sort=distance&within=far&page=x&favourites=yes").status_code == 200
    assert asked(network) == {"in": "any", "facets": "true", "page": "1", "page_size": "10"}


def test_the_page_says_why_and_narrows_down(found: FlaskClient, network: Network) -> None:
    text = found.get("/businesses?q=gardener&near=Derry").text
    assert "a form of the same word" in text
    assert "3.2 km from Derry, Northern Ireland" in text
    assert "these are spelt alike" in text
    assert 'href="/businesses?q=gardener&amp;category=food&amp;near=Derry"' in text
    assert 'href="/businesses?q=gardener"' in text, "without the place"
    assert 'href="/businesses?q=gardener&amp;near=Derry&amp;page=2"' in text


def test_a_filter_that_makes_no_sense_is_told_beside_it(found: FlaskClient, network: Network) -> None:
    errors = {"near": ["We know no town called “Xyz”."], "q": "There is no filter “colour”."}
    network.directory.on("GET", "/search", problem(400, "request.invalid", errors=errors))
    response = found.get("/businesses?q=colour:red&near=Xyz")
    assert response.status_code == 400
    assert 'id="near-error"' in response.text
    assert 'id="q-error"' in response.text
    assert 'value="colour:red"' in response.text
    assert 'value="Xyz"' in response.text


def test_members_ask_in_the_eyes_of_their_business(found: FlaskClient, network: Network) -> None:
    log_in(found, "member")
    text = found.get("/businesses?favourites=yes").text
    assert asked(network)["is"] == "favourite"
    assert asked(network)["querying_entity_id"] == FARM
    assert "not favourites only" in text


def test_a_search_that_is_down_keeps_what_was_typed(found: FlaskClient, network: Network) -> None:
    network.directory.on("GET", "/search", problem(503, "search.unavailable"))
    response = found.get("/businesses?q=tea&near=Derry")
    assert response.status_code == 200
    assert 'value="tea"' in response.text
    assert "Load the page again" in response.text


def test_administrators_have_all_filters(found: FlaskClient, network: Network) -> None:
    log_in(found, "admin")
    query = "city=Derry&email=%40farm&account=1000&balance=-25.50&max_pos_bal=100&max_neg_bal=1&tagged_since=2026-01-31"
    found.get(f"/admin/businesses?{query}&offers=tea&sort=balance&status=pending&page=3")
    assert asked(network) == {
        "city": "Derry",
        "email": "@farm",
        "account": "1000",
        "offers": "tea",
        "tagged_since": "2026-01-31",
        "balance": ">=-2550",
        "max_positive": ">=10000",
        "max_negative": ">=100",
        "status": "pending",
        "sort": "balance",
        "page": "3",
        "page_size": "20",
    }


def test_a_mistyped_amount_is_told_beside_it(found: FlaskClient, network: Network) -> None:
    log_in(found, "admin")
    response = found.get("/admin/businesses?balance=ten")
    assert response.status_code == 400
    assert 'id="balance-error"' in response.text
    assert 'value="ten"' in response.text
    assert network.directory.count("GET", "/search") == 0


def test_the_api_has_the_same_filters(found: FlaskClient, network: Network) -> None:
    answered = found.get("/api/v1/entities?q=tea&city=Derry&near=Derry&within=5&sort=distance&after=x").get_json()
    assert answered["meta"] == {"numberOfResults": 24, "totalPages": 3, "next": "a-cursor"}
    assert answered["data"][0]["isFavorite"] is True
    assert answered["data"][0]["why"][1]["distanceKm"] == "3.2"
    assert {"q": "tea", "near": "Derry", "within": "5", "after": "x"}.items() <= asked(network).items()


def test_favourites_by_the_api(found: FlaskClient, ann: dict[str, str], network: Network) -> None:
    path = "/api/v1/entities?favorites_only=true"
    assert found.get(path, headers=ann).status_code == 400
    assert found.get(f"{path}&querying_entity_id={FARM}").status_code == 401
    found.get(f"{path}&querying_entity_id={FARM}", headers=ann)
    assert asked(network)["is"] == "favourite"
    assert asked(network)["querying_entity_id"] == FARM


def test_administrators_filter_by_least_amounts(client: FlaskClient, admin: dict[str, str], network: Network) -> None:
    network.directory.on("GET", "/search", FOUND)
    query = "balance=-25.5&max_pos_bal=500&max_neg_bal=0&email=a%40b&city=Derry&region=Ulster&country=Ireland"
    assert client.get(f"/api/v1/admin/entities?{query}", headers=admin).status_code == 200
    wanted = {"balance": ">=-2550", "max_positive": ">=50000", "max_negative": ">=0", "email": "a@b", "city": "Derry"}
    assert wanted.items() <= asked(network).items()
    assert client.get("/api/v1/admin/entities?balance=--1", headers=admin).status_code == 400
    assert client.get("/api/v1/entities?balance=1").status_code == 400


def test_suggestions(found: FlaskClient, network: Network) -> None:
    network.directory.on("GET", "/suggestions", SUGGESTED)
    data = found.get("/api/v1/suggestions?text=te").get_json()["data"]
    assert data == {"tags": ["tea"], "businesses": [{"id": FARM, "name": "Green Farm"}], "places": [], "categories": []}
    page = found.get("/businesses").text
    assert 'data-suggestions-url="/api/v1/suggestions"' in page
