"""Load demo data into a running system, by the loader of `deploy.demo`."""

import importlib.util
import subprocess
import sys

from deploy.native.software import CHECKOUT
from deploy.native.stack import Report
from deploy.native.system import System

LOADER = "deploy.demo"


def load_demo_data(system: System, report: Report) -> bool:
    """Run the loader, which prints its own progress and the logins; False if it failed (the system runs on)."""
    if importlib.util.find_spec(LOADER) is None:
        report("Demo data: this checkout has no loader.")
        return True
    environment = system.settings.of_demo()
    ended = subprocess.run([sys.executable, "-m", LOADER], env=environment, cwd=CHECKOUT, check=False)
    # Whatever became of the loader, time must go on: nothing but it may set the clock.
    system.settings.clock.unlink(missing_ok=True)
    if ended.returncode:
        report(f"Demo data could not be loaded (code {ended.returncode}). The system runs on without them.")
    return ended.returncode == 0
