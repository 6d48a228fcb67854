"""Every page, for everybody who may see it: renders, escapes, keeps to the strict policy, says what is missing."""

from html.parser import HTMLParser

import html5lib
import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from services.gateway.assets import STYLESHEET, assets, bootstrap
from services.gateway.stylesheet import classes_of
from tests.gateway.network import (
    BAKERY,
    BAKERY_ACCOUNT,
    FARM,
    FARM_ACCOUNT,
    Network,
    a_completed_transfer,
    an_account,
    an_admin_transfer,
    some_legs,
)
from tests.gateway.scenes import (
    EVIL,
    LONG_NAME,
    LONG_WORD,
    a_statement,
    an_entry,
    empty,
    furnish,
    log_in,
)
from tests.gateway.scenes_pages import PAGES, Page
from tests.gateway.standin import problem

OF_BOOTSTRAP = classes_of(bootstrap())
STYLED = classes_of(assets()[STYLESHEET].content.decode())
FOR_ALL = ("/businesses", "/invitations", "/login")
"""Visitors may see these, or are at a door there already."""

STATUS = {
    "not-found": 404,
    "forbidden": 403,
    "reset-dead": 404,
    "email-confirm-dead": 404,
    "invitation-dead": 404,
    "setup-dead": 404,
    "acting-forbidden": 403,
    "check-malformed": 422,
    "payment-link-malformed": 422,
    "check-unknown": 404,
    "audit-wrong": 400,
}


class Seen(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[dict[str, str | None]] = []
        self.inline: list[str] = []
        self.foreign: list[str] = []
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.fields: list[tuple[str, dict[str, str | None]]] = []
        self.references: list[str] = []
        self.classes: set[str] = set()
        self._in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._in_script = tag == "script"
        if tag == "script":
            self.scripts.append(given)
        if tag == "style" or "style" in given:
            self.inline.append(tag)
        self.inline += [name for name in given if name.startswith("on")]
        addresses = [given.get(name) or "" for name in ("src", "href", "action")]
        self.inline += [address for address in addresses if address.lower().startswith("javascript:")]
        if tag in ("script", "link", "img", "use"):
            self.foreign += [address for address in addresses if address.startswith(("http:", "https:", "//"))]
        if given.get("id"):
            self.ids.append(given["id"] or "")
        self.classes |= set((given.get("class") or "").split())
        if tag == "label":
            self.labels.add(given.get("for") or "")
        if tag in ("input", "select", "textarea"):
            self.fields.append((tag, given))
        for name in ("aria-describedby", "aria-labelledby"):
            self.references += (given.get(name) or "").split()

    def bare(self) -> list[str | None]:
        """The fields that nothing names."""
        shown = [given for _, given in self.fields if given.get("type") != "hidden"]
        return [
            given.get("name") for given in shown if given.get("id") not in self.labels and not given.get("aria-label")
        ]

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.inline.append(data)
        self._in_script = False


def get(client: FlaskClient, page: Page) -> str:
    log_in(client, page.who)
    response = client.get(page.path)
    assert response.status_code == STATUS.get(page.name, 200), response.text
    assert response.content_type == "text/html; charset=utf-8"
    return response.text


def mistakes(text: str) -> list[str]:
    """Where a browser has to guess what was meant: what the HTML standard calls a parse error."""
    parser = html5lib.HTMLParser()
    parser.parse(text)
    lines = text.splitlines()
    return [f"{code} {told} at line {row}: {lines[row - 1].strip()}" for (row, _), code, told in parser.errors]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("scene", ["usual", "empty"])
def test_every_page_is_strict_html_and_keeps_to_the_policy(
    client: FlaskClient, network: Network, page: Page, scene: str
) -> None:
    furnish(network) if scene == "usual" else empty(network)
    text = get(client, page)
    assert mistakes(text) == []
    seen = Seen(text)
    assert seen.inline == []
    assert seen.foreign == []
    assert all(script.get("src") and script.get("type") == "module" for script in seen.scripts)
    assert len(seen.ids) == len(set(seen.ids)), "an id is on the page twice"
    assert set(seen.references) <= set(seen.ids), "something is described by nothing"
    assert (seen.classes & OF_BOOTSTRAP) <= STYLED, "a class that no template spells out is not in our stylesheet"
    assert seen.bare() == [], "fields without a label"


@pytest.mark.parametrize(
    "wrong",
    [
        *("<p><div></div></p>", "<b><p></b>", "<i id='a' id='b'></i>", "a < b", "&nonsense;", "<div/>"),
        *("<form><form></form></form>", "<button><button></button></button>", "<table><p></p></table>"),
    ],
)
def test_what_is_no_html_would_be_noticed(wrong: str) -> None:
    begin, end = "<!doctype html><html lang='en'><head><title>x</title></head><body>", "</body></html>"
    assert mistakes(f"{begin}<p>a</p>{end}") == []
    assert mistakes(f"{begin}{wrong}{end}")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_names_and_notes_are_text_and_nothing_else(client: FlaskClient, network: Network, page: Page) -> None:
    furnish(network, name=EVIL, note=EVIL)
    text = get(client, page)
    assert "<script>alert" not in text
    assert len(Seen(text).scripts) == 1


def test_the_escaped_name_is_still_shown(client: FlaskClient, network: Network) -> None:
    furnish(network, name=EVIL)
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in client.get(f"/businesses/{BAKERY}").text


@pytest.mark.parametrize("name", [LONG_NAME, LONG_WORD])
def test_long_names_are_shown_whole(client: FlaskClient, network: Network, name: str) -> None:
    furnish(network, name=name)
    assert name in get(client, Page("dashboard", "/dashboard", "member"))


# --- what became of a transfer ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("transfer_id", "sentences"),
    [
        ("transfer-1", ["Payment", "Waiting for an answer", "Expires 22 Dec 2999"]),
        ("transfer-fees", ["0.30 credits on top: 40.30 credits are paid in all", "0.40 credits of it: 39.60 credits"]),
        ("transfer-expired", ["Expired", "Nobody answered it in time."]),
        ("transfer-consent", ["Completed", "Paid at once, by the standing consent of Old Bakery"]),
        (
            "transfer-admin",
            ["Administrator's transfer", "An administrator made it", "−20.00 credits", "+30.00", "Reversed by",
             "Done at once: nobody had to accept it"],
        ),
        ("transfer-reversal", ["Reversal oftransfer-admin", "An administrator reversed it", "+20.00 credits"]),
    ],
)  # fmt: skip
def test_the_page_of_a_transfer_says_what_it_is(
    client: FlaskClient, network: Network, transfer_id: str, sentences: list[str]
) -> None:
    furnish(network)
    text = " ".join(Markup(get(client, Page("", f"/transfers/{transfer_id}", "member"))).striptags().split())
    for sentence in sentences:
        assert sentence in text


