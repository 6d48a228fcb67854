"""Tags, categories, favourites, notes and messages, on pages and over the API."""

import pytest
from flask.testing import FlaskClient

from tests.gateway import scenes
from tests.gateway.network import ANN, BAKERY, FARM, Network, a_bakery, a_session
from tests.gateway.scenes import hidden, log_in, send
from tests.gateway.standin import problem

MESSAGE = f"/businesses/{BAKERY}/message"
PAGE = f"/businesses/{BAKERY}"


@pytest.fixture(autouse=True)
def furnished(network: Network) -> None:
    scenes.furnish(network)
    network.directory.on("GET", PAGE.replace("businesses", "entities"), a_bakery(is_favourite=False, contactable=True))


def test_the_api_lists_tags_and_categories_a_page_at_a_time(client: FlaskClient, network: Network):
    answered = client.get("/api/v1/categories?prefix=b&fragment=ake&page=2&page_size=5").get_json()
    assert answered["data"][0] == {"id": "c1", "name": "bakery", "label": "Bakery"}
    assert answered["meta"] == {"numberOfResults": 130, "totalPages": 26}
    asked = network.directory.last("GET", "/catalogue/categories").query
    assert asked == {"prefix": "b", "fragment": "ake", "page": "2", "page_size": "5"}
    assert client.get("/api/v1/tags?fragment=veg").get_json()["data"][0]["id"] == "t1"
    assert client.get("/api/v1/tags?page_size=101").status_code == 400


def test_the_api_changes_categories_for_administrators(
    client: FlaskClient, network: Network, admin: dict[str, str], ann: dict[str, str]
):
    made = client.post("/api/v1/admin/categories", json={"name": "Bakery"}, headers=admin)
    assert made.get_json()["data"] == {"id": "c1", "name": "bakery", "label": "Bakery"}
    renamed = client.patch("/api/v1/admin/categories/c1", json={"name": "Bakeries"}, headers=admin).get_json()["data"]
    assert renamed["touched"] == 9
    gone = client.delete("/api/v1/admin/tags/t1", headers=admin | {"Idempotency-Key": "k1"})
    assert gone.get_json()["data"]["name"] == "vegetables"
    assert network.directory.last("DELETE", "/catalogue/tags/t1").headers["Idempotency-Key"] == "k1"
    merge = {"ids": ["t2"], "into": "t1"}
    assert client.post("/api/v1/admin/tags/merges", json=merge, headers=admin).get_json()["data"]["merged"] == 1
    assert client.post("/api/v1/admin/tags", json={"name": "x"}, headers=ann).status_code == 403
    assert client.post("/api/v1/admin/tags", json={}, headers=admin).status_code == 400


@pytest.mark.parametrize("said", [{"favorite": True}, {"isFavorite": True}, {"favorite": True, "isFavorite": True}])
def test_either_word_marks_a_favourite(client: FlaskClient, network: Network, ann: dict[str, str], said: dict):
    body = {"addToEntityID": FARM, "favoriteEntityID": BAKERY} | said
    answered = client.post("/api/v1/favorites", json=body, headers=ann)
    assert answered.get_json()["data"] == {"favoriteEntityID": BAKERY, "isFavorite": True}
    assert network.directory.last("PUT", f"/entities/{FARM}/favourites/{BAKERY}").body == {"favourite": True}


@pytest.mark.parametrize("said", [{}, {"favorite": True, "isFavorite": False}, {"isFavorite": "yes"}])
def test_neither_word_or_both_at_odds_mark_nothing(client: FlaskClient, ann: dict[str, str], said: dict):
    body = {"addToEntityID": FARM, "favoriteEntityID": BAKERY} | said
    assert client.post("/api/v1/favorites", json=body, headers=ann).status_code == 400


def test_is_favorite_is_asked_with_a_login_alone(client: FlaskClient, network: Network, ann: dict[str, str]):
    path = f"/api/v1/entities/{BAKERY}?querying_entity_id={FARM}"
    refused = client.get(path)
    assert refused.status_code == 401
    assert client.get(f"/api/v1/entities?querying_entity_id={FARM}").status_code == 401
    assert client.get(path, headers=ann).get_json()["data"]["isFavorite"] is False
    assert network.directory.last("GET", f"/entities/{BAKERY}").query == {"querying_entity_id": FARM}
    client.get(f"/api/v1/entities?querying_entity_id={FARM}&offers=bread", headers=ann)
    assert network.directory.last("GET", "/search").query["querying_entity_id"] == FARM
    assert client.get("/api/v1/favorites", headers=ann).status_code == 400
    assert client.get(f"/api/v1/favorites?querying_entity_id={FARM}", headers=ann).get_json()["data"][0]["isFavorite"]


