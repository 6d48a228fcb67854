"""`python -m deploy run|stop|status|seed|logs|audit|wipe`: Docker Compose if an engine answers, else native servers.

MCCS_BACKEND=docker or native overrides the choice. What was started last is what the other commands mean.
"""

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

CHOSEN = Path(__file__).resolve().parents[1] / ".run" / "backend"
BACKENDS = {"docker": "deploy.compose", "native": "deploy.native"}


def engine_answers() -> bool:
    """Whether a Docker engine with Compose can be used here."""
    if not shutil.which("docker"):
        return False
    question = ["docker", "compose", "ls", "--quiet"]
    try:
        return subprocess.run(question, capture_output=True, timeout=10, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def choose(command: str) -> str:
    """The backend for `command`: the environment's, for anything but `run` the one used last, else what is there."""
    named = os.environ.get("MCCS_BACKEND", "")
    if named:
        if named not in BACKENDS:
            sys.exit(f"MCCS_BACKEND is {named!r}: set it to docker or native, or unset it")
        return named
    if command != "run" and CHOSEN.exists():
        return CHOSEN.read_text().strip()
    return "docker" if engine_answers() else "native"


def main() -> None:
    """Hand over to the backend."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    backend = choose(command)
    if command == "run":
        CHOSEN.parent.mkdir(exist_ok=True)
        CHOSEN.write_text(backend)
    runpy.run_module(BACKENDS[backend], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