def test_my_own_consent_is_named_as_mine_and_my_reversal_too(client: FlaskClient, network: Network) -> None:
    furnish(network)
    asked = a_completed_transfer("t-1", initiator=BAKERY_ACCOUNT, direction="request", by_consent=True)
    network.ledger.on("GET", "/transfers/t-1", asked)
    assert "by your standing consent" in get(client, Page("", "/transfers/t-1", "member"))
    legs = some_legs((FARM_ACCOUNT, -2500), (BAKERY_ACCOUNT, 2500))
    back = an_admin_transfer("t-2", kind="reversal", initiator=FARM_ACCOUNT, reverses="t-0", legs=legs)
    network.ledger.on("GET", "/transfers/t-2", back)
    assert "You reversed it" in get(client, Page("", "/transfers/t-2", "member"))


def test_what_waits_says_until_when(client: FlaskClient, network: Network) -> None:
    furnish(network)
    for path in ("/pending", "/dashboard"):
        assert "Expires <time" in get(client, Page("", path, "member"))


def test_a_statement_names_what_is_no_payment(client: FlaskClient, network: Network) -> None:
    furnish(network)
    entries = [
        an_entry(9, 70, 70, "", role="fee"),
        an_entry(8, -2000, 0, "Roof fund", role="leg", kind="admin"),
        an_entry(7, 2000, 2000, "Wrong business", kind="reversal"),
        an_entry(6, -4030, 0, "Apples"),
    ]
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}/statement", a_statement(entries))
    text = get(client, Page("", "/statement", "member"))
    assert [text.count(words) for words in ("Fee of a transfer", "Administrator&#39;s transfer", "Reversal")] == [1] * 3


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"closing": True, "standing": "frozen"}, "closes by itself"), ({"outside_limits": True}, "outside your limits")],
)
def test_the_balance_says_when_it_is_special(
    client: FlaskClient, network: Network, changes: dict[str, object], sentence: str
) -> None:
    furnish(network)
    page = Page("", "/dashboard", "member")
    assert sentence not in get(client, page)
    network.ledger.on("GET", f"/accounts/{FARM_ACCOUNT}", an_account(**changes))
    assert sentence in get(client, page)


# --- who may see what -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page",
    [page for page in PAGES if page.who != "visitor" and not page.path.startswith(FOR_ALL)],
    ids=lambda page: page.name,
)
def test_visitors_are_sent_to_a_door_and_back(client: FlaskClient, network: Network, page: Page) -> None:
    furnish(network)
    response = client.get(page.path)
    assert response.status_code == 302
    door, _, query = response.headers["Location"].partition("?next=")
    # A transfer's page is for members and administrators alike: members are more.
    assert door == ("/admin/login" if page.path.startswith(("/admin", "/auditor")) else "/login")
    assert query


@pytest.mark.parametrize(
    "path", ["/admin", "/admin/applications", "/admin/businesses", f"/admin/businesses/{FARM}", "/auditor"]
)
def test_members_see_no_page_of_administrators(client: FlaskClient, network: Network, path: str) -> None:
    furnish(network)
    log_in(client, "member")
    response = client.get(path)
    assert response.status_code == 403
    assert "Your login does not allow this page." in response.text