def test_the_api_mails_a_text_and_keeps_a_note(client: FlaskClient, network: Network, ann: dict[str, str]):
    body = {"senderEntityID": FARM, "receiverEntityID": BAKERY, "body": "Hello", "copyToSender": True}
    assert client.post("/api/v1/send-email", json=body, headers=ann).get_json() == {"data": {}}
    asked = network.directory.last("POST", f"/entities/{FARM}/contact-messages").body
    assert asked == {"receiver": BAKERY, "body": "Hello", "copy_to_me": True}
    network.directory.on(
        "POST", f"/entities/{FARM}/contact-messages", problem(429, "contact.too_often", retry_after=60)
    )
    refused = client.post("/api/v1/send-email", json=body, headers=ann)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    path = f"/api/v1/user/entities/{FARM}/notes/{BAKERY}"
    assert client.get(path, headers=ann).get_json()["data"]["text"] == "Ask for Beth."
    assert client.put(path, json={"text": "x"}, headers=ann).get_json()["data"]["editedBy"] == ANN
    assert client.put(path, json={"text": "x" * 2001}, headers=ann).status_code == 400


def test_a_member_marks_a_business_and_comes_back(client: FlaskClient, network: Network):
    log_in(client, "member")
    assert 'aria-pressed="false"' in client.get(PAGE).text
    answered = send(client, f"{PAGE}/favourite", {"favourite": "1", "next": "/businesses?q=bread"}, page=PAGE)
    assert (answered.status_code, answered.location) == (302, "/businesses?q=bread")
    assert network.directory.last("PUT", f"/entities/{FARM}/favourites/{BAKERY}").body == {"favourite": True}
    assert "Old Bakery" in client.get("/favourites").text
    away = send(client, f"{PAGE}/favourite", {"favourite": "0", "next": "https://evil.example"}, page=PAGE)
    assert away.location == PAGE


def test_a_note_is_kept_and_what_is_too_long_stays_in_the_form(client: FlaskClient, network: Network):
    log_in(client, "member")
    assert "Ask for Beth." in client.get(PAGE).text
    assert send(client, f"{PAGE}/note", {"text": "Closed on Mondays"}, page=PAGE).status_code == 302
    assert network.directory.last("PUT", f"/entities/{FARM}/notes/{BAKERY}").body == {"text": "Closed on Mondays"}
    again = send(client, f"{PAGE}/note", {"text": "y" * 2001}, page=PAGE)
    assert again.status_code == 422
    assert "y" * 2001 in again.text


def test_a_message_is_mailed_once(client: FlaskClient, network: Network):
    log_in(client, "member")
    answered = send(client, MESSAGE, {"body": "Do you deliver?", "copy_to_me": "y", "key": "key-1"}, page=PAGE)
    assert answered.status_code == 302
    asked = network.directory.last("POST", f"/entities/{FARM}/contact-messages")
    assert asked.body == {"receiver": BAKERY, "body": "Do you deliver?", "copy_to_me": True}
    assert asked.headers["Idempotency-Key"] == "key-1"


def test_a_refused_message_is_kept_in_the_form_with_the_reason(client: FlaskClient, network: Network):
    log_in(client, "member")
    said = problem(429, "contact.too_often", "At most 3 messages to the same business a day.", retry_after=600)
    network.directory.on("POST", f"/entities/{FARM}/contact-messages", said)
    answered = send(client, MESSAGE, {"body": "Do you <b>deliver</b>?"}, page=PAGE)
    assert answered.status_code == 429
    assert "At most 3 messages" in answered.text
    assert "Do you &lt;b&gt;deliver&lt;/b&gt;?" in answered.text
    assert send(client, MESSAGE, {"body": " "}, page=PAGE).status_code == 422


def test_who_trades_asks_a_business_to_trade_too(client: FlaskClient, network: Network):
    log_in(client, "member")
    assert "?ask=trade" not in client.get(PAGE).text, "it trades already"
    assert "like to trade with" not in client.get(f"{PAGE}?ask=trade").text
    network.directory.on("GET", f"/entities/{BAKERY}", a_bakery(status="accepted"))
    assert f'href="{PAGE}?ask=trade#contact"' in client.get(PAGE).text
    asking = client.get(f"{PAGE}?ask=trade").text
    assert '<details class="more mt-3" open>' in asking
    assert "We would like to trade with Old Bakery in credits." in asking
    network.directory.on("GET", f"/entities/{BAKERY}", a_bakery(status="accepted", contactable=False))
    assert "?ask=trade" not in client.get(PAGE).text


