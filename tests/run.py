"""`python -m tests.run`: every test, as `make test` and CI run them.

The servers start once. Everything but whole systems runs in four processes; a process that has nothing left takes half
of what the other still has to do, so that both end together (file by file, one ended minutes before the other). Then
the journeys on a whole system, alone on the machine. The exit code is the first one that is not 0.
"""

import os
import subprocess
import sys

from tests.backends import ADDRESSES, Backends

PROCESSES = 4
"""Two more than cores: many tests wait for processes and servers."""


def main() -> int:
    """Run both parts, the second even if the first fails."""
    backends = Backends(os.environ)
    try:
        addresses = {variable: backends.address(name) for name, variable in ADDRESSES.items()}
        in_processes = ("-n", str(PROCESSES), "--dist", "worksteal", "-p", "tests.compiling")
        codes = [_pytest("--ignore", "tests/e2e", *in_processes, environment=addresses)]
    finally:
        backends.close()
    codes.append(_pytest("tests/e2e", environment={}))
    return next((code for code in codes if code), 0)


def _pytest(*arguments: str, environment: dict[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    # Compiled modules are kept: the tests start some hundred programs, and each would compile all that it imports.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(command, env={**kept, **environment}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
