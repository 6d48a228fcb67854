"""How full the machine is that the gateway runs on: disk, processors, memory; in whole per cent, and no more told.

By the standard library alone. In a container memory and load are those of the whole machine.
"""

import os
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.gateway.clients import Refused

OK, WARNING, CRITICAL = "ok", "warning", "critical"
_MEMINFO = Path("/proc/meminfo")
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Gauge:
    """What is read, and from how many per cent on it is too much."""

    read: Callable[[], int]
    warning: int
    critical: int
    what: str

    def status(self, percent: int) -> str:
        """`ok`, `warning` or `critical`."""
        return CRITICAL if percent >= self.critical else WARNING if percent >= self.warning else OK


def told(gauge: Gauge, percent: int) -> dict[str, str | int]:
    """`{status, percent}`. Raises Refused when it is critical, so that whoever only looks at the status sees it."""
    status = gauge.status(percent)
    if status == CRITICAL:
        sentence = f"{gauge.what} at {percent} %: from {gauge.critical} % on somebody has to look after this machine."
        raise Refused(503, "health.critical", sentence, retry_after=60)
    return {"status": status, "percent": percent}


def disk_percent() -> int:
    """Of the disk that is used, as `df` counts: what is kept for the system is not there."""
    usage = shutil.disk_usage("/")
    return _percent(usage.used, usage.used + usage.free)


def cpu_percent() -> int:
    """How many wait or run, over the last five minutes, for each hundred processors."""
    return _percent(os.getloadavg()[1], os.cpu_count() or 1)


def ram_percent() -> int:
    """Of the memory that can't be given to somebody else."""
    return memory_used(_MEMINFO.read_text(encoding="ascii"))


def memory_used(meminfo: str) -> int:
    """Per cent, by the kernel's own words (`MemTotal`, `MemAvailable`)."""
    known = {name: int(size) for name, size in re.findall(r"^(\w+): +(\d+) kB$", meminfo, re.MULTILINE)}
    return _percent(known["MemTotal"] - known["MemAvailable"], known["MemTotal"])


def _percent(part: float, whole: float) -> int:
    return min(_MOST, int(part * 100 / whole)) if whole else 0


GAUGES: Mapping[str, Gauge] = {
    "disk": Gauge(disk_percent, 90, 95, "The disk is"),
    "cpu": Gauge(cpu_percent, 100, 200, "The processors are asked for"),
    "ram": Gauge(ram_percent, 90, 95, "Memory is"),
}
"""The seed's routes, each with its thresholds."""
