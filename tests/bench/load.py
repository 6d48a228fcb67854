"""A closed loop over HTTP: each caller proposes a transfer, the other side accepts it, then the next.

One process, gevent, raw keep-alive sockets: a client library would cost as much CPU as the server.
"""

import json
import secrets
import sys
import time
from collections.abc import Sequence

import gevent
from gevent import socket


class Connection:
    """One keep-alive connection to 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._file = self._socket.makefile("rb")

    def post(self, path: str, token: str, body: bytes) -> tuple[int, bytes]:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            f"Idempotency-Key: {secrets.token_hex(8)}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self._socket.sendall(head.encode() + body)
        status = int(self._file.readline().split()[1])
        length = 0
        while (line := self._file.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return status, self._file.read(length)

    def close(self) -> None:
        self._file.close()
        self._socket.close()


def run(port: int, callers: int, seconds: float, accounts: Sequence[str], tokens: dict[str, str]) -> dict[str, float]:
    """Pairs (initiate + accept) a second, calls a second, milliseconds of a call at three percentiles, failures."""
    durations: list[float] = []
    done = failures = 0
    deadline = time.perf_counter() + seconds

    def call(connection: Connection, path: str, account: str, body: bytes) -> bytes | None:
        nonlocal failures
        started = time.perf_counter()
        status, answer = connection.post(path, tokens[account], body)
        durations.append(time.perf_counter() - started)
        if status != 200:
            failures += 1
            return None
        return answer

    def trade(number: int) -> None:
        nonlocal done
        connection = Connection(port)
        turn = number
        while time.perf_counter() < deadline:
            turn += 1
            payer, payee = accounts[turn % len(accounts)], accounts[(turn * 7 + 1 + number) % len(accounts)]
            if payer == payee:
                continue
            proposal = {"initiator": payer, "counterparty": payee, "direction": "pay", "amount": 1, "description": "b"}
            answer = call(connection, "/transfers", payer, json.dumps(proposal).encode())
            if answer and call(connection, f"/transfers/{json.loads(answer)['transfer_id']}/accept", payee, b"{}"):
                done += 1
        connection.close()

    started = time.perf_counter()
    gevent.joinall([gevent.spawn(trade, number) for number in range(callers)], raise_error=True)
    elapsed = time.perf_counter() - started
    durations.sort()
    percentile = {name: durations[int(len(durations) * share)] * 1000 for name, share in _SHARES.items()}
    return {"pairs": done / elapsed, "calls": len(durations) / elapsed, "failures": failures, **percentile}


_SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


if __name__ == "__main__":
    # In a process of its own, so that its CPU is not the parent's.
    asked = json.load(sys.stdin)
    print(json.dumps(run(**asked)))
