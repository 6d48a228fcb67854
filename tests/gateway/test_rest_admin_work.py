"""Words, insight, clearing, tags and mails by the REST API: what the pages of administrators have, for programs."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.gateway.network import BAKERY, BAKERY_ACCOUNT, Network
from tests.gateway.scenes import furnish, logged_in
from tests.gateway.standin import problem

API = "/api/v1/admin"
DIGEST = "a" * 64


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    return network


@pytest.fixture
def root(client: FlaskClient, scene: Network) -> dict[str, str]:
    return logged_in(client, f"{API}/login")


def test_what_is_listed(client: FlaskClient, root: dict[str, str]) -> None:
    """Route to something in it, and how many there are in all."""
    told: dict[str, tuple[dict[str, Any], int]] = {
        "mail?state=sent": ({"id": "mail-1", "error": "", "mayRetry": False}, 44),
        "tags?fragment=veg&unused=true&letter=V": ({"id": "t1", "offers": 12}, 130),
        "categories": ({"id": "c1", "businesses": 7}, 130),
        "words/suggestions": ({"one": "hive", "other": "honey", "of": 9}, 1),
        "tags/alike": ({"why": "plural"}, 1),
    }
    for path, (first, total) in told.items():
        answered = client.get(f"{API}/{path}", headers=root)
        assert answered.status_code == 200, (path, answered.text)
        found = answered.get_json()
        assert first.items() <= found["data"][0].items(), path
        assert found["meta"]["numberOfResults"] == total, path


def test_what_is_told_whole(client: FlaskClient, root: dict[str, str], scene: Network) -> None:
    words = client.get(f"{API}/words", headers=root).get_json()["data"]
    assert words.keys() == {"groups", "version", "editedAt"}
    assert client.get(f"{API}/mail/summary", headers=root).get_json()["data"]["sent"] == 1204
    assert client.get(f"{API}/tags/t2", headers=root).get_json()["data"]["holders"] == 9
    kinds = client.get(f"{API}/mail/kinds", headers=root).get_json()["data"]
    assert (kinds["languages"], kinds["kinds"][1]["to"]) == (["en", "de"], "the business")
    preview = client.get(f"{API}/mail/kinds/welcome/preview?language=de", headers=root).get_json()["data"]
    assert preview["subject"] == "Blue Bakery asks for 25.00 credits"
    assert scene.notifier.last("GET", "/kinds/welcome/preview").query == {"language": "de"}
    letters = client.get("/api/v1/categories/letters").get_json()["data"]["letters"]
    assert letters == {"B": 1, "C": 3, "#": 1}


def test_clearing_in_credits(client: FlaskClient, root: dict[str, str]) -> None:
    found = client.get(f"{API}/clearing", headers=root).get_json()["data"]
    (pair,), (chain,) = found["pairs"], found["chains"]
    assert found["below"][0] == {
        "id": BAKERY, "accountNumber": BAKERY_ACCOUNT, "name": "Old Bakery", "balance": -800.0, "percent": 80,
    }  # fmt: skip
    assert (pair["amount"], pair["over"], pair["gives"][0]["giverID"]) == (700.0, None, BAKERY)
    assert chain["over"]["name"] == "Print & Co"


def test_insight_is_one_thing_in_two_forms(client: FlaskClient, root: dict[str, str]) -> None:
    found = client.get(f"{API}/insight", headers=root).get_json()["data"]
    file = client.get(f"{API}/insight.csv", headers=root)
    assert file.content_type.startswith("text/csv")
    rows = file.text.splitlines()
    assert rows[0] == "list,month,town,tag,members"
    assert len(rows) == 1 + sum(len(found[kind]) for kind in ("unmet", "unused", "months"))


def test_the_words_are_replaced(client: FlaskClient, root: dict[str, str], scene: Network) -> None:
    wanted = {"groups": [["plumber", "heating engineer"]], "version": 3}
    scene.matcher.on("PUT", "/words", wanted | {"version": 4, "edited_at": None})
    done = client.put(f"{API}/words", json=wanted, headers=root | {"Idempotency-Key": "k"})
    assert done.get_json()["data"]["version"] == 4
    sent = scene.matcher.last("PUT", "/words")
    assert (sent.body, sent.headers["Idempotency-Key"]) == (wanted, "k")
    scene.matcher.on("PUT", "/words", problem(409, "words.changed", "There is a newer list."))
    assert client.put(f"{API}/words", json=wanted, headers=root).status_code == 409
    for wrong in ({"groups": []}, wanted | {"groups": [["one"]]}, wanted | {"groups": [["a", "b" * 51]]},
                  wanted | {"version": -1}):  # fmt: skip
        assert client.put(f"{API}/words", json=wrong, headers=root).status_code == 400, wrong


ORDERS: list[tuple[str, str, Any, tuple[str, str, str], Any]] = [
    ("POST", "mail/mail-2/retry", None, ("notifier", "POST", "/messages/mail-2/retry"), {}),
    ("POST", "mail/mail-2/discard", None, ("notifier", "POST", "/messages/mail-2/discard"), {}),
    ("DELETE", f"mail/suppressions/{DIGEST}", None, ("notifier", "DELETE", f"/suppressions/{DIGEST}"), {}),
    ("POST", "tags/apart", {"names": ["bread", "bead"]}, ("directory", "POST", "/catalogue/tags/dismissals"),
     {"names": ["bread", "bead"]}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "theirs", "sent"), ORDERS)
def test_an_order_is_passed_on_with_its_key(
    client: FlaskClient, root: dict[str, str], scene: Network, method: str, path: str, body: Any, theirs: Any, sent: Any
) -> None:
    given = root | {"Idempotency-Key": "k-1"}
    answered = client.open(f"{API}/{path}", method=method, json=body, headers=given)
    assert (answered.status_code, answered.get_json()["data"]) == (200, {}), answered.text
    asked = getattr(scene, theirs[0]).last(*theirs[1:])
    assert asked.headers["Idempotency-Key"] == "k-1"
    assert sent == (asked.body or {})


def test_an_address_is_looked_up_in_a_body(client: FlaskClient, root: dict[str, str], scene: Network) -> None:
    body = {"address": "ann@farm.example", "page": 2}
    answered = client.post(f"{API}/mail/suppressions/search", json=body, headers=root)
    assert "Link" not in answered.headers, "a link can't ask by a body"
    found = answered.get_json()
    assert (found["data"][0], found["meta"]["numberOfResults"]) == (
        {"digest": DIGEST, "reason": "bounce", "at": found["data"][0]["at"]}, 44,
    )  # fmt: skip
    sent = scene.notifier.last("POST", "/suppressions/search").body
    assert sent == {"address": "ann@farm.example", "page": 2, "page_size": 20}
    assert "ann@farm.example" not in str(found)


def test_nonsense_is_refused(client: FlaskClient, root: dict[str, str]) -> None:
    for path in ("mail?state=lost", "mail?page_size=101", "tags?letter=ab", "tags?unused=perhaps"):
        assert client.get(f"{API}/{path}", headers=root).status_code == 400, path
    assert client.get(f"{API}/mail/kinds/nothing/preview", headers=root).status_code == 404
    for names in (["bread"], ["a", "b", "c"], "ab"):
        assert client.post(f"{API}/tags/apart", json={"names": names}, headers=root).status_code == 400


def test_a_part_that_is_down_is_named(client: FlaskClient, root: dict[str, str], scene: Network) -> None:
    scene.matcher.on("GET", "/insight", problem(503, "matches.unavailable", "Not at the moment.", retry_after=2))
    refused = client.get(f"{API}/insight", headers=root)
    assert (refused.status_code, refused.get_json()["errors"][0]["part"]) == (503, "matcher")
