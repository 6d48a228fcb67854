"""The pages: what people see in a browser. Server-rendered; JavaScript only makes them nicer.

Talks to the other services through `services.gateway.clients` alone; knows no HTTP of theirs.
"""

from services.gateway.web import (
    account,
    activity,
    admin,
    admin_finding,
    api_tokens,
    auditor,
    catalogue,
    clearing,
    email_change,
    finding,
    importing,
    insight,
    keeping,
    loops,
    mailing,
    matching,
    members,
    notices,
    notifications,
    people,
    previewing,
    privacy,
    proofs,
    proposing,
    searches,
    security,
    service_accounts,
    showing,
    staff,
    statements,
    terms,
    transfers,
    unsubscribing,
    verifying,
    visitors,
    webhooks,
    words,
)
from services.gateway.web.blueprint import bp
from services.gateway.web.failing import error_page
from services.gateway.web.terms import ask_for_terms
from services.gateway.web.unsubscribing import unsubscribe_now
from services.gateway.web.verifying import ask_to_verify

PAGES = (
    account,
    activity,
    admin,
    admin_finding,
    api_tokens,
    auditor,
    keeping,
    catalogue,
    clearing,
    email_change,
    finding,
    importing,
    insight,
    loops,
    mailing,
    matching,
    members,
    notices,
    notifications,
    people,
    previewing,
    privacy,
    proofs,
    proposing,
    searches,
    security,
    service_accounts,
    showing,
    staff,
    statements,
    terms,
    transfers,
    unsubscribing,
    verifying,
    visitors,
    words,
    webhooks,
)
"""Imported so that their views are on the blueprint."""

__all__ = ["PAGES", "ask_for_terms", "ask_to_verify", "bp", "error_page", "unsubscribe_now"]
