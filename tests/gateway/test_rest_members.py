"""The REST API: what a member sees and changes, and the public directory."""

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import (
    BAKERY,
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    NOW,
    USER,
    Network,
    a_session,
    a_transfer,
    an_account,
    an_entity,
    an_operator_session,
)
from tests.gateway.scenes import logged_in
from tests.gateway.standin import problem


def test_oneself(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.directory.on("GET", "/users/user-ann", USER)
    assert client.get("/api/v1/user", headers=ann).get_json()["data"] == {
        "id": "user-ann", "email": "ann@farm.example", "firstName": "Ann", "lastName": "Archer", "telephone": "01",
        "createdAt": NOW, "lastLoginIP": "192.0.2.7", "lastLoginDate": NOW,
    }  # fmt: skip
    network.directory.on("PATCH", "/users/user-ann", USER)
    assert client.patch("/api/v1/user", json={"telephone": None}, headers=ann).status_code == 200
    assert network.directory.last("PATCH", "/users/user-ann").body == {"telephone": ""}


@pytest.mark.parametrize("fixed", ["id", "email"])
def test_what_a_user_cannot_change_of_themselves(client: FlaskClient, ann: dict[str, str], fixed: str) -> None:
    answered = client.patch("/api/v1/user", json={fixed: "x"}, headers=ann)
    error = answered.get_json()["errors"][0]
    assert (answered.status_code, error["field"]) == (400, fixed)
    assert "changed" in error["message"]


def test_own_businesses_come_with_money_and_what_is_pending(
    client: FlaskClient, ann: dict[str, str], network: Network
) -> None:
    older, newer = a_transfer("t-old"), a_transfer("t-new", initiator=BAKERY_ACCOUNT, direction="request")
    network.ledger.on("GET", "/transfers", {"transfers": [newer, older], "total": 2})
    mine = an_entity(
        email="ann@farm.example", preferences={"daily_match_mail": True, "matches_since_last_login": False}
    )
    network.entities[0] = mine
    answered = client.get("/api/v1/user/entities", headers=ann)
    assert answered.get_json()["meta"] == {"numberOfResults": 1, "totalPages": 1}
    assert b'"balance":10.00' in answered.data
    assert b'"maxNegativeBalance":100.00' in answered.data
    assert b'"canPay":110.00' in answered.data
    (entity,) = answered.get_json()["data"]
    assert (entity["id"], entity["accountNumber"], entity["email"]) == (FARM, FARM_ACCOUNT, "ann@farm.example")
    assert entity["receiveDailyMatchNotificationEmail"] is True
    assert entity["showTagsMatchedSinceLastLogin"] is False
    pending = [(item["id"], item["isInitiator"], item["entityName"]) for item in entity["pendingTransfers"]]
    assert pending == [("t-old", True, "Old Bakery"), ("t-new", False, "Old Bakery")]


def test_many_businesses_are_asked_for_at_once(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    numbers = {f"e-{number}": an_account_number(number) for number in range(30)}
    network.entities[:] = [an_entity(entity, account) for entity, account in numbers.items()]
    roles = [
        {"entity_id": e, "account": a, "name": "N", "status": "accepted", "role": "owner"} for e, a in numbers.items()
    ]
    network.lives(a_session(entities=roles))
    network.ledger.on("GET", "/accounts", {"accounts": [an_account(account) for account in numbers.values()]})
    network.ledger.on("GET", "/transfers", {"transfers": [a_transfer()], "total": 1})
    assert len(client.get("/api/v1/user/entities", headers=ann).get_json()["data"]) == 30
    assert network.ledger.count("GET", "/accounts") == 1
    # Once what they are, and once what the other parties of all of them are called.
    assert network.directory.count("GET", "/entities") == 2


def an_account_number(number: int) -> str:
    return f"{number:016}"


def test_changing_ones_own_business(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    network.directory.on("PATCH", f"/entities/{FARM}", an_entity(city="York"))
    body = {"city": "York", "website": None, "description": "", "offers": ["bread"], "declaredTurnover": None,
            "receiveDailyMatchNotificationEmail": True}  # fmt: skip
    answered = client.patch(f"/api/v1/user/entities/{FARM}", json=body, headers=ann | {"Idempotency-Key": "k"})
    assert answered.get_json()["data"]["city"] == "York"
    asked = network.directory.last("PATCH", f"/entities/{FARM}")
    assert asked.headers["Idempotency-Key"] == "k"
    assert asked.body == {
        "city": "York", "website": "", "description": "", "offers": ["bread"], "declared_turnover": None,
        "preferences": {"daily_match_mail": True},
    }  # fmt: skip


@pytest.mark.parametrize("fixed", ["id", "accountNumber", "status"])
def test_what_a_member_cannot_change_of_a_business(client: FlaskClient, ann: dict[str, str], fixed: str) -> None:
    answered = client.patch(f"/api/v1/user/entities/{FARM}", json={fixed: "tradingAccepted"}, headers=ann)
    assert answered.status_code == 400
    assert "changed" in answered.get_json()["errors"][0]["message"]


@pytest.mark.parametrize(("method", "path"), [("patch", ""), ("post", "/trading-application")])
def test_somebody_elses_business(
    client: FlaskClient, ann: dict[str, str], network: Network, method: str, path: str
) -> None:
    answered = getattr(client, method)(f"/api/v1/user/entities/{BAKERY}{path}", json={}, headers=ann)
    assert (answered.status_code, answered.get_json()["errors"][0]["code"]) == (403, "auth.forbidden")


def test_applying_for_trading(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    path = f"/entities/{FARM}/trading-application"
    errors = {"postal_code": ["Needed."], "telephone": ["Needed."], "first_name": ["Needed."]}
    network.directory.on("POST", path, problem(422, "trading_application.incomplete", errors=errors))
    answered = client.post(f"/api/v1/user{path}", json={}, headers=ann)
    assert answered.status_code == 422
    assert {error["field"] for error in answered.get_json()["errors"]} == {"postalCode", "userPhone", "firstName"}
    assert {error["code"] for error in answered.get_json()["errors"]} == {"trading_application.incomplete"}


def test_an_application_brings_what_was_missing(client: FlaskClient, ann: dict[str, str], network: Network) -> None:
    path = f"/entities/{FARM}/trading-application"
    network.directory.on("PATCH", "/users/user-ann", USER)
    network.directory.on("PATCH", f"/entities/{FARM}", an_entity())
    network.directory.on("POST", path, an_entity(status="tradingPending"))
    body = {"firstName": "Ann", "userPhone": "01", "postalCode": "YO1", "telephone": "02"}
    headers = ann | {"Idempotency-Key": "k" * 200}
    for _ in range(2):
        answered = client.post(f"/api/v1/user{path}", json=body, headers=headers)
        assert answered.get_json()["data"]["status"] == "tradingPending"
    assert network.directory.last("PATCH", "/users/user-ann").body == {"first_name": "Ann", "telephone": "01"}
    assert network.directory.last("PATCH", f"/entities/{FARM}").body == {"postal_code": "YO1", "telephone": "02"}
    assert network.directory.last("POST", path).body == {}
    keys = [asked.headers["Idempotency-Key"] for asked in network.directory.asked if asked.method in ("PATCH", "POST")]
    assert keys[-6:-3] == keys[-3:], "a repeat repeats every step under its own key"
    assert len(set(keys[-3:])) == 3


def test_searching_the_directory(client: FlaskClient, network: Network) -> None:
    why = [{"side": "offers", "term": "vegetalbes", "matched": "vegetables", "how": "fuzzy"}]
    network.directory.on("GET", "/search", {"entities": [an_entity() | {"why": why}], "total": 23})
    answered = client.get(
        "/api/v1/entities?offers=vegetalbes,%20fresh%20fish&tagged_since=2026-01-31&page=2&page_size=5"
    )
    assert answered.get_json()["meta"] == {"numberOfResults": 23, "totalPages": 5}
    (entity,) = answered.get_json()["data"]
    assert entity["why"] == why
    assert "email" not in entity
    assert "version" not in entity
    assert network.directory.last("GET", "/search").query == {
        "offers": "vegetalbes,fresh,fish", "tagged_since": "2026-01-31T00:00:00.000000Z", "page": "2", "page_size": "5",
    }  # fmt: skip


def test_nothing_found_is_one_page(client: FlaskClient, network: Network) -> None:
    network.directory.on("GET", "/search", {"entities": [], "total": 0})
    assert client.get("/api/v1/entities").get_json() == {"data": [], "meta": {"numberOfResults": 0, "totalPages": 1}}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1769860800", "2026-01-31T12:00:00.000000Z"), ("0", "1970-01-01T00:00:00.000000Z"),
        ("2026-01-31", "2026-01-31T00:00:00.000000Z"), ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000000Z"),
        ("2026-01-31t12:00:00.5z", "2026-01-31T12:00:00.500000Z"),
        ("2026-01-31T12:00:00%2B02:00", "2026-01-31T10:00:00.000000Z"),
        ("2026-01-31%2012:00:00%20UTC", "2026-01-31T12:00:00.000000Z"),
        ("31%20January%202026", "2026-01-31T00:00:00.000000Z"), ("1%20feb%202026", "2026-02-01T00:00:00.000000Z"),
    ],
)  # fmt: skip
def test_times_in_queries(client: FlaskClient, network: Network, written: str, read: str) -> None:
    network.directory.on("GET", "/search", {"entities": [], "total": 0})
    assert client.get(f"/api/v1/entities?offers=bread&tagged_since={written}").status_code == 200
    assert network.directory.last("GET", "/search").query["tagged_since"] == read


@pytest.mark.parametrize(
    "written",
    ["yesterday", "31%20Floreal%202026", "31%20February%202026", "2026-W05-1", "20260131T120000Z", "2026-13-01",
     "2026-01-31T12:00:00", "-5", "1e9", "%D9%A1", "2026-01-31T25:00:00Z", "0001-01-01T00:00:00%2B14:00"],
)  # fmt: skip
def test_what_is_no_time(client: FlaskClient, network: Network, written: str) -> None:
    answered = client.get(f"/api/v1/entities?offers=bread&tagged_since={written}")
    assert (answered.status_code, answered.get_json()["errors"][0]["field"]) == (400, "tagged_since")


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=x", "page_size=0", "page_size=101", "page_size=-1", "page=1&page=2", "nonsense=1",
        "tagged_since=yesterday", "tagged_since=2026-01-31", "offers=a&tagged_since=2026-01-31T12:00:00",
        "name=%00", "favorites_only=true", "status=pending", "offers=" + "x" * 51,
        "tagged_since=999999999999&offers=a", "page=99999999999999999999",
    ],
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_refused(client: FlaskClient, network: Network, query: str) -> None:
    assert client.get(f"/api/v1/entities?{query}").status_code == 400
    assert not network.directory.asked


def test_one_business(client: FlaskClient, network: Network) -> None:
    assert client.get(f"/api/v1/entities/{BAKERY}").get_json()["data"]["name"] == "Old Bakery"
    network.directory.on("GET", "/entities/none", problem(404, "entity.unknown"))
    unknown = client.get("/api/v1/entities/none")
    assert (unknown.status_code, unknown.get_json()["errors"][0]["code"]) == (404, "entity.unknown")


def test_what_one_is_of_ones_businesses_and_what_was_decided(client: FlaskClient, network: Network) -> None:
    session = an_operator_session("session-ann")
    network.directory.on("POST", "/sessions", session)
    network.lives(session)
    decision = {"previous": "pending", "status": "accepted", "at": NOW, "by": "", "reason": "Known"}
    network.directory.on("GET", f"/entities/{FARM}", an_entity(decisions=[decision]))
    olga = logged_in(client, "/api/v1/login")
    for path in ("/user/entities", f"/user/entities/{FARM}"):
        answered = client.get(f"/api/v1{path}", headers=olga)
        assert b'"role":"operator","viewOnly":false,"maxAmount":50.00' in answered.data
    told = {"previousStatus": "pending", "status": "accepted", "createdAt": NOW, "reason": "Known"}
    assert answered.get_json()["data"]["decisions"] == [told]
    network.ledger.on("POST", "/transfers", problem(403, "account.amount_not_allowed", "Too much.", most=5_000))
    body = {"transfer": "out", "initiator": FARM_ACCOUNT, "receiver": BAKERY_ACCOUNT, "amount": 51}
    refused = client.post("/api/v1/transfers", json=body, headers=olga)
    assert (refused.status_code, refused.get_json()["errors"][0]["maxPossible"]) == (403, 50)


def test_what_a_search_finds_is_counted(client: FlaskClient, network: Network) -> None:
    counts = {"categories": [{"value": "food", "count": 7}], "city": [], "region": [], "country": []}
    network.directory.on("GET", "/search", {"entities": [], "total": 24, "facets": counts})
    answered = client.get("/api/v1/entities/facets?q=bread&in=offers&has=offers,place&city=York&page_size=50")
    assert answered.get_json()["data"] == {"total": 24, **counts}
    assert network.directory.last("GET", "/search").query == {
        "q": "bread", "in": "offers", "has": "offers,place", "city": "York", "page": "1", "page_size": "1",
        "facets": "true",
    }  # fmt: skip
    assert client.get("/api/v1/entities/facets?in=somewhere").status_code == 400


def test_categories_by_their_letter(client: FlaskClient, network: Network) -> None:
    network.directory.on("GET", "/catalogue/categories", {"terms": [], "total": 0})
    assert client.get("/api/v1/categories?letter=B").status_code == 200
    assert network.directory.last("GET", "/catalogue/categories").query["letter"] == "B"
    assert client.get("/api/v1/categories?letter=BA").status_code == 400


def test_links_of_mails_say_what_they_are_for(client: FlaskClient, network: Network) -> None:
    network.directory.on("GET", "/email-confirmations/token-1", {"side": "new", "new_email": "ann@home.example"})
    told = client.get("/api/v1/email-confirmations/token-1").get_json()["data"]
    assert told == {"side": "new", "newEmail": "ann@home.example"}
    network.directory.on("POST", "/contact-reports/token-2", {"reported": True})
    assert client.post("/api/v1/contact-reports/token-2").status_code == 200
    gone = problem(404, "reset.invalid", "This link is used up.")
    network.directory.on("POST", "/contact-reports/token-3", gone)
    assert client.post("/api/v1/contact-reports/token-3").status_code == 404
