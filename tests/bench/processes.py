"""CPU seconds of processes, as the kernel counts them (Linux)."""

import os
from collections.abc import Iterable
from pathlib import Path

import psycopg

_TICK = 1 / os.sysconf("SC_CLK_TCK")


def seconds(pid: int) -> float:
    """User and system time of a process so far; 0 when there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) * _TICK


def private_mb(pid: int) -> float:
    """Memory that no other process shares."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def backends(url: str) -> list[int]:
    """PostgreSQL's processes for the database of `url`, without the one that answers this."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [row[0] for row in rows]


class Meter:
    """What groups of processes have used since it was made; a process that came later counts from its start."""

    def __init__(self, groups: dict[str, Iterable[int]]) -> None:
        self._before = {name: {pid: seconds(pid) for pid in pids} for name, pids in groups.items()}

    def used(self, groups: dict[str, Iterable[int]]) -> dict[str, list[float]]:
        """CPU seconds by group, one figure a process."""
        return {
            name: [seconds(pid) - self._before.get(name, {}).get(pid, 0.0) for pid in pids]
            for name, pids in groups.items()
        }
