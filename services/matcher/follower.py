"""A network in memory that follows the store: read whole at first and when another generation is read, then by changes.

Changes are read first and put into the network after, without waiting in between: whoever has the network in hand sees
it before or after a refresh, as long as it doesn't wait itself (gevent), or is the only thread. A new network is put
together aside.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from services.chassis.logs import log
from services.matcher.domain import Feedback
from services.matcher.network import Network
from services.matcher.store import Snapshot, State, Store
from services.matcher.store.documents import Document, account_of, entity_of, trades_of
from services.matcher.store.words import WORDS, groups_of

_AT_ONCE = 100
_FOLLOWED = ("entities", "accounts", "trades", "feedback")


@dataclass(frozen=True, slots=True)
class _Read:
    """What a refresh has read."""

    state: State
    positions: Mapping[str, int]
    documents: Mapping[str, Sequence[Document]]
    words: Sequence[tuple[str, ...]] | None
    """All groups, when they were edited."""


@dataclass(slots=True)
class Follower:
    """Follows `store`. Every method may raise StoreAway."""

    store: Store
    new_network: Callable[[], Network] = Network
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _state: State | None = field(default=None, init=False)
    _positions: Mapping[str, int] = field(default_factory=dict, init=False)
    _network: Network = field(default_factory=Network, init=False)

    def network(self) -> Network:
        """The network as the store has it now."""
        return self.follow()[0]

    def position(self, source: str) -> int:
        """The last position of `source` that the network has."""
        with self._lock:
            self._refresh()
            return self._positions.get(source, 0)

    def follow(self) -> tuple[Network, int]:
        """The network as the store has it now, and the revision that it stands for."""
        with self._lock:
            revision = self._refresh()
            return self._network, revision

    def _refresh(self) -> int:
        state = self.store.state()
        if state != self._state:
            read = self._read()
            self._take(read)
            state = read.state
        return state.revision

    def _read(self) -> _Read:
        read = self._read_once()
        # A generation is dropped as soon as another one is read: what was read of it may be nothing.
        while self.store.state().generation != read.state.generation:
            read = self._read_once()
        return read

    def _read_once(self) -> _Read:
        with self.store.snapshot() as seen:
            known = self._state
            after = known.revision if known and known.generation == seen.state.generation else None
            documents = {name: list(seen.all(name, after)) for name in _FOLLOWED}
            return _Read(seen.state, seen.positions(), documents, _words(seen, after))

    def _take(self, read: _Read) -> None:
        if self._state is None or self._state.generation != read.state.generation:
            # Beside the one in use, so others may have their turn meanwhile: it takes a second for some thousand.
            network = self.new_network()
            _put(network, read, lambda: time.sleep(0))
            log.info("network.made", generation=read.state.generation, members=len(read.documents["entities"]))
        else:
            network = self._network
            _put(network, read, lambda: None)
        self._network, self._state, self._positions = network, read.state, read.positions


def _put(network: Network, read: _Read, pause: Callable[[], None]) -> None:
    if read.words is not None:
        network.put_words(read.words)
    put: Mapping[str, Callable[[Document], None]] = {
        "entities": lambda document: network.put_entity(entity_of(document)),
        "accounts": lambda document: network.put_account(account_of(document)),
        "trades": lambda document: network.put_trades(trades_of(document)),
        "feedback": lambda document: _put_feedback(network, document),
    }
    for name, put_one in put.items():
        for number, document in enumerate(read.documents[name]):
            put_one(document)
            if number % _AT_ONCE == 0:
                pause()


def _put_feedback(network: Network, document: Document) -> None:
    if document.get("gone"):
        network.drop_feedback(document["_id"])
    else:
        network.put_feedback(_feedback_of(document))


def _words(seen: Snapshot, after: int | None) -> list[tuple[str, ...]] | None:
    # A network that nobody has edited words of keeps those it is made with.
    return next((groups_of(each) for each in seen.all(WORDS, after or 0)), None)


def _feedback_of(document: Document) -> Feedback:
    names = ("entity_id", "other_id", "mine", "theirs", "side", "at")
    return Feedback(feedback_id=document["_id"], **{name: document[name] for name in names})
