"""What the network is called, what its unit is called, and which texts it has: on every page, so kept by each process.

The directory is asked every few seconds at most, by one request while the others are told what was known before. While
the directory is away that goes on; a process that has never reached it says what pages say by default.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from flask import Flask, current_app, g, has_app_context
from flask_babel import gettext
from flask_babel.speaklater import LazyString
from markupsafe import escape

from services.gateway.calling import Document, PartDown, Refused

TEXTS = ("terms", "privacy", "imprint")
KEPT_SECONDS = 5.0
"""Another process's change is seen so much later at most."""
NETWORK = "gateway.network"
"""Where an application has it, in `extensions`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Settings of the network, as the directory has them; empty: nobody has set it."""

    name: str = ""
    unit_name: str = ""
    welcome: str = ""
    terms: str = ""
    privacy: str = ""
    imprint: str = ""
    version: int = 0

    @property
    def texts(self) -> tuple[str, ...]:
        """The legal texts that there are."""
        return tuple(text for text in TEXTS if getattr(self, text))


_FIELDS = frozenset(field.name for field in fields(Network))


class Known:
    """One process's. `ask` gives the directory's document; it may fail."""

    def __init__(self, ask: Callable[[], Document], clock: Callable[[], float] = time.monotonic) -> None:
        self.ask, self._clock = ask, clock
        self._asking = threading.Lock()
        self._network, self._until = Network(), -1.0

    def now(self) -> Network:
        """As it was a few seconds ago at most, unless the directory is away."""
        if self._clock() >= self._until and self._asking.acquire(blocking=False):
            try:
                self._renew()
            finally:
                self._asking.release()
        return self._network

    def learn(self, document: Document) -> None:
        """What the directory answered just now, to a change perhaps."""
        known: dict[str, Any] = {name: value for name, value in document.items() if name in _FIELDS}
        self._network, self._until = Network(**known), self._clock() + KEPT_SECONDS

    def forget(self) -> None:
        """Something of them was changed: ask before anything else is said."""
        self._until = -1.0

    def _renew(self) -> None:
        try:
            self.learn(self.ask())
        except (PartDown, Refused):
            # The pages do without; whoever comes next must not wait for it again at once.
            self._until = self._clock() + KEPT_SECONDS


def init_app(app: Flask, ask: Callable[[], Document]) -> None:
    """Give pages and API what is known of the network."""
    app.extensions[NETWORK] = Known(ask)


def known() -> Known | None:
    """What this process knows; None in an application that has no network."""
    return current_app.extensions.get(NETWORK) if has_app_context() else None


def network() -> Network:
    """The settings, the same throughout one request."""
    keeper = known()
    if keeper is None:
        return Network()
    if "network" not in g:
        g.network = keeper.now()
    found: Network = g.network
    return found


def learn(document: Document) -> None:
    """What a change of this request made of them."""
    if keeper := known():
        keeper.learn(document)
        g.pop("network", None)


def look_again() -> None:
    """This request changed some of them."""
    if keeper := known():
        keeper.forget()
        g.pop("network", None)


def network_name() -> str:
    """What the network calls itself."""
    return network().name or gettext("Mutual credit network")


def unit_name() -> str:
    """What amounts are in, as people say it: credits."""
    return network().unit_name or gettext("credits")


def unit_heading() -> str:
    """The same at the head of a column."""
    name = unit_name()
    return name[:1].upper() + name[1:]


UNIT = LazyString(unit_name)
"""For texts that are made before a request: `in_unit(lazy_gettext("Amount in %(unit)s", unit=UNIT))`."""


class _Escaped(LazyString):
    """A lazy text takes itself for HTML; one with what somebody typed in it must not."""

    def __html__(self) -> str:
        return str(escape(str(self)))


def in_unit(text: LazyString) -> LazyString:
    """A lazy text with UNIT in it, for pages."""
    return _Escaped(str, text)  # type: ignore[no-untyped-call]
