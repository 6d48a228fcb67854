"""Rate limits: who may ask for how much, counted here and with other processes, with MongoDB and without."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client import CollectorRegistry
from pymongo import MongoClient

from services.chassis.config import BadSettings
from services.gateway.app import create_app
from services.gateway.config import Config
from services.gateway.rates import Rates, costs, rates_of
from services.gateway.rates.budgets import Budget, budget_of, site_of
from services.gateway.rates.counting import Counter, StoreAway
from services.gateway.rates.store import SharedCounts
from tests.gateway.network import Network, a_session
from tests.gateway.scenes import logged_in
from tests.log_lines import LogLines

MINUTE = Budget("address", 60, 60)
NOBODY_LISTENS = "mongodb://127.0.0.1:9/?directConnection=true"


class Time:
    def __init__(self) -> None:
        # Far ahead: MongoDB removes by its own clock what is over.
        self.now = 4_000_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def store(mongo_url: str, mongo_database: str) -> Iterator[SharedCounts]:
    shared = SharedCounts(mongo_url, mongo_database)
    yield shared
    shared.close()


def processes(store: Any, clock: Time, number: int) -> list[Counter]:
    """As many gateway processes, whose background work is done at once."""
    return [Counter(store, clock, lambda work: work()) for _ in range(number)]


def spent(counter: Counter, budget: Budget, calls: int, points: int = 1, who: str = "ann") -> int:
    """How many of so many calls were allowed."""
    return sum(counter.spend(budget, who, points).allowed for _ in range(calls))


@pytest.mark.parametrize(
    ("text", "quota", "seconds"), [("60/minute", 60, 60), (" 5 / second ", 5, 1), ("9/day", 9, 86400)]
)
def test_a_rate_is_read(text: str, quota: int, seconds: int) -> None:
    assert budget_of("address", text) == Budget("address", quota, seconds)


@pytest.mark.parametrize("text", ["", "60", "0/minute", "60/fortnight", "-1/minute", "1/minute;2/hour", "a/minute"])
def test_what_is_no_rate_is_said_at_the_start(config: Config, text: str) -> None:
    with pytest.raises(ValueError, match="60/minute"):
        budget_of("address", text)
    with pytest.raises(BadSettings) as told:
        create_app(dataclasses.replace(config, rate_limit=text or "x", rate_limit_token="y"))
    assert next(problem.partition(":")[0] for problem in told.value.problems) == "GATEWAY_RATE_LIMIT"
    assert "GATEWAY_RATE_LIMIT_TOKEN" in told.value.problems[-1]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "", True),
    ],
)
def test_an_ipv6_site_is_one_address(one: str, other: str, same: bool) -> None:
    assert (site_of(one) == site_of(other)) is same


def test_a_window_ends_and_another_begins(clock: Time) -> None:
    counter = Counter(None, clock)
    assert spent(counter, MINUTE, 70) == 60
    refused = counter.spend(MINUTE, "ann", 1)
    assert (refused.allowed, refused.remaining) == (False, 0)
    assert spent(counter, MINUTE, 1, who="bob") == 1, "others have their own"
    clock.now += refused.seconds_left
    assert spent(counter, MINUTE, 70) == 60


def test_windows_that_are_over_are_forgotten_without_a_store_too(clock: Time) -> None:
    [alone] = processes(None, clock, 1)
    second = Budget("account", 10, 1)
    for _ in range(20):
        spent(alone, second, 1, who="ann")
        spent(alone, second, 1, who="bob")
        clock.now += 1
    assert len(alone.keys()) <= 4


def test_windows_of_different_callers_end_at_different_times(clock: Time) -> None:
    ends = {MINUTE.window_end(f"caller {number}", clock()) for number in range(50)}
    assert len(ends) > 20
    assert all(clock() < end <= clock() + 60 for end in ends)


def test_what_costs_more_than_a_budget_takes_all_of_it(clock: Time) -> None:
    assert spent(Counter(None, clock), Budget("address", 3, 60), 2, points=10) == 1


def test_a_refused_call_takes_nothing(clock: Time) -> None:
    counter = Counter(None, clock)
    assert spent(counter, MINUTE, 5, points=25) == 2
    assert spent(counter, MINUTE, 20) == 10, "what is left serves cheaper calls"


@pytest.mark.integration
def test_processes_share_a_small_budget_exactly(store: SharedCounts, clock: Time) -> None:
    four = processes(store, clock, 4)
    allowed = sum(spent(process, Budget("account", 10, 60), 1) for _ in range(10) for process in four)
    assert allowed == 10


@pytest.mark.integration
def test_processes_together_stay_near_a_large_budget_and_seldom_ask(mongo_url: str, mongo_database: str) -> None:
    asked = 0

    class Watched(SharedCounts):
        def add(self, used: Mapping[str, tuple[int, float]], seconds: float) -> Mapping[str, int]:
            nonlocal asked
            asked += 1
            return super().add(used, seconds)

    store, clock = Watched(mongo_url, mongo_database), Time()
    four = processes(store, clock, 4)
    budget = Budget("address", 2_000, 60)
    allowed = sum(spent(process, budget, 1) for _ in range(1_000) for process in four)
    store.close()
    assert 2_000 <= allowed <= 2_000 + 3 * 2_000 / 16
    assert asked < 400, "one call in ten at most, and most of them near the end"


@pytest.mark.integration
def test_counts_are_told_in_the_background_and_go_by_themselves(
    store: SharedCounts, clock: Time, mongo_url: str, mongo_database: str
) -> None:
    one, other = processes(store, clock, 2)
    budget = Budget("address", 1_000, 3600)
    assert spent(one, budget, 30) == 30
    clock.now += 2
    spent(one, budget, 1)
    other.spend(budget, "ann", 1)
    clock.now += 2
    assert other.spend(budget, "ann", 1).remaining == 1_000 - 33
    with MongoClient[dict[str, Any]](mongo_url, tz_aware=True) as client:
        (kept,) = client[mongo_database]["rates"].find()
        assert kept["gone_after"].timestamp() == pytest.approx(budget.window_end("ann", clock()) + 60)
        assert client[mongo_database]["rates"].index_information()["gone_after_1"]["expireAfterSeconds"] == 0


class Switched:
    """A store that can be unplugged: asked for a real one, or for one that nobody answers for."""

    def __init__(self, good: SharedCounts, bad: SharedCounts) -> None:
        self.good, self.bad, self.plugged, self.asked = good, bad, True, 0

    def add(self, used: Mapping[str, tuple[int, float]], seconds: float) -> Mapping[str, int]:
        self.asked += 1
        return (self.good if self.plugged else self.bad).add(used, seconds)


@pytest.mark.integration
def test_without_mongodb_each_counts_for_itself_and_tells_it_when_it_is_back(
    store: SharedCounts, clock: Time, log_lines: LogLines
) -> None:
    unreachable = SharedCounts(NOBODY_LISTENS, "nowhere")
    switched = Switched(store, unreachable)
    one, other = processes(switched, clock, 2)
    budget = Budget("account", 40, 3600)
    assert spent(one, budget, 4) == 4
    switched.plugged = False
    clock.now += 2
    assert spent(one, budget, 30) == 30, "it goes on"
    assert one.away
    tried = switched.asked
    assert spent(one, budget, 9) == 6, "within its own count of the limit"
    assert switched.asked == tried, "and does not wait for what does not answer"
    switched.plugged = True
    clock.now += 6
    spent(one, budget, 1, who="bob")
    assert not one.away
    assert spent(other, budget, 40) <= 4, "what was used meanwhile is known to all"
    told = [line["event"] for line in log_lines() if line["event"].startswith("rates.")]
    assert told == ["rates.store_away", "rates.store_back"]
    unreachable.close()


def test_an_address_that_nobody_answers_at_is_given_up_soon() -> None:
    unreachable = SharedCounts(NOBODY_LISTENS, "nowhere")
    with pytest.raises(StoreAway):
        unreachable.add({"a": (1, 2_000_000_000.0)}, 0.1)
    unreachable.close()


@pytest.fixture
def limited(app: Flask, config: Config) -> Callable[..., FlaskClient]:
    """The gateway as if it had been started with other limits: of a day, which seldom ends in the middle of a test."""

    def limit(**settings: Any) -> FlaskClient:
        Rates.__init__(rates_of(app), dataclasses.replace(config, **settings), CollectorRegistry())
        return app.test_client()

    return limit


@pytest.mark.integration
def test_two_gateways_share_what_a_caller_may_ask_for(
    limited: Callable[..., FlaskClient], app: Flask, mongo_url: str, mongo_database: str
) -> None:
    shared = {"rate_limit": "12/day", "mongo_url": mongo_url, "mongo_database": mongo_database}
    answered = []
    for _ in range(2):
        client = limited(**shared)
        answered += [client.get("/api/v1/openapi.json").status_code for _ in range(8)]
        rates_of(app).close()
    assert answered == [200] * 12 + [429] * 4


def test_a_gateway_without_its_mongodb_answers(config: Config, network: Network) -> None:
    app = create_app(dataclasses.replace(config, rate_limit="3/day", mongo_url=NOBODY_LISTENS))
    client = app.test_client()
    answered = [client.get("/api/v1/openapi.json").status_code for _ in range(4)]
    assert answered == [200, 200, 200, 429]
    metrics = client.get("/metrics").text
    assert "gateway_rates_store_away 1.0" in metrics
    assert 'gateway_rate_limited_total{limit="address"} 1.0' in metrics
    rates_of(app).close()


def test_a_login_has_its_own_budget_wherever_it_calls_from(
    limited: Callable[..., FlaskClient], network: Network
) -> None:
    client = limited(rate_limit_account="3/day")
    ann = logged_in(client, "/api/v1/login")
    answers = [
        client.get("/api/v1/sessions", headers=ann, environ_overrides={"REMOTE_ADDR": f"192.0.2.{number}"})
        for number in range(4)
    ]
    assert [each.status_code == 429 for each in answers] == [False, False, False, True]
    (error,) = answers[-1].get_json()["errors"]
    assert (error["code"], error["limit"]) == ("http.too_many_requests", "account")
    assert "your login has 3 points in 86400 seconds" in error["message"]
    assert answers[-1].headers["RateLimit-Policy"] == '"address";q=5000;w=60, "account";q=3;w=86400'
    wait = answers[-1].headers["Retry-After"]
    assert f'"account";r=0;t={wait}' in answers[-1].headers["RateLimit"]


def test_a_token_has_its_own_budget(limited: Callable[..., FlaskClient], network: Network) -> None:
    session = a_session("token-1") | {"scopes": ["read"], "token_id": "1", "token_name": "Books"}
    network.directory.on("POST", "/api-token-sessions", session)
    client = limited(rate_limit_token="2/day")
    bearer = {"Authorization": "Bearer mccs_" + "a" * 49}
    answers = [client.get("/api/v1/user", headers=bearer) for _ in range(3)]
    assert [each.status_code == 429 for each in answers] == [False, False, True]
    assert answers[-1].get_json()["errors"][0]["limit"] == "token"
    assert answers[-1].headers["RateLimit"].count(";r=") == 3


def test_answers_say_what_is_left(limited: Callable[..., FlaskClient], network: Network) -> None:
    client = limited(rate_limit="1000/day")
    answered = client.get("/api/v1/user", headers=logged_in(client, "/api/v1/login"))
    # The login before cost ten points.
    assert answered.headers["RateLimit"].startswith('"address";r=989;t=')
    assert "RateLimit" not in client.get("/login").headers, "people's browsers have no use for it"


def test_a_page_says_when_to_come_back(limited: Callable[..., FlaskClient]) -> None:
    client = limited(rate_limit="2/day")
    answered = [client.get("/login") for _ in range(3)][-1]
    assert answered.status_code == 429
    assert f"Wait {answered.headers['Retry-After']} seconds and try again" in answered.text


def test_whoever_guesses_passwords_gets_few_tries(limited: Callable[..., FlaskClient]) -> None:
    client = limited(rate_limit="60/day")
    answered = [client.post("/api/v1/login", json={"email": "a@b", "password": "x"}).status_code for _ in range(8)]
    assert answered.count(429) == 2


def test_a_made_up_address_opens_no_new_budget(limited: Callable[..., FlaskClient]) -> None:
    client = limited(rate_limit="2/day")
    answered = [
        client.get("/api/v1/openapi.json", headers={"X-Forwarded-For": made_up, "X-Real-IP": made_up}).status_code
        for made_up in ("203.0.113.1", "203.0.113.2", "203.0.113.3")
    ]
    assert answered == [200, 200, 429]


def test_behind_a_proxy_of_ours_its_word_alone_counts(config: Config, network: Network) -> None:
    client = create_app(dataclasses.replace(config, rate_limit="2/day", trusted_proxies=1)).test_client()
    told = ("203.0.113.1", "203.0.113.2", "203.0.113.3", *(f"198.51.100.{number}, 192.0.2.9" for number in range(3)))
    answered = [client.get("/api/v1/openapi.json", headers={"X-Forwarded-For": each}).status_code for each in told]
    assert answered == [200, 200, 200, 200, 200, 429], "what callers write before it opens no new budget"


def test_pictures_count_beside_pages(limited: Callable[..., FlaskClient], network: Network) -> None:
    client = limited(rate_limit="3/day")
    answered = [client.get("/pictures/x-96.webp").status_code for _ in range(31)]
    assert 429 not in answered[:30]
    assert answered[-1] == 429
    assert client.get("/login").status_code == 200


def test_every_name_in_the_table_is_a_route(app: Flask) -> None:
    assert set(costs.NAMED) | costs.CHECKING <= set(app.view_functions)


@pytest.mark.parametrize(
    ("endpoint", "method", "group"),
    [
        ("rest.transfers", "GET", costs.READ), ("rest.initiate", "POST", costs.WRITE),
        ("rest.entities", "GET", costs.SEARCH), ("rest.log_in", "POST", costs.PASSWORD),
        ("rest.transfer_batch", "POST", costs.BATCH), ("rest.facets", "GET", costs.SEARCH),
        ("web.log_in", "GET", costs.READ), ("web.log_in", "POST", costs.PASSWORD),
        ("rest.statement_pdf", "GET", costs.EXPORT), ("web.statement_csv", "GET", costs.EXPORT),
        ("health.healthz", "GET", costs.FREE), ("static", "GET", costs.FREE), ("", "GET", costs.READ),
    ],
)  # fmt: skip
def test_a_call_costs_what_its_group_does(app: Flask, endpoint: str, method: str, group: costs.Group) -> None:
    assert costs.group_of(endpoint, app.view_functions.get(endpoint), method) is group


def test_nobodys_address_is_stored(app: Flask, client: FlaskClient) -> None:
    client.get("/login", environ_overrides={"REMOTE_ADDR": "192.0.2.77"})
    counted = rates_of(app).counter.keys()
    assert counted
    assert not any("192.0.2.77" in key for key in counted)