def test_an_auditor_sees_the_book_but_no_business(client: FlaskClient, network: Network) -> None:
    furnish(network)
    log_in(client, "auditor")
    assert client.get("/auditor").status_code == 200
    assert client.get("/admin/businesses").status_code == 403


@pytest.mark.parametrize(("who", "first"), [("member", "/dashboard"), ("admin", "/admin"), ("auditor", "/auditor")])
def test_everybody_begins_at_the_own_first_page(client: FlaskClient, network: Network, who: str, first: str) -> None:
    furnish(network)
    log_in(client, who)
    assert client.get("/").headers["Location"] == first
    assert client.get("/login").headers["Location"] == first


# --- parts that are down ------------------------------------------------------------------------------------------


DOWN = problem(503, "ledger.unavailable", "No database.")


def test_a_ledger_that_is_down_leaves_the_matches(client: FlaskClient, network: Network) -> None:
    furnish(network)
    for path in ("/accounts/1000000000000008", "/accounts/1000000000000008/statement", "/transfers"):
        network.ledger.on("GET", path, DOWN)
    text = get(client, Page("dashboard", "/dashboard", "member"))
    assert text.count("Balances and transfers can&#39;t be reached at the moment.") == 3
    assert "They want what you offer" in text


def test_a_matcher_that_is_down_leaves_the_balance(client: FlaskClient, network: Network) -> None:
    furnish(network)
    network.matcher.on("GET", f"/entities/{FARM}/matches", problem(503, "matches.unavailable"))
    text = get(client, Page("dashboard", "/dashboard", "member"))
    assert "Leads and suppliers can&#39;t be reached" in text
    assert "Your balance" in text


def test_a_search_that_is_down_says_so_in_its_own_card(client: FlaskClient, network: Network) -> None:
    furnish(network)
    network.directory.on("GET", "/search", problem(503, "search.unavailable"))
    for path in ("/", "/businesses"):
        response = client.get(path)
        assert response.status_code == 200
        assert "The search can&#39;t be reached at the moment." in response.text


def test_a_directory_that_is_down_shows_numbers_for_names(client: FlaskClient, network: Network) -> None:
    furnish(network)
    for path in ("/sessions/session-ann", "/entities", "/search"):
        network.directory.on("GET", path, problem(503, "directory.unavailable"))
    text = get(client, Page("dashboard", "/dashboard", "member"))
    assert "The directory does not answer at the moment" in text
    assert "2000 0000 0000 0006" in text


def test_the_overview_says_which_part_is_down(client: FlaskClient, network: Network) -> None:
    furnish(network)
    network.notifier.on("GET", "/messages/summary", problem(503, "notifier.unavailable"))
    network.ledger.on("GET", "/head", DOWN)
    text = get(client, Page("overview", "/admin", "admin"))
    assert "The mail queue can&#39;t be reached" in text
    assert "Balances and transfers can&#39;t be reached" in text
    assert "Trading members" in text


def test_a_page_without_its_only_part_is_a_503_in_the_usual_layout(client: FlaskClient, network: Network) -> None:
    furnish(network)
    network.ledger.on("GET", "/transfers/transfer-1", DOWN)
    log_in(client, "member")
    response = client.get("/transfers/transfer-1")
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "Back in a moment" in response.text
    assert 'href="/transfers/transfer-1"' in response.text


def test_a_mistake_of_ours_is_a_500_that_says_nothing_of_its_inside(app: Flask, network: Network) -> None:
    furnish(network)
    network.directory.on("GET", f"/entities/{BAKERY}", {"nonsense": True})
    client = app.test_client()
    log_in(client, "admin")
    response = client.get(f"/admin/businesses/{BAKERY}")
    assert response.status_code == 500
    assert "Our mistake" in response.text
    assert "Error" not in response.text


# --- one call a part ----------------------------------------------------------------------------------------------


def test_the_dashboard_asks_once_for_each_part(client: FlaskClient, network: Network) -> None:
    furnish(network)
    get(client, Page("dashboard", "/dashboard", "member"))
    assert len(network.ledger.asked) == 3
    assert len(network.matcher.asked) == 1
    assert sorted(asked.path for asked in network.directory.asked) == ["/entities", "/network", "/sessions/session-ann"]


def test_the_list_of_businesses_asks_once_for_all_balances(client: FlaskClient, network: Network) -> None:
    furnish(network)
    get(client, Page("businesses", "/admin/businesses", "admin"))
    assert [asked.path for asked in network.ledger.asked] == ["/accounts"]


def test_colours_are_chosen_without_javascript(client: FlaskClient, network: Network) -> None:
    furnish(network)
    assert "data-bs-theme" not in client.get("/login").text
    client.set_cookie("theme", "dark")
    assert 'data-bs-theme="dark"' in client.get("/login").text
    client.set_cookie("theme", '"><script>')
    assert "data-bs-theme" not in client.get("/login").text
