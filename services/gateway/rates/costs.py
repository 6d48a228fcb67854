"""What a call costs, in points: one table for pages and API (README.md shows it). Reading costs one, changing three.

A route belongs to a group by its method; one of the REST API that answers files is an export; others are named here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Group:
    """Routes that cost the same."""

    name: str
    points: int


READ = Group("read", 1)
SEARCH = Group("search", 2)
WRITE = Group("write", 3)
PASSWORD = Group("password", 10)
"""Whatever checks a password, a code or a token that somebody might guess, or sends mail to an address."""
EXPORT = Group("export", 20)
BATCH = Group("batch", 20)
"""Many changes in one call: still less than each alone, and the ledger has less to do."""
PICTURE = Group("picture", 1)
"""Counted beside everything else, of ten times as many points: a page with twenty of them is one call."""
FREE = Group("free", 0)
"""Health checks, files of the pages, and which methods there are: browsers ask before each call to another site."""

GROUPS = (READ, SEARCH, WRITE, PASSWORD, EXPORT, BATCH, PICTURE, FREE)

NAMED: dict[str, Group] = dict.fromkeys(
    (
        "rest.admin_entities", "rest.audit_search", "rest.clearing", "rest.entities", "rest.facets", "rest.health",
        "rest.insight", "rest.logs", "rest.loops", "rest.matches", "rest.overview", "rest.suggestions", "rest.users",
        "rest.word_suggestions",
        "web.activity_log", "web.admin_businesses", "web.admin_transfers", "web.audit", "web.clearing", "web.find",
        "web.insight", "web.loops", "web.matches", "web.preview_transfer", "web.users",
    ),
    SEARCH,
) | dict.fromkeys(
    (
        "web.activity_file", "web.admin_transfers_csv", "web.audit_csv", "web.audit_export", "web.business_data_file",
        "web.business_statement_csv", "web.business_statement_pdf", "web.businesses_file", "web.community_export",
        "web.import_errors_file", "web.insight_file", "web.my_data_file", "web.statement_csv", "web.statement_pdf",
        "web.simulation_csv", "web.users_file",
    ),
    EXPORT,
) | {"rest.transfer_batch": BATCH, "web.do_in_bulk": BATCH}  # fmt: skip

CHECKING = frozenset(
    (
        "rest.accept_invitation", "rest.change_admin_password", "rest.change_password", "rest.confirm_email",
        "rest.confirm_two_factor", "rest.enter_code", "rest.log_in", "rest.log_in_admin", "rest.request_admin_reset",
        "rest.request_email_change", "rest.request_reset", "rest.reset_admin_password", "rest.reset_password",
        "rest.send_email", "rest.sign_up", "rest.sign_up_by_invitation", "rest.stop_email_change",
        "rest.switch_two_factor_off", "rest.verify_session",
        "web.admin_log_in", "web.change_password", "web.confirm_email", "web.confirm_two_factor", "web.enter_code",
        "web.log_in", "web.lost_password", "web.mail_password_link", "web.request_email_change", "web.reset_password",
        "web.sign_up", "web.sign_up_by_invitation", "web.stop_email_change", "web.switch_two_factor_off", "web.verify",
        "web.write_to_business",
    )
)  # fmt: skip
"""Of group `password` unless they are read: a form that is shown checks nothing."""


def group_of(endpoint: str, view: Callable[..., Any] | None, method: str) -> Group:
    """The group of a call; `view` is None when there is nothing under the address."""
    if method == "OPTIONS" or endpoint.startswith("health.") or endpoint.rpartition(".")[2] == "static":
        return FREE
    if endpoint == "web.picture":
        return PICTURE
    reads = method in ("GET", "HEAD")
    if endpoint in CHECKING and not reads:
        return PASSWORD
    if getattr(getattr(view, "operation", None), "media", ()):
        return EXPORT
    return NAMED.get(endpoint, READ if reads else WRITE)
