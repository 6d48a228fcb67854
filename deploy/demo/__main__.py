"""`python -m deploy.demo`: load the demo data into a running development system; a repeat adds nothing.

PUBLIC_URL says where it is, DEVELOPMENT_CLOCK names the file by which all services take their time meanwhile,
DEMO_MARKER the file that remembers (default: `demo` beside the clock's).
"""

import os
import signal
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import urllib3

from deploy.demo.api import Api, Refused
from deploy.demo.businesses import Business, read_businesses
from deploy.demo.loader import ADMIN, AUDITOR, Loader, logins
from deploy.demo.plan import plan
from deploy.demo.timekeeping import Clock, Marker

_PAGE = 100


def main(environ: Mapping[str, str]) -> int:
    """Load; the exit code. Prints a sentence for whatever stops it."""
    missing = [name for name in ("PUBLIC_URL", "DEVELOPMENT_CLOCK") if not environ.get(name)]
    if environ.get("ENVIRONMENT") != "development":
        return _stop("Demo data are for development: ENVIRONMENT is not `development`.")
    if missing:
        return _stop(f"Not set: {', '.join(missing)}.")
    clock_file = Path(environ["DEVELOPMENT_CLOCK"])
    marker = Marker(Path(environ.get("DEMO_MARKER") or clock_file.with_name("demo")))
    clock = Clock(clock_file)
    try:
        return _load(Api(environ["PUBLIC_URL"]), clock, marker)
    except Refused as refusal:
        return _stop(f"The system refused a step of the demo: {refusal}. `make wipe` starts over.")
    except urllib3.exceptions.HTTPError as error:
        return _stop(f"{environ['PUBLIC_URL']} does not answer ({type(error).__name__}). Is it running?")
    finally:
        clock.stop()


def _load(api: Api, clock: Clock, marker: Marker) -> int:
    businesses = read_businesses()
    try:
        token = api.post("/admin/login", {"email": ADMIN[0], "password": ADMIN[1]})["token"]
    except Refused as refusal:
        return _stop(f"{ADMIN[0]} can't log in ({refusal}). Create it: python -m services.directory create-admin")
    planned_for, complete = marker.read()
    begun = _has_joined(api, token, businesses[0])
    if begun and complete:
        _tell("Demo data are there already.")
    elif not begun and api.get("/admin/entities", token, page_size=1):
        return _tell("This system has businesses of its own: no demo data are added.")
    else:
        now = planned_for if begun and planned_for else datetime.now(UTC)
        marker.write(now, complete=False)
        loader = Loader(api, {each.slug: each for each in businesses}, clock, token, api.takes("SignUp", "latitude"))
        steps = plan(now)
        loader.load(steps, lambda done: _show(done, len(steps)))
        marker.write(now, complete=True)
        for surprise in loader.surprises:
            _tell(f"Not as planned: {surprise}.")
    _tell_logins(businesses)
    return 0


def _has_joined(api: Api, token: str, first: Business) -> bool:
    """Asked of the whole list, not of the search, which may lag."""
    for page in count(1):
        found = api.get("/admin/entities", token, page=page, page_size=_PAGE)
        if any(entity["name"] == first.name for entity in found):
            return True
        if len(found) < _PAGE:
            break
    return False


def _show(done: int, total: int) -> None:
    if sys.stdout.isatty():
        print(f"\rDemo data: {done} of {total} steps", end="\n" if done == total else "", flush=True)
    elif done == total:
        print(f"Demo data: {total} steps done", flush=True)


def _tell_logins(businesses: tuple[Business, ...]) -> None:
    lines = logins(businesses)
    _tell("Log in as a member:\n  " + "\n  ".join(lines))
    _tell(f"As an administrator: {' '.join(ADMIN)}    as an auditor: {' '.join(AUDITOR)}")


def _tell(line: str) -> int:
    print(line, flush=True)
    return 0


def _stop(line: str) -> int:
    print(line, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    # However it is asked to end, the clock's file must go.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(os.environ))
