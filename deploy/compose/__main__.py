"""`python -m deploy.compose run|stop|status|seed|logs|audit|wipe`: the system with Docker Compose."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from deploy.compose.secrets import prepare
from deploy.native.ports import find_free, is_free

ROOT = Path(__file__).resolve().parents[2]
ADMINS = (("admin1@dev.null", "admin"), ("auditor1@dev.null", "auditor"))
_DEVELOPMENT_PASSWORD = "password"  # noqa: S105 -- printed on the screen; only ever used with ENVIRONMENT=development


def compose(*arguments: str, check: bool = True) -> int:
    """Run `docker compose …` in the project; its exit code."""
    return subprocess.run(["docker", "compose", *arguments], cwd=ROOT, check=check).returncode


def setting(name: str) -> str:
    """A value of `.env`; empty when it isn't there."""
    lines = (ROOT / ".env").read_text().splitlines()
    return next((line.partition("=")[2] for line in lines if line.startswith(f"{name}=")), "")


def run() -> None:
    """Build, start, print where it is; the system goes on until `make stop`.

    In development with demo data; in production with the link that sets up an empty network.
    """
    port, mail_page_port = (wanted if is_free(wanted) else find_free() for wanted in (8080, 8025))
    for path in prepare(ROOT, port, mail_page_port):
        print(f"wrote {path.relative_to(ROOT)}")
    compose("build")
    compose("up", "--detach", "--wait")
    if setting("ENVIRONMENT") == "development":
        seed()
    else:
        compose("run", "--rm", "--no-deps", "directory", "setup-link", "--if-needed")
    print(f"\nMCCS is up at {setting('PUBLIC_URL')}   mail: {setting('GATEWAY_MAIL_PAGE_URL')}   stop: make stop")


def seed() -> None:
    """Development's administrators and the demo data; a repeat adds nothing."""
    for email, kind in ADMINS:
        create = ["create-admin", "--email", email, "--kind", kind, "--if-missing"]
        compose("run", "--rm", "--no-deps", "-e", f"DIRECTORY_ADMIN_PASSWORD={_DEVELOPMENT_PASSWORD}",
                "directory", *create)  # fmt: skip
        print(f"{kind}: {email} / {_DEVELOPMENT_PASSWORD}")
    compose("--profile", "demo", "run", "--rm", "demo")


COMMANDS: dict[str, Callable[[], object]] = {
    "run": run,
    "seed": seed,
    "stop": lambda: compose("down"),
    "status": lambda: compose("ps"),
    "logs": lambda: compose("logs", "--follow", "--tail", "20"),
    "audit": lambda: sys.exit(compose("run", "--rm", "--no-deps", "ledger", "audit", check=False)),
    "wipe": lambda: compose("down", "--volumes"),
}


def main() -> None:
    """Run the command named by the first argument."""
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"usage: python -m deploy.compose {'|'.join(COMMANDS)}")
    try:
        COMMANDS[sys.argv[1]]()
    except subprocess.CalledProcessError as error:
        sys.exit(f"docker compose failed (see above): {' '.join(error.cmd[2:])}")


if __name__ == "__main__":
    main()
