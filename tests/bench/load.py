"""The load: callers in a closed loop over HTTP, in a process of its own. `python -m tests.bench.load` reads a plan.

One thread, one epoll, raw keep-alive sockets, requests made before the clock starts: what the load costs is taken from
the servers, which share its cores. A caller is a generator: it yields the bytes of a request and gets the answer.
"""

import heapq
import json
import select
import socket
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from tests.bench.calls import Calls
from tests.bench.gateway_calls import GatewayCalls

Answer = tuple[int, bytes]
Caller = Generator[bytes, Answer, None]

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"ontent-Length: "


@dataclass
class Plan:
    """What one run asks for. `tokens` by account; amounts are one unit unless a call is to be refused."""

    scenario: str
    port: int
    callers: int
    seconds: float
    accounts: list[str]
    tokens: dict[str, str]
    payees: list[str] = field(default_factory=list)
    """Who is paid; all accounts when empty."""
    refused: float = 0.0
    """Share of calls with an amount beyond every limit."""
    size: int = 100
    """Commands in one batch, or rows of a page."""
    path: str = "/transfers"
    """Where proposals go."""
    paths: list[str] = field(default_factory=list)
    """What is read, of the scenario `paths`."""
    owners: dict[str, str] = field(default_factory=dict)
    """Entity id by account: callers then speak the language of the gateway."""
    pace: float = 0.0
    """Seconds from one call of a caller to its next; 0: at once, so that the servers are always full."""


@dataclass
class Tally:
    """What a run came to."""

    durations: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    done: int = 0
    """What the scenario counts: pairs, transfers, commands, calls."""
    sample: str = ""
    """The first answer that nobody expected."""


class Connection:
    """One caller's keep-alive connection and what has arrived on it of the next answer."""

    def __init__(self, port: int, caller: Caller) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.caller, self.received, self.started = caller, b"", 0.0

    def ask(self, request: bytes) -> None:
        self.started = time.perf_counter()
        self.socket.sendall(request)

    def take(self) -> Answer | None:
        """The answer, once it is whole."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise ConnectionError("the server hung up")
        received = self.received = self.received + piece if self.received else piece
        end = received.find(_END_OF_HEAD)
        if end < 0:
            return None
        at = received.index(_LENGTH) + len(_LENGTH)
        length = int(received[at : received.index(b"\r", at)])
        if len(received) < end + 4 + length:
            return None
        self.received = b""
        return int(received[9:12]), received[end + 4 :]


def run(plan: Plan) -> dict[str, Any]:
    """Rates a second, milliseconds of a call at three percentiles, answers by status, CPU ms of this process a call."""
    tally = Tally()
    calls = (GatewayCalls if plan.owners else Calls)(plan)
    connections = {}
    for number in range(plan.callers):
        connection = Connection(plan.port, calls.caller(number, tally))
        connections[connection.socket.fileno()] = connection
    cpu, started = time.process_time(), time.perf_counter()
    _drive(connections, started + plan.seconds, plan.pace, tally)
    elapsed, cpu = time.perf_counter() - started, time.process_time() - cpu
    for connection in connections.values():
        connection.socket.close()
    return _result(tally, elapsed, cpu)


def _drive(connections: dict[int, Connection], deadline: float, pace: float, tally: Tally) -> None:
    poll = select.epoll()
    later: list[tuple[float, int, bytes]] = []
    for place, (number, connection) in enumerate(connections.items()):
        poll.register(number, select.EPOLLIN)
        start = time.perf_counter() + pace * place / len(connections)
        heapq.heappush(later, (start, number, next(connection.caller)))
    running = len(connections)
    now, durations, statuses = time.perf_counter, tally.durations, tally.statuses
    while running:
        while later and later[0][0] <= now():
            _, number, request = heapq.heappop(later)
            connections[number].ask(request)
        for number, _ in poll.poll(max(0.0, later[0][0] - now()) if later else None):
            connection = connections[number]
            answer = connection.take()
            if answer is None:
                continue
            moment = now()
            durations.append(moment - connection.started)
            statuses[answer[0]] = statuses.get(answer[0], 0) + 1
            request = connection.caller.send(answer)
            if moment >= deadline:
                poll.unregister(number)
                running -= 1
            elif pace:
                heapq.heappush(later, (connection.started + pace, number, request))
            else:
                connection.ask(request)


def _result(tally: Tally, elapsed: float, cpu: float) -> dict[str, Any]:
    durations = sorted(tally.durations)
    shares = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
    return {
        "done": tally.done / elapsed,
        "calls": len(durations) / elapsed,
        "made": len(durations),
        "statuses": tally.statuses,
        "sample": tally.sample,
        "client": cpu * 1000 / len(durations),
        **{name: durations[int(len(durations) * share)] * 1000 for name, share in shares.items()},
    }


if __name__ == "__main__":
    print(json.dumps(run(Plan(**json.load(sys.stdin)))))
