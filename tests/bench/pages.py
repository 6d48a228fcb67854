"""What pages cost: `python -m tests.bench.pages [--businesses N] [--transfers N] [--seconds S]`.

The gateway before real services: a ledger with so many old transfers (two events each), directory and matcher with so
many businesses, a notifier. How long the servers take for the pages of members, then what a real browser waits for and
is sent, as a visitor who never was here and as a member who was.
"""

import argparse
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from playwright.sync_api import BrowserContext, Page
from pymongo import MongoClient

from deploy.native.ports import find_free
from services.matcher.consumer import DIRECTORY_SOURCE, LEDGER_SOURCE
from services.matcher.domain import Entity
from services.matcher.store import Store
from tests.bench.announcing import AT_ONCE, put
from tests.bench.businesses import businesses, misspelt, queries
from tests.bench.gateway import OLD, staged
from tests.bench.gateway_people import POSITION, open_book
from tests.bench.gateway_stage import Stage
from tests.bench.serving import answers
from tests.browser import chromium
from tests.matcher import given
from tests.waiting import wait_until

CALLERS = 1
WARM_SECONDS = 10.0
PHONE = {"width": 390, "height": 844}
_OBSERVED = """() => new Promise((resolve) => {
    const seen = {lcp: 0, cls: 0};
    new PerformanceObserver((list) => { for (const each of list.getEntries()) { seen.lcp = each.startTime; } })
        .observe({type: 'largest-contentful-paint', buffered: true});
    new PerformanceObserver((list) => {
        for (const each of list.getEntries()) { if (!each.hadRecentInput) { seen.cls += each.value; } }
    }).observe({type: 'layout-shift', buffered: true});
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    setTimeout(() => resolve({...seen, fcp: paint ? paint.startTime : 0}), 300);
})"""


def main(asked: argparse.Namespace) -> None:
    """Measure and print."""
    with staged(asked.businesses) as stage, ExitStack() as endings:
        stage.others |= {
            "MATCHER_URL": endings.enter_context(_matcher(stage, asked.businesses)),
            "NOTIFIER_URL": endings.enter_context(_notifier(stage)),
        }
        open_book(stage.database.url, stage.database.owner_url, OLD, stage.people.accounts, asked.transfers)
        stage.open_gateway(OLD)
        print(f"{asked.businesses} businesses, {2 * asked.transfers} events of transfers, one caller\n")
        print("| page | pages/s | p50 ms | p95 ms | p99 ms | CPU ms of all parts |\n|---|---|---|---|---|---|")
        for name, paths in _pages(stage).items():
            _serve(stage, name, paths, asked.seconds)
        print("\n| seen by a browser | kB sent | requests | first paint ms | largest paint ms | shift |")
        print("|---|---|---|---|---|---|", flush=True)
        _browse(stage)


def _pages(stage: Stage) -> dict[str, list[str]]:
    typed = [each["q"] for each in queries(400) if each.get("q", "").isalpha()]
    return {
        "dashboard": ["/dashboard"],
        "search": [f"/businesses?q={each}" for each in typed],
        "search, misspelt offers": [f"/businesses?side=offers&q={each}" for each in misspelt(400)],
        "business": [f"/businesses/{each}" for each in stage.people.owners.values()],
        "statement": ["/statement"],
        "pending": ["/pending"],
        "matches": ["/matches"],
        "categories": ["/categories"],
    }


def _serve(stage: Stage, name: str, paths: list[str], seconds: float) -> None:
    stage.people.renew()
    stage.run(OLD, "pages", WARM_SECONDS if name in ("dashboard", "search") else 3.0, CALLERS, paths=paths)
    run = stage.run(OLD, "pages", seconds, CALLERS, paths=paths)
    figures = " | ".join(f"{run[share]:.1f}" for share in ("p50", "p95", "p99"))
    print(f"| {name} | {run['calls']:.0f} | {figures} | {run['parts']:.1f} |", flush=True)


def _browse(stage: Stage) -> None:
    stage.people.renew()
    site = f"http://localhost:{stage.doors[OLD].port}"
    with chromium() as browser:
        for size, viewport in (("phone", PHONE), ("laptop", {"width": 1280, "height": 800})):
            context = browser.new_context(viewport=viewport, service_workers="block")  # type: ignore[arg-type]
            _look(context, f"start page, first visit, {size}", f"{site}/")
            token = next(iter(stage.people.tokens.values()))
            context.add_cookies([{"name": "mccsToken", "value": token, "url": site}])
            for name, path in (
                ("dashboard", "/dashboard"),
                ("search", "/businesses?q=bread"),
                ("statement", "/statement"),
                ("new transfer", "/transfers/new"),
            ):
                _look(context, f"{name}, after it, {size}", site + path)
            context.close()