@pytest.mark.parametrize(
    ("status", "said"),
    [("pending", "once your business is accepted"), ("rejected", "yours was not accepted")],
)
def test_who_may_not_write_is_told_why(client: FlaskClient, network: Network, status: str, said: str):
    farm = {"entity_id": FARM, "account": "1000000000000008", "name": "Farm", "status": status, "role": "owner"}
    network.lives(a_session(entities=[farm]))
    log_in(client, "member")
    page = client.get(PAGE).text
    assert said in page
    assert MESSAGE not in page


def test_visitors_are_asked_to_join_and_switched_off_is_said(client: FlaskClient, network: Network):
    page = client.get(PAGE).text
    assert "Join to write" in page
    assert "Your note" not in page
    assert 'aria-pressed="false"' not in page.partition("<main")[2].partition("</main>")[0]
    network.directory.on("GET", f"/entities/{BAKERY}", a_bakery(contactable=False))
    assert "does not take messages" in client.get(PAGE).text


def test_a_message_is_reported_by_its_link(client: FlaskClient, network: Network):
    assert client.get("/contact-reports/token-1").status_code == 200
    assert network.directory.count("POST", "/contact-reports/token-1") == 0, "looking at a link reports nothing"
    answered = send(client, "/contact-reports/token-1", {})
    assert "Thank you" in answered.text
    network.directory.on("POST", "/contact-reports/token-2", problem(404, "reset.invalid", "This link is not known."))
    assert send(client, "/contact-reports/token-2", {}).status_code == 404


def test_categories_are_browsed_by_letter(client: FlaskClient, network: Network):
    page = client.get("/categories?letter=C").text
    assert network.directory.last("GET", "/catalogue/categories").query["letter"] == "C"
    assert "/businesses?category=bakery" in page
    assert "Cafés &amp; bars" in page
    client.get("/categories?letter=zz")
    assert network.directory.last("GET", "/catalogue/categories").query["letter"] == "B", "the first with any"


def test_a_rename_says_first_what_will_happen(client: FlaskClient, network: Network):
    log_in(client, "admin")
    asked = send(client, "/admin/tags/t2", {"name": "vegetables", "key": "k1"})
    assert "is there already" in asked.text
    assert "9 businesses" in asked.text
    assert network.directory.count("PATCH", "/catalogue/tags/t2") == 0
    confirmed = {"csrf_token": hidden(asked.text, "csrf_token"), "name": "vegetables", "confirmed": "1", "key": "k1"}
    done = client.post("/admin/tags/t2", data=confirmed)
    assert done.status_code == 302
    assert network.directory.last("PATCH", "/catalogue/tags/t2").headers["Idempotency-Key"] == "k1"


def test_a_removal_says_first_what_will_happen(client: FlaskClient, network: Network):
    log_in(client, "admin")
    asked = send(client, "/admin/categories/c1/removal", {}, page="/admin/categories/c1")
    assert "9 businesses" in asked.text
    assert network.directory.count("DELETE", "/catalogue/categories/c1") == 0
    sent = {"confirmed": "1", "key": "k2"}
    done = send(client, "/admin/categories/c1/removal", sent, page="/admin/categories/c1")
    assert done.status_code == 302
    assert network.directory.count("DELETE", "/catalogue/categories/c1") == 1


def test_several_are_merged_after_a_look(client: FlaskClient, network: Network):
    log_in(client, "admin")
    page = client.get("/admin/tags").text
    assert "Perhaps the same" in page
    asked = send(client, "/admin/tags/merge", {"term": ["t1", "t2"]}, page="/admin/tags")
    assert "Which one stays?" in asked.text
    assert network.directory.count("POST", "/catalogue/tags/merges") == 0
    sent = {"term": ["t1", "t2"], "into": "t1", "confirmed": "1", "key": "k3"}
    assert send(client, "/admin/tags/merge", sent, page="/admin/tags").status_code == 302
    assert network.directory.last("POST", "/catalogue/tags/merges").body == {"term_ids": ["t2"], "into": "t1"}
    assert send(client, "/admin/tags/merge", {"term": ["t1"]}, page="/admin/tags").status_code == 302
    apart = send(client, "/admin/tags/apart", {"name": ["vegetables", "vegetable"]}, page="/admin/tags")
    assert apart.status_code == 302
    assert network.directory.count("POST", "/catalogue/tags/dismissals") == 1


def test_a_name_that_is_taken_stays_in_the_form(client: FlaskClient, network: Network):
    log_in(client, "admin")
    network.directory.on("POST", "/catalogue/tags", problem(409, "term.taken", "“bread” is there already."))
    answered = send(client, "/admin/tags", {"name": "bread"})
    assert answered.status_code == 409
    assert "is there already" in answered.text
    assert 'value="bread"' in answered.text
