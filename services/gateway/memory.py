"""What the directory said a moment ago, for as long as it is known to hold: sessions, and the names of businesses.

While somebody calls, one question to the directory is open all the time (`GET /access-changes`). It is answered at
once when something changes, and says up to which moment everything is told. What is remembered counts for
`believed_ms` after that moment; when no answer comes everybody is asked for again, as if there was no memory. What this
process wrote itself counts at once: until the changes are told up to after it, nothing is believed (docs/adr/0017).
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from services.chassis.logs import log
from services.gateway.calling import Asker, Document, Line, PartDown, Refused
from services.gateway.clients.directory import THE_GATEWAY, Directory
from services.gateway.login import Login, login_of

PATH = "/access-changes"
ASKED_AGAIN_SECONDS = 60.0
"""So that a session that is used lasts, whatever else is known."""
_MOST = 10_000
_IDLE_SECONDS = 5.0
_AGAIN_SECONDS = 1.0
_OFF_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Business:
    """What a transfer needs to know of the other party."""

    account: str
    name: str
    version: int


def businesses_by_account(entities: Iterable[Document]) -> dict[str, Business]:
    """Views of the directory, in short."""
    views = [(str(entity["account"]), entity["name"], entity["version"]) for entity in entities]
    return {account: Business(account, name, version) for account, name, version in views}


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    until: float
    subjects: tuple[str, ...]


class Memory:
    """One process's. `line` is a connection of its own to the directory."""

    def __init__(self, line: Line, writes: Line, clock: Callable[[], float] = time.monotonic) -> None:
        self._line, self._writes, self._clock = line, writes, clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._about: dict[str, set[str]] = {}
        self._stream, self._position = "", 0
        self._as_of, self._believed = 0.0, 0.0
        self._used, self._following, self._not_before = 0.0, False, 0.0
        self.age = 0
        """Grows with each change: what was asked for before it must not be remembered after it."""

    @property
    def holds(self) -> bool:
        """Whether what is remembered counts now."""
        as_of = self._as_of
        return self._clock() < as_of + self._believed and as_of > self._writes.wrote_at

    def login(self, session_id: str) -> Login | None:
        """Of a session that lives, as the directory said it."""
        found: Login | None = self._get(f"session/{session_id}")
        return found

    def keep_login(self, session: Document, age: int) -> Login:
        """Remember what was asked for when the memory had that age."""
        login = login_of(session)
        subjects = [f"sessions/{sha256(login.session_id.encode()).hexdigest()}", f"users/{login.user_id}"]
        subjects += [f"entities/{item.entity_id}" for item in login.entities]
        ends = [session["expires_at"], *([login.on_behalf.until] if login.on_behalf else [])]
        lasts = min(ASKED_AGAIN_SECONDS, *(_seconds_to(each) for each in ends))
        self._keep(f"session/{login.session_id}", login, subjects, lasts, age)
        return login

    def businesses(self, accounts: Iterable[str]) -> dict[str, Business]:
        """Those that are known, by account."""
        found = {account: self._get(f"account/{account}") for account in accounts}
        return {account: business for account, business in found.items() if business is not None}

    def keep_businesses(self, entities: Iterable[Document], age: int) -> dict[str, Business]:
        """Remember views of the directory."""
        views = list(entities)
        made = businesses_by_account(views)
        for entity in views:
            business, subject = made[entity["account"]], f"entities/{entity['entity_id']}"
            self._keep(f"account/{business.account}", business, [subject], ASKED_AGAIN_SECONDS, age)
        return made

    def drop(self, subject: str) -> None:
        """Forget what is known of `sessions/<digest>`, `users/<id>` or `entities/<id>`; `*`: everything."""
        with self._lock:
            self.age += 1
            if subject == "*":
                self._kept.clear()
                self._about.clear()
            for key in self._about.pop(subject, ()):
                self._kept.pop(key, None)

    def _get(self, key: str) -> Any:
        self._follow()
        if not self.holds:
            return None
        kept = self._kept.get(key)
        return kept.value if kept is not None and self._clock() < kept.until else None

    def _keep(self, key: str, value: Any, subjects: Iterable[str], seconds: float, age: int) -> None:
        with self._lock:
            if age != self.age or not self._stream:
                return
            self._forget(key)
            self._kept[key] = kept = _Kept(value, self._clock() + seconds, tuple(subjects))
            for subject in kept.subjects:
                self._about.setdefault(subject, set()).add(key)
            if len(self._kept) > _MOST:
                self._forget(next(iter(self._kept)))

    def _forget(self, key: str) -> None:
        kept = self._kept.pop(key, None)
        for subject in kept.subjects if kept else ():
            keys = self._about.get(subject, set())
            keys.discard(key)
            if not keys:
                self._about.pop(subject, None)

    def _follow(self) -> None:
        self._used = now = self._clock()
        if not self._following and now >= self._not_before:
            self._following = True
            threading.Thread(target=self._listen, daemon=True, name="access-changes").start()

    def _listen(self) -> None:
        """Ask again and again while somebody calls."""
        pause = 0.0
        try:
            while self._clock() - self._used < _IDLE_SECONDS:
                began = self._clock()
                query = {"stream": self._stream, "after": self._position}
                self._take(self._line.ask(Asker(THE_GATEWAY), "GET", PATH, query=query), began)
        except PartDown:
            pause = _AGAIN_SECONDS
        except Refused as error:
            log.info("memory.off", code=error.code)
            pause = _OFF_SECONDS
        finally:
            self._lose()
            self._not_before = self._clock() + pause
            self._following = False

    def _take(self, told: Mapping[str, Any], began: float) -> None:
        changes = [_subject(each) for each in told["changes"]] if told["complete"] else ["*"]
        for subject in changes:
            self.drop(subject)
        self._stream, self._position = told["stream"], told["position"]
        self._believed = told["believed_ms"] / 1000
        self._as_of = began - told["lag_ms"] / 1000

    def _lose(self) -> None:
        self._as_of = 0.0
        self._stream, self._position = "", 0
        self.drop("*")


def living(memory: Memory | None, directory: Directory, session_id: str) -> Login:
    """The login of a session that lives: remembered, or asked for. Raises Refused, PartDown."""
    if memory is None:
        return login_of(directory.session(session_id))
    age = memory.age
    return memory.login(session_id) or memory.keep_login(directory.session(session_id), age)


def _subject(change: str) -> str:
    """A membership is a part of what its user's sessions say."""
    return f"users/{change.rpartition('/')[2]}" if change.startswith("memberships/") else change


def _seconds_to(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp() - time.time()
