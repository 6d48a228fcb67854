"""Elasticsearch is overloaded, wholly or for a part of a request: nothing is lost, and nothing is done by halves.

Between us and the real server stands a relay of requests that answers some of them as an overloaded server would.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import urllib3

from events import codec
from services.directory import app, building
from services.directory.config import Config
from services.directory.domain import EntityChange
from services.directory.following import IndexFollower, News
from services.directory.handlers import members
from services.directory.handlers.writing import Directory
from services.directory.indexing import indexed as documents
from services.directory.store import EntityIndex, SearchUnavailable, Store
from tests.directory.test_crashes import BY, add_entities, in_truth, indexed

pytestmark = pytest.mark.integration

Fault = Callable[[int, bytes], tuple[int, bytes]]
"""Of an answer to a bulk request: what comes instead."""


def refused(status: int) -> Fault:
    """The whole request, which the server has not seen."""
    return lambda _, __: (status, b'{"error": {"type": "es_rejected_execution_exception"}}')


def in_part(status: int, body: bytes) -> tuple[int, bytes]:
    """Every second document is said to be rejected."""
    answered = json.loads(body)
    for item in answered["items"][::2]:
        for outcome in item.values():
            outcome["status"] = 429
    return status, json.dumps(answered).encode()


class Overloaded:
    """What is in `faults` happens to the next bulk requests, one each."""

    def __init__(self, url: str) -> None:
        self.faults: list[Fault] = []
        self.happened = 0
        outer, pool = self, urllib3.PoolManager()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                sent = self.rfile.read(length)
                headers = {name: self.headers[name] for name in ("Content-Type", "Accept") if name in self.headers}
                answered = pool.request(self.command, url + self.path, body=sent, headers=headers)
                status, body = answered.status, answered.data
                if "_bulk" in self.path and outer.faults:
                    outer.happened += 1
                    status, body = outer.faults.pop(0)(status, body)
                self.send_response(status)
                self.send_header("X-Elastic-Product", "Elasticsearch")
                self.send_header("Content-Type", answered.headers.get("Content-Type", "application/json"))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815 -- names of http.server

            def log_message(self, *_: object) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator[None]:
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


@pytest.fixture
def overloaded(elasticsearch_url: str) -> Iterator[Overloaded]:
    made = Overloaded(elasticsearch_url)
    with made.running():
        yield made


@pytest.fixture
def through(overloaded: Overloaded, config: Config, prepared_index: EntityIndex) -> Iterator[EntityIndex]:
    """The same index, reached through what is overloaded."""
    made = app.index_of(replace(config, elasticsearch_url=overloaded.url))
    yield made
    made.close()


# The driver itself asks a second time after a 429 and a 503.
@pytest.mark.parametrize(
    "faults", [[refused(429), refused(429)], [refused(503), refused(503)], [in_part]], ids=["429", "503", "in-part"]
)
def test_the_consumer_hears_of_it_and_its_repeat_makes_it_good(
    faults: list[Fault],
    overloaded: Overloaded,
    through: EntityIndex,
    directory: Directory,
    store: Store,
    prepared_index: EntityIndex,
) -> None:
    add_entities(directory, store, 50)
    prepared_index.put(list(documents(store.entities.every())))
    position = members.change_entity(directory, BY, "e1", EntityChange(profile={"city": "Hull"})).position
    record = store.database["outbox"].find_one({"_id": position}) or {}
    envelope = codec.decode(record["value"])
    overloaded.faults += faults
    follower = IndexFollower(store, through)

    with pytest.raises(SearchUnavailable):
        follower.take([News(position, envelope, None)])
    follower.take([News(position, envelope, None)])

    assert overloaded.happened == len(faults)
    assert indexed(prepared_index) == in_truth(store)


def test_a_rebuild_bears_some_of_it(
    overloaded: Overloaded, through: EntityIndex, directory: Directory, store: Store, prepared_index: EntityIndex
) -> None:
    add_entities(directory, store, 1_200)
    overloaded.faults += [refused(429), in_part, refused(503), refused(503)]
    assert building.rebuild(store, through, "again") == 1_200
    assert overloaded.happened == 4
    assert indexed(prepared_index) == in_truth(store)