def _look(context: BrowserContext, name: str, address: str) -> None:
    page = context.new_page()
    sent = _sent(page)
    page.goto(address, wait_until="load")
    seen = page.evaluate(_OBSERVED)
    paints = f"{seen['fcp']:.0f} | {seen['lcp']:.0f} | {seen['cls']:.3f}"
    print(f"| {name} | {sum(sent) / 1000:.1f} | {len(sent)} | {paints} |", flush=True)
    page.close()


def _sent(page: Page) -> list[float]:
    """Bytes on the wire of each request that was not answered from the cache, as they come."""
    sent: list[float] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    return sent


@contextmanager
def _matcher(stage: Stage, count: int) -> Iterator[str]:
    store = Store(stage.mongo, name := f"bench-{secrets.token_hex(4)}-matcher")
    store.migrate()
    members = list(_members(stage, count))
    for start in range(0, len(members), AT_ONCE):
        put(store, members[start : start + AT_ONCE])
    # Who is logged in has seen events that nobody told it of here: it must not wait for them.
    followed = {DIRECTORY_SOURCE: {"position": POSITION}, LEDGER_SOURCE: {"position": POSITION * 100}}
    store.transaction(lambda tx: tx.put_all("positions", followed))
    store.client.close()
    with _process(stage, "matcher", name, {"MATCHER_MONGO_URL": stage.mongo, "MATCHER_MONGO_DATABASE": name}) as url:
        yield url


def _members(stage: Stage, count: int) -> Iterator[Entity]:
    accounts = {entity: account for account, entity in stage.people.owners.items()}
    for number, each in enumerate(islice(businesses(count), count)):
        yield given.an_entity(
            [tag.name for tag in each.offers],
            [tag.name for tag in each.wants],
            entity_id=each.entity_id,
            account=accounts.get(each.entity_id, f"{number:016d}"),
            name=each.profile.name,
            status="tradingAccepted" if each.entity_id in accounts else each.status,
            version=0,
        )


@contextmanager
def _notifier(stage: Stage) -> Iterator[str]:
    name = f"bench-{secrets.token_hex(4)}-notifier"
    settings = {
        "NOTIFIER_MONGO_URL": stage.mongo,
        "NOTIFIER_MONGO_DATABASE": name,
        "MESSAGES_KEY": Fernet.generate_key().decode(),
        "PUBLIC_URL": "http://localhost:8080",
        "NOTIFIER_SMTP_HOST": "127.0.0.1",
        "NOTIFIER_SENDER": "MCCS <mccs@dev.null>",
    }
    with _process(stage, "notifier", name, settings) as url:
        yield url


@contextmanager
def _process(stage: Stage, service: str, database: str, settings: Mapping[str, str]) -> Iterator[str]:
    """The HTTP process of a service; its database is gone afterwards."""
    port, environment = find_free(), {**os.environ, **settings, "ENVIRONMENT": "development"}
    environment |= {
        f"{service.upper()}_PORT": str(port),
        "KAFKA_BOOTSTRAP": "127.0.0.1:1",
        "INTERNAL_PUBLIC_KEY_FILE": str(stage.folder / "internal-public.pem"),
    }
    (stage.folder / "internal-public.pem").write_bytes(stage.internal_public_key)
    command = [sys.executable, "-m", f"services.{service}"]
    subprocess.run([*command, "migrate"], env=environment, check=True, stdout=subprocess.DEVNULL)
    log = Path(stage.folder / f"{service}.log")
    with log.open("wb") as output:
        process = subprocess.Popen([*command, "serve"], env=environment, stdout=output, stderr=output)
    try:
        wait_until(lambda: answers(port) or process.poll() is not None, 60)
        if process.poll() is not None:
            raise RuntimeError(log.read_text(encoding="utf-8"))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
        with MongoClient[Any](stage.mongo) as client:
            client.drop_database(database)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.pages")
    parser.add_argument("--businesses", type=int, default=10_000)
    parser.add_argument("--transfers", type=int, default=500_000)
    parser.add_argument("--seconds", type=float, default=8.0)
    main(parser.parse_args())
