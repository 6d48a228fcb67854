"""Writes of the REST API: repeated under a key, and made on condition; or it is said here why not."""

from services.gateway import openapi
from services.gateway.rest.operations import Operation
from tests.gateway.permission_rows import bare_app

SECRET = "its answer is a secret, told once and kept nowhere, so it can't be told again"
LOGIN = "each login is a session of its own, and its token is kept nowhere"
ENDS = "a repeat finds nothing more to end"
LINK = "the mailed link works once"
WRITES_NOTHING = "it writes nothing"
UNKEYED = {
    "post /login": LOGIN,
    "post /admin/login": LOGIN,
    "post /login/code": "a code works once",
    "post /logout": ENDS,
    "post /admin/logout": ENDS,
    "post /token/renew": "a repeat is another token of the same session",
    "post /password-reset": "a repeat mails another link, at most three an hour",
    "post /admin/password-reset": "a repeat mails another link, at most three an hour",
    "post /password-reset/{token}": LINK,
    "post /admin/password-reset/{token}": LINK,
    "post /email-confirmations/{token}": LINK,
    "post /email-confirmations/{token}/stop": LINK,
    "post /invitations/{token}/signup": LINK,
    "post /unsubscriptions/{token}": "stopping twice is stopping once",
    "post /contact-reports/{token}": "reporting twice is reporting once",
    "post /session/verification": "a repeat verifies again; no outcome of a password is kept",
    "post /password-change": "a repeat is refused: the current password is another one then",
    "post /admin/password-change": "a repeat is refused: the current password is another one then",
    "delete /sessions": ENDS,
    "delete /sessions/{handle}": ENDS,
    "post /two-factor": SECRET,
    "post /two-factor/confirmation": SECRET,
    "delete /two-factor": ENDS,
    "post /recovery-codes": SECRET,
    "post /user/closing": "the login that would ask again has ended",
    "put /user/entities/{entity_id}/notes/{other_id}": "writing it twice is writing it once; no outcome keeps its text",
    "post /audit/head": "it signs what is new; a repeat answers the newest head",
    "post /transfers/preview": WRITES_NOTHING,
    "post /admin/limit-simulations": WRITES_NOTHING,
    "post /admin/mail/suppressions/search": WRITES_NOTHING,
    "delete /admin/users/{user_id}": "a repeat finds no such user; no outcome of who was forgotten is kept",
    "post /admin/transfers/preview": WRITES_NOTHING,
}
"""Writes without a key, and why."""


def test_every_write_has_a_key_or_a_reason():
    """A new one: `@operation(..., keyed=True)`, and pass `key` on to the service."""
    keyed: dict[bool, set[str]] = {True: set(), False: set()}
    for rule, method, operation, _ in openapi.operations_of(bare_app()):
        if method != "get":
            keyed[operation.keyed].add(f"{method} {openapi.path_of(rule).removeprefix('/api/v1')}")
    assert keyed[False] == UNKEYED.keys()
    assert len(keyed[True]) > len(UNKEYED)


UNCONDITIONAL = {
    "/sessions": "one ends all others, however many there are by now",
    "/two-factor": "it is on or off, and needs a login verified lately",
}
"""What can be read and changed under the same address, but not by If-Match, and why."""


def test_what_can_be_read_is_changed_on_condition():
    """A new one: `@operation(..., matched="etag")`, or `"version"` where the service compares it."""
    found: dict[str, dict[str, Operation]] = {}
    for rule, method, operation, _ in openapi.operations_of(bare_app()):
        found.setdefault(rule.rule.removeprefix("/api/v1"), {})[method] = operation
    for path, methods in found.items():
        shown = methods.get("get")
        for method in methods.keys() & {"put", "patch", "delete"} if shown and not shown.media else ():
            assert bool(methods[method].matched) != (path in UNCONDITIONAL), f"{method} {path} needs `matched`"
        versioned = {method for method, operation in methods.items() if operation.matched == "version"}
        assert not versioned or {"get", "patch"} <= versioned, path
