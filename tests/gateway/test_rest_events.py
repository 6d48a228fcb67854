"""The event feed by the REST API: pages, waiting, streams that end by themselves, and how many may wait."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.chassis.process import Stop
from services.gateway.rest import events
from services.gateway.rest.events import WAITS
from services.gateway.waits import MOST_EACH, Waits
from tests.gateway.network import FARM, Network, a_session
from tests.gateway.scenes import furnish, logged_in
from tests.gateway.standin import Asked, problem

PATH = "/api/v1/events"
STREAM = {"Accept": "text/event-stream"}


def an_event(number: int) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": f"e-{number}", "source": "/ledger/main", "type": "ledger.transfer-expiring.v1",
        "time": "2026-11-30T12:00:00.000000Z", "subject": "transfer/t", "sequence": f"{number:020d}",
        "partitionkey": "main", "data": {"transfer_id": "t", "expires_at": "2026-12-30T12:00:00.000000Z"},
    }  # fmt: skip


def a_page(*numbers: int, cursor: str = "after") -> dict[str, Any]:
    cursors = [f"after-{number}" for number in numbers]
    return {"events": [an_event(number) for number in numbers], "cursors": cursors,
            "cursor": cursors[-1] if cursors else cursor, "whole": True}  # fmt: skip


@pytest.fixture
def scene(network: Network) -> Network:
    furnish(network)
    return network


@pytest.fixture
def ann(client: FlaskClient, scene: Network) -> dict[str, str]:
    return logged_in(client, "/api/v1/login")


@pytest.fixture
def pages(scene: Network) -> Callable[..., None]:
    """The stand-in answers these pages, one after the other, then nothing new."""

    def answers(*pages: Any) -> None:
        left: Iterator[Any] = iter(pages)
        scene.notifier.on("GET", "/events", lambda _: next(left, a_page()))

    return answers


def frames(answered: Any) -> list[dict[str, str]]:
    """What a stream said, as fields; it leaves its place."""
    blocks = answered.get_data(as_text=True).strip().split("\n\n")
    answered.close()
    return [dict(line.partition(": ")[::2] for line in block.split("\n")) for block in blocks]


def test_a_page_says_where_to_go_on(client: FlaskClient, ann: dict[str, str], scene: Network, pages: Any) -> None:
    pages(a_page(1, 2))
    query = f"cursor=before&types=a,b&limit=2&querying_entity_id={FARM}"
    answered = client.get(f"{PATH}?{query}", headers=ann)
    assert answered.status_code == 200
    assert [event["id"] for event in answered.get_json()["data"]] == ["e-1", "e-2"]
    assert answered.get_json()["data"][0] == an_event(1)
    assert answered.get_json()["meta"]["next"] == "after-2"
    asked = scene.notifier.last("GET", "/events").query
    assert asked == {"cursor": "before", "types": "a,b", "limit": "2", "entity_id": FARM, "wait": "0"}


def test_waiting_ends_with_the_first_event(
    client: FlaskClient, ann: dict[str, str], scene: Network, pages: Any
) -> None:
    pages(a_page(cursor="x"), a_page(cursor="y"), a_page(3))
    answered = client.get(f"{PATH}?wait=25&since=beginning", headers=ann)
    assert [event["id"] for event in answered.get_json()["data"]] == ["e-3"]
    asked = [each.query for each in scene.notifier.asked if each.path == "/events"]
    assert [each.get("cursor") for each in asked] == [None, "x", "y"]
    assert [each.get("since") for each in asked] == ["beginning", None, None]
    assert {each["wait"] for each in asked} == {"5"}


@pytest.mark.parametrize("wrong", ["wait=26", "limit=501", "cursor=%2B", "since=1999", "who=me"])
def test_nonsense_is_refused(client: FlaskClient, ann: dict[str, str], wrong: str) -> None:
    assert client.get(f"{PATH}?{wrong}", headers=ann).status_code == 400


def test_a_cursor_that_is_too_old_is_told_the_oldest(client: FlaskClient, ann: dict[str, str], scene: Network) -> None:
    scene.notifier.on("GET", "/events", problem(410, "events.gone", "Not kept.", oldest="from-here"))
    for headers in (ann, ann | STREAM):
        answered = client.get(f"{PATH}?cursor=old", headers=headers)
        assert answered.status_code == 410
        assert answered.get_json()["errors"][0]["oldest"] == "from-here"


def test_a_stream_says_each_event_with_its_cursor(
    client: FlaskClient, ann: dict[str, str], scene: Network, pages: Any
) -> None:
    pages(a_page(1), a_page(2, 3), problem(503, "notifier.unavailable", "Not now."))
    answered = client.get(f"{PATH}?cursor=older", headers=ann | STREAM | {"Last-Event-ID": "seen"})
    assert answered.mimetype == "text/event-stream"
    assert answered.headers["Cache-Control"] == "no-store"
    begun, *told, end = frames(answered)
    assert begun == {"retry": "3000"}
    assert [each["id"] for each in told] == ["after-1", "after-2", "after-3"]
    assert {each["event"] for each in told} == {"ledger.transfer-expiring.v1"}
    assert (end["event"], "notifier.unavailable" in end["data"]) == ("end", True)
    asked = [each.query["cursor"] for each in scene.notifier.asked if each.path == "/events"]
    assert asked == ["seen", "after-1", "after-3"]


def test_a_stream_ends_when_the_login_does(
    client: FlaskClient, ann: dict[str, str], scene: Network, pages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "CHECK_SECONDS", 0)
    asked: list[Asked] = []

    def answer(each: Asked) -> Any:
        asked.append(each)
        if len(asked) == 2:
            for path in {one.path for one in scene.directory.asked if one.path.startswith("/sessions/")}:
                scene.directory.on("GET", path, problem(404, "session.unknown"))
        return a_page(len(asked))

    scene.notifier.on("GET", "/events", answer)
    *told, end = frames(client.get(PATH, headers=ann | STREAM))
    assert ([each.get("id") for each in told[1:]], end["event"]) == (["after-1", "after-2"], "end")
    assert "auth.ended" in end["data"]


def test_a_stream_does_not_say_that_a_token_ended_when_nobody_knows(
    client: FlaskClient, scene: Network, pages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "CHECK_SECONDS", 0)
    pages()
    session = a_session() | {"scopes": ["read"], "token_id": "t-1"}
    answers = iter([session, problem(503, "directory.unavailable", "Not now.")])
    scene.directory.on("POST", "/api-token-sessions", lambda _: next(answers))
    bearer = {"Authorization": f"Bearer mccs_{'x' * 43}"}
    *_, end = frames(client.get(PATH, headers=bearer | STREAM))
    assert (end["event"], "directory.unavailable" in end["data"]) == ("end", True)


def test_a_stream_ends_after_its_time_and_when_the_process_is_to_stop(
    client: FlaskClient, ann: dict[str, str], pages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages()
    monkeypatch.setattr(events, "BEAT_SECONDS", 0)
    monkeypatch.setattr(events, "STREAM_SECONDS", 0)
    _, beat, end = frames(client.get(PATH, headers=ann | STREAM))
    assert (beat["id"], "events.again" in end["data"]) == ("after", True)
    monkeypatch.setattr(events, "STREAM_SECONDS", 600)
    (stop := Stop()).request()
    monkeypatch.setattr(events, "HTTP_STOP", stop)
    assert "events.again" in frames(client.get(PATH, headers=ann | STREAM))[-1]["data"]
    assert client.get(f"{PATH}?wait=25", headers=ann).get_json()["data"] == []


def test_so_many_may_wait_and_leave_their_place(
    app: Flask, client: FlaskClient, ann: dict[str, str], pages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = Waits(most=MOST_EACH + 1)
    monkeypatch.setitem(app.extensions, WAITS, waits)
    pages(*[a_page(number) for number in range(20)])
    with contextlib.ExitStack() as open_streams:
        for _ in range(MOST_EACH):
            open_streams.callback(client.get(PATH, headers=ann | STREAM).close)
        refused = client.get(f"{PATH}?wait=5", headers=ann)
        assert (refused.status_code, refused.get_json()["errors"][0]["code"]) == (429, "events.too_many_waiting")
        assert refused.headers["Retry-After"] == "5"
        assert client.get(PATH, headers=ann).status_code == 200
        open_streams.callback(waits.take("bob"))
        busy = client.get(PATH, headers=logged_in(client, "/api/v1/login") | STREAM)
        assert busy.status_code == 429
        with pytest.raises(Exception, match="Too many wait"):
            waits.take("eve")
    assert client.get(f"{PATH}?wait=5", headers=ann).status_code == 200
    assert client.get(PATH).status_code == 401
