"""`python -m services.directory serve|consume|relay|schedule|migrate ...`: COMMANDS."""

import argparse
import os
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial

from services.chassis import process
from services.chassis.config import DEVELOPMENT, read_settings
from services.chassis.logs import correlation_id, log
from services.chassis.relaying import forget_published
from services.directory import app, building, consumer, ledger_audit, tending
from services.directory.config import Config, ScheduleConfig
from services.directory.domain import (
    AlreadySetUp,
    EmailTaken,
    TwoFactorState,
    UnknownUser,
    email_identity,
    password_problems,
)
from services.directory.drift import Checker
from services.directory.handlers import closing, factors, members, network
from services.directory.handlers.security import weakness_of
from services.directory.handlers.writing import By, Directory
from services.directory.importing_command import import_members
from services.directory.relay import relay_all, run_all
from services.directory.scheduling import Schedule
from services.directory.store import StreamOutbox
from services.directory.store import migrate as make_collections
from services.directory.store.audit_rules import ROLE, make_role
from services.directory.store.outbox import EVENTS, MESSAGES
from services.directory.verifying import verify_audit

_NEVER = "never"
_PASSWORD_VARIABLE = "DIRECTORY_ADMIN_PASSWORD"  # noqa: S105 -- a name, not a password


def serve() -> None:
    """Answer the gateway."""
    config = _config()
    process.serve("services.directory.app:serving_app()", config.bind_host, config.port, config.workers)


def consume() -> None:
    """Keep up to date: the search index, what the ledger says of accounts, the audit log of what it does."""
    config, stop = _config(), process.new_stop()
    directory = app.directory_of(config, app.store_of(config))
    followers = consumer.followers_of(directory, app.index_of(config))
    beside = (
        lambda: consumer.consume(followers, directory.store, config.kafka_bootstrap, stop),
        # With a group of its own: neither waits for the other.
        lambda: ledger_audit.follow(directory, config.kafka_bootstrap, stop),
    )
    run_all(beside, stop, "consume")


def relay() -> None:
    """Publish events and one-time messages."""
    config = _config()
    database = app.store_of(config).database
    forget = partial(forget_published, config.kafka_bootstrap)
    outboxes = [StreamOutbox(database, EVENTS, forget_published=forget), StreamOutbox(database, MESSAGES)]
    relay_all(outboxes, config.kafka_bootstrap, process.new_stop())


def schedule() -> None:
    """Do what is due: one process leads."""
    config = read_settings(ScheduleConfig, os.environ)
    directory = replace(app.directory_of(config, app.store_of(config)), head_key=app.head_key_of(config))
    Schedule(directory, app.index_of(config), process.new_stop()).run()


def migrate() -> None:
    """Make collections, indexes and the search index. A repeat changes nothing."""
    config = _config()
    store = app.store_of(config)
    make_collections(store.database)
    log.info("migrated", documents=building.prepare(store, app.index_of(config)))


def rebuild_index() -> None:
    """Build the search index anew and swap, while everything goes on."""
    config = _config()
    label = datetime.now(UTC).strftime("%Y%m%d%H%M%S%f")
    try:
        written = building.rebuild(app.store_of(config), app.index_of(config), label, _tell)
    except building.BuildRunning:
        sys.exit("The index is being built by another process, or one was killed in the last half minute: try again.")
    log.info("rebuilt", documents=written)


def _tell(progress: building.Progress) -> None:
    log.info(
        "rebuild.progress",
        documents=progress.written,
        of_about=progress.about,
        per_second=progress.per_second,
        seconds_left=progress.remaining_seconds,
    )


def check_audit() -> None:
    """Check the chain of the audit log (verify-audit)."""
    verify_audit(app.store_of(_config()), sys.argv[2:])


def audit_role() -> None:
    """Make the role for the directory's user in MongoDB: it can add to the audit log, not take from it."""
    make_role(app.store_of(_config()).database)
    print(f"The role {ROLE} is made or renewed. Give it to the user in DIRECTORY_MONGO_URL, and no other.")


def check_index() -> None:
    """Hold the search index against MongoDB; exit code 1 if something differs and --repair was not given."""
    parser = argparse.ArgumentParser("python -m services.directory check-index", description=check_index.__doc__)
    parser.add_argument("--repair", action="store_true", help="index again what differs, delete what is not in MongoDB")
    asked, config = parser.parse_args(sys.argv[2:]), _config()
    store = app.store_of(config)
    checker = Checker(store, app.index_of(config), lambda: consumer.applied(store))
    count, differing, judged = 0, 0, True
    for page in tending.checked(checker, repair=asked.repair):
        count, differing = count + page.checked, differing + len(page.differences.ids())
        judged = judged and not page.consumer_behind
        print(f"{count} businesses compared, {differing} differ")
    if not judged:
        sys.exit("The consumer is behind: some of that may be on its way. Check again later.")
    sys.exit(1 if differing and not asked.repair else 0)


def renew_log() -> None:
    """Have the relay publish the event log anew, if anything in it was redacted since the last time."""
    config = _config()
    asked = closing.renew_log(app.directory_of(config, app.store_of(config)))
    print("The relay publishes the log anew now." if asked else "Nothing was redacted since the log was last renewed.")


