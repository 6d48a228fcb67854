"""Work with a running system: register administrators, load demo data, audit the ledger."""

import importlib.util
import subprocess
import sys
from collections.abc import Mapping

from deploy.native.files import write_atomically
from deploy.native.processes import run_to_end
from deploy.native.settings import Settings
from deploy.native.software import CHECKOUT
from deploy.native.stack import Report
from deploy.native.trouble import Trouble

LOADER = "deploy.demo"

# In development alone: everybody knows these passwords.
ADMINISTRATORS = (("admin1@dev.null", "admin"), ("auditor1@dev.null", "auditor"))
PASSWORD = "password"  # noqa: S105 -- meant to be known


def create_administrators(settings: Settings) -> None:
    """Register the development system's administrator and auditor, once: a note spares later starts the time."""
    note = settings.directory / "administrators"
    if note.exists():
        return
    environment = {**settings.of_service("directory"), "DIRECTORY_ADMIN_PASSWORD": PASSWORD}
    for email, kind in ADMINISTRATORS:
        command = ["create-admin", "--email", email, "--kind", kind, "--if-missing"]
        ended = run_to_end(
            [sys.executable, "-m", "services.directory", *command], environment=environment, directory=CHECKOUT
        )
        if ended.returncode:
            raise Trouble(f"{email} could not be registered:\n{ended.stdout}")
    write_atomically(note, "")


def print_setup_link(settings: Settings, report: Report) -> None:
    """Say where an empty network is set up; nothing once somebody administers it."""
    ended = run_to_end(
        [sys.executable, "-m", "services.directory", "setup-link", "--if-needed"],
        environment=settings.of_service("directory"),
        directory=CHECKOUT,
    )
    if ended.returncode:
        raise Trouble(f"The link to set up the network could not be made:\n{ended.stdout}")
    report(ended.stdout.strip())


def load_demo_data(settings: Settings, report: Report) -> bool:
    """Run the loader, which prints its own progress and the logins; False if it failed (the system runs on)."""
    if importlib.util.find_spec(LOADER) is None:
        report("Demo data: this checkout has no loader.")
        return True
    code = _run([LOADER], settings.of_demo())
    # Whatever became of the loader, time must go on: nothing but it may set the clock.
    settings.clock.unlink(missing_ok=True)
    if code:
        report(f"Demo data could not be loaded (code {code}). The system runs on without them.")
    return code == 0


def audit(settings: Settings) -> int:
    """Let the ledger prove itself; it prints what it found."""
    return _run(["services.ledger", "audit"], settings.of_service("ledger"))


def _run(module: list[str], environment: Mapping[str, str]) -> int:
    return subprocess.run([sys.executable, "-m", *module], env=environment, cwd=CHECKOUT, check=False).returncode
