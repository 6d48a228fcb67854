"""The search, measured: `python -m tests.bench.search [businesses ...]` (10000 and 100000), or `relevance` alone.

Relevance on the judged queries of tests/relevance, ours beside a plain multi_match. Then for each number of generated
businesses: the real service process on a real MongoDB and Elasticsearch, real tokens, eight callers in a closed loop
over HTTP; milliseconds of searches, of suggestions, of reading a profile, and of two floors: a search that asks
Elasticsearch for nothing, and the service's own `/healthz`. Each figure is the best of several short rounds, since
whatever else the machine does only adds to them.
"""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from elasticsearch import Elasticsearch
from pymongo import MongoClient

from services.directory import search
from services.directory.domain import Entity
from services.directory.indexing import indexed
from services.directory.store import EntityIndex, Store, migrate, new_store
from services.directory.store.entities import _document
from tests.backends import MEASURED, Backends
from tests.bench.businesses import businesses, queries
from tests.bench.load import Plan
from tests.bench.serving import Served, served
from tests.relevance import measuring

CALLERS, SECONDS, ROUNDS = 8, 3.0, 4
# Java compiles well what has run some thousands of times; a search that is used does.
COMPILED_SECONDS = 60.0
ASKED = 400
SIZES = (10_000, 100_000)
PROFILES = 500


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    found = Backends(os.environ, MEASURED)
    try:
        elastic, mongo = found.address("elasticsearch"), found.address("mongo")
        sizes = [int(each) for each in arguments if each.isdecimal()]
        if not sizes:
            relevance(elastic)
        for size in sizes or (() if arguments else SIZES):
            measure(elastic, mongo, size)
    finally:
        found.close()


def relevance(elastic: str) -> None:
    """nDCG@10 of ours and of plain multi_match."""
    client, prefix = Elasticsearch(elastic, request_timeout=60), f"bench-{secrets.token_hex(4)}"
    with an_index(elastic, prefix) as index:
        index.ensure()
        ours = measuring.mean(measuring.scores(measuring.ours(index)))
        plain = measuring.mean(measuring.scores(measuring.plain(client, f"{prefix}-plain")))
        client.indices.delete(index=f"{prefix}-plain")
    count = len(measuring.judgements())
    print(f"nDCG@10 over {count} judged queries: ours {ours:.3f}, plain multi_match {plain:.3f}", flush=True)


def measure(elastic: str, mongo: str, size: int) -> None:
    """One number of businesses."""
    prefix = f"bench-{secrets.token_hex(4)}"
    with an_index(elastic, prefix) as index, a_database(mongo, prefix) as store:
        fill(index, store, list(businesses(size)))
        with served(elastic, mongo, prefix) as service:
            print(f"\n{size:,} businesses, {CALLERS} callers, best of {ROUNDS} rounds of {SECONDS:.0f} s", flush=True)
            _run(service, scenarios(size)["search with facets"], COMPILED_SECONDS, CALLERS)
            for name, paths in scenarios(size).items():
                tell(name, service, paths)
            for name in ("search", "profile"):
                tell(f"{name}, one caller", service, scenarios(size)[name], callers=1)


def fill(index: EntityIndex, store: Store, entities: Sequence[Entity]) -> None:
    """Generated businesses in both databases."""
    started, size = time.monotonic(), len(entities)
    for start in range(0, size, 2_000):
        store.database["entities"].insert_many([_document(each) for each in entities[start : start + 2_000]])
    index.ensure()
    name = index.create(secrets.token_hex(4))
    index.fill(name, indexed(entities))
    index.swap(name)
    took = time.monotonic() - started
    print(f"\nfilled with {size:,} in {took:.0f} s ({size / took:,.0f}/s with everything)", flush=True)


def scenarios(size: int) -> dict[str, list[str]]:
    """The paths that callers ask for, by what is measured."""
    asked = queries(ASKED)
    # One step, nothing to rank, nothing to show: what the way to Elasticsearch and back costs.
    nothing = [{"category": f"nobody{number}"} for number in range(50)]
    typed = [word[:length] for query in asked if (word := query.get("q", "")) for length in (2, 3, 4, 6)]
    # Strangers ask, who see the listed ones alone.
    ids = [entity.entity_id for entity in islice(businesses(size), PROFILES) if entity.listed]
    return {
        "floor: /healthz": ["/healthz"],
        "floor: a search for nothing": [f"/search?{urlencode(each)}" for each in nothing],
        "search": [f"/search?{urlencode(each)}" for each in asked],
        "search with facets": [f"/search?{urlencode({**each, 'facets': 'true'})}" for each in asked],
        "suggestions": [f"/suggestions?{urlencode({'text': text})}" for text in typed],
        "profile": [f"/entities/{each}" for each in ids],
    }


def tell(name: str, service: Served, paths: list[str], callers: int = CALLERS) -> None:
    """Warm up, measure several rounds, print the best."""
    _run(service, paths, 2.0, callers)
    rounds = [_run(service, paths, SECONDS, callers) for _ in range(ROUNDS)]
    for each in rounds:
        if set(each["statuses"]) != {"200"}:
            sys.exit(f"{name}: {each['statuses']} {each['sample']}")
    best = min(rounds, key=lambda each: each["p95"])
    others = ", ".join(f"{each['p95']:.0f}" for each in rounds)
    print(
        f"  {name:28} p50 {best['p50']:7.1f}  p95 {best['p95']:7.1f}  p99 {best['p99']:7.1f} ms"
        f"  {best['calls']:7.0f}/s   (p95 of all rounds: {others})",
        flush=True,
    )


def _run(service: Served, paths: list[str], seconds: float, callers: int) -> dict[str, Any]:
    """In a process of its own, as a plan: the load's work must not be this process's."""
    plan = Plan(
        scenario="paths",
        port=service.port,
        callers=callers,
        seconds=seconds,
        accounts=["public"],
        tokens={"public": service.token()},
        paths=paths,
    )
    command = [sys.executable, "-m", "tests.bench.load"]
    done = subprocess.run(command, input=json.dumps(asdict(plan)), capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextmanager
def an_index(elastic: str, prefix: str) -> Iterator[EntityIndex]:
    """An index of ours, gone afterwards."""
    # More patient than the service's own: while it is filled nobody waits for an answer.
    filling = Elasticsearch(elastic, request_timeout=120)
    index = EntityIndex(filling, prefix, search.MAPPING, search.INDEX_VERSION)
    try:
        yield index
    finally:
        client = Elasticsearch(elastic, request_timeout=60)
        for name in client.indices.get(index=f"{prefix}*", expand_wildcards="open"):
            client.indices.delete(index=name)
        index.close()


@contextmanager
def a_database(mongo: str, name: str) -> Iterator[Store]:
    """A database of the directory, gone afterwards."""
    store = new_store(mongo, name)
    migrate(store.database)
    try:
        yield store
    finally:
        store.database.client.close()
        with MongoClient[Any](mongo) as client:
            client.drop_database(name)


if __name__ == "__main__":
    main(sys.argv[1:])