def create_admin() -> None:
    """Register an administrator or auditor; the password comes from DIRECTORY_ADMIN_PASSWORD or standard input.

    Without --until auditors have access for a year, the others without end. Who is registered keeps what was set.
    """
    config, asked = _config(), _admin_arguments()
    password = os.environ.get(_PASSWORD_VARIABLE) or sys.stdin.readline().rstrip("\n")
    directory = app.directory_of(config, app.store_of(config))
    problems = password_problems(password) or _weaknesses(directory, password, asked)
    # In development the logins that are printed may be simple.
    if not password or (problems and config.environment != DEVELOPMENT):
        sys.exit("\n".join(problems))
    by = By(actor="system:create-admin", correlation_id=correlation_id())
    email, until = email_identity(asked.email), _until(asked)
    try:
        members.create_admin(directory, by, email=email, kind=asked.kind, password=password, until=until)
    except EmailTaken:
        if not asked.if_missing:
            sys.exit(f"{email} is registered already: nothing was changed. To change until when: set-access.")
        print(f"{email} is registered already.")
        return
    print(f"{asked.kind} {email} is registered, with access {_in_words(until)}.")


def setup_link() -> None:
    """Print the link by which the first administrator sets up an empty network: good for a day, and once.

    The link before it is dead. With --if-needed it is no error that there is an administrator.
    """
    parser = argparse.ArgumentParser("python -m services.directory setup-link", description=setup_link.__doc__)
    parser.add_argument("--if-needed", action="store_true", help="say nothing if there is an administrator")
    config, asked = _config(), parser.parse_args(sys.argv[2:])
    by = By(actor="system:setup-link", correlation_id=correlation_id())
    try:
        secret = network.make_link(app.directory_of(config, app.store_of(config)), by)
    except AlreadySetUp as error:
        if not asked.if_needed:
            sys.exit(f"{error} To add one: create-admin, or an invitation on the page “Staff”.")
        return
    print("Set up the network here, within 24 hours. Whoever has this link becomes its administrator:")
    print(f"{config.public_url.rstrip('/')}/setup/{secret}")


def set_access() -> None:
    """Change until when an administrator or auditor has access: extend it, lift it, or end it (a day that is over)."""
    config, asked = _config(), _access_arguments()
    email, until = email_identity(asked.email), None if asked.until == _NEVER else asked.until
    directory = app.directory_of(config, app.store_of(config))
    try:
        by = By(actor="system:set-access", correlation_id=correlation_id())
        user = members.set_access(directory, by, email=email, until=until).document
    except UnknownUser as error:
        sys.exit(f"{email}: {error}")
    log.info("access.set", user_id=user["user_id"], kind=user["kind"], expires_at=user["expires_at"])
    print(f"{user['kind']} {email} has access {_in_words(until)}.")


def reset_two_factor() -> None:
    """Remove the second factor of somebody who lost it, when no administrator is left who could."""
    config, asked = _config(), _reset_arguments()
    email = email_identity(asked.email)
    by = By(actor="system:reset-two-factor", correlation_id=correlation_id())
    try:
        factors.reset_of(app.directory_of(config, app.store_of(config)), by, email, asked.reason)
    except (UnknownUser, TwoFactorState) as error:
        sys.exit(f"{email}: {error}")
    print(f"{email} logs in with the password alone now; all sessions have ended, and a mail says so.")


def _weaknesses(directory: Directory, password: str, asked: argparse.Namespace) -> list[str]:
    return [weakness] if (weakness := weakness_of(directory, password, asked.kind, asked.email)) else []


def import_file() -> None:
    """Bring in members from a CSV file."""
    config = _config()
    import_members(app.directory_of(config, app.store_of(config)), sys.argv[2:])


def _admin_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m services.directory create-admin", description=create_admin.__doc__)
    parser.add_argument("--email", required=True)
    parser.add_argument("--kind", choices=("admin", "coordinator", "auditor"), default="admin")
    parser.add_argument("--until", type=_day, metavar="YYYY-MM-DD|never", help="the last day with access, UTC")
    parser.add_argument("--if-missing", action="store_true", help="it is no error if the address is registered")
    return parser.parse_args(sys.argv[2:])


def _reset_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m services.directory reset-two-factor", description=factors.reset.__doc__)
    parser.add_argument("--email", required=True)
    parser.add_argument("--reason", required=True, help="kept in the audit log")
    return parser.parse_args(sys.argv[2:])


def _access_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m services.directory set-access", description=set_access.__doc__)
    parser.add_argument("--email", required=True)
    parser.add_argument("--until", required=True, type=_day, metavar="YYYY-MM-DD|never", help="the last day, UTC")
    return parser.parse_args(sys.argv[2:])


def _day(text: str) -> date | str:
    if text == _NEVER:
        return text
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("a day such as 2027-06-30, or never") from error
    if day == date.max:
        raise argparse.ArgumentTypeError("that is too far away")
    return day


def _until(asked: argparse.Namespace) -> date | None:
    """The last day with access; None: without end."""
    if asked.until == _NEVER or (asked.until is None and asked.kind != "auditor"):
        return None
    day: date = asked.until or year_after(datetime.now(UTC).date())
    return day


def year_after(day: date) -> date:
    """The same day of the next year; the 28th for a 29th of February."""
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _in_words(until: date | None) -> str:
    return f"until the end of {until.isoformat()} (UTC)" if until else "without end"


def _config() -> Config:
    return read_settings(Config, os.environ)


COMMANDS = {
    "serve": serve,
    "consume": consume,
    "relay": relay,
    "schedule": schedule,
    "migrate": migrate,
    "rebuild-index": rebuild_index,
    "check-index": check_index,
    "import-members": import_file,
    "renew-log": renew_log,
    "create-admin": create_admin,
    "setup-link": setup_link,
    "set-access": set_access,
    "reset-two-factor": reset_two_factor,
    "verify-audit": check_audit,
    "make-audit-role": audit_role,
}

if __name__ == "__main__":
    process.main("directory", COMMANDS)
