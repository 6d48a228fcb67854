"""Which refusals a route documents: its own codes, and those that follow from what it takes and who may call it."""

import re
from collections.abc import Iterator, Mapping

from services.gateway.rest.operations import Operation

Codes = Mapping[int, tuple[str, ...]]

STEP_UP: Codes = {403: ("auth.step_up_needed",)}
"""Of what needs a session that was verified in the last ten minutes."""
WRONG: Codes = {403: ("auth.wrong",), 429: ("login.locked",)}
"""Of what asks for password or code again."""
OF_ENTITIES: Codes = {403: ("entity.not_yours", "entity.owners_only"), 404: ("entity.unknown",)}
"""Of what is done for a business."""

_PARTS = ("ledger", "directory", "matches", "notifier")
_ALWAYS: Codes = {
    400: ("http.bad_request",),
    401: ("auth.invalid", "auth.expired", "auth.ended"),
    403: ("auth.scope_missing", "auth.person_needed", "auth.two_factor_needed"),
    429: ("http.too_many_requests",),
    500: ("internal",),
    503: (
        "part.down",
        "part.busy",
        "part.late",
        "projection.behind",
        "ledger.busy",
        *(f"{part}.unavailable" for part in _PARTS),
    ),
}
"""A bearer token that is no good is refused by every route, also by those that need none."""
_LOGIN: Codes = {
    401: ("auth.missing",),
    403: ("auth.forbidden", "auth.not_on_behalf"),
}
_WRITE: Codes = {403: ("terms.not_accepted", "auth.not_your_role")}
_NOT_JSON = ("malformed", "duplicate_key", "not_a_number", "number_too_long", "trailing_data", "not_utf8",
             "unpaired_surrogate", "too_deep", "too_many_values")  # fmt: skip
_BODY: Codes = {
    400: ("request.invalid", *(f"request.{word}" for word in _NOT_JSON)),
    413: ("http.request_entity_too_large",),
    415: ("request.media_type", "request.encoded"),
}
_UPLOAD: Codes = {400: ("request.invalid",), 413: ("http.request_entity_too_large",)}
_QUERY: Codes = {400: ("request.invalid",)}
_KEYED: Codes = {
    400: ("idempotency.key_malformed",),
    409: ("idempotency.key_reused", "idempotency.answer_gone"),
}
_MATCHED: Codes = {412: ("precondition.failed",)}
_UNMATCHED: Codes = {412: ("precondition.unsupported",)}
"""A condition that is not looked at must not be taken for one that holds."""
_PATH: Mapping[str, str] = {
    "entity_id": "entity.unknown",
    "other_id": "entity.unknown",
    "transfer_id": "transfer.unknown",
    "user_id": "user.unknown",
    "import_id": "import.unknown",
    "term_id": "term.unknown",
    "token_id": "api_token.unknown",
    "service_account_id": "service_account.unknown",
    "handle": "session.unknown",
}
"""What is not there, by the name of the path's part. A part that is not listed needs codes of the route's own."""
_PART = re.compile(r"<(?:[^<>:]+:)?(\w+)>")


def both(*codes: Codes) -> dict[int, tuple[str, ...]]:
    """All codes of several."""
    statuses = sorted({status for some in codes for status in some})
    return {status: tuple(dict.fromkeys(_of(codes, status))) for status in statuses}


def refusals_of(rule: str, method: str, operation: Operation, roles: frozenset[str]) -> dict[int, tuple[str, ...]]:
    """Status to codes, for the route `rule` (as Flask writes it)."""
    public, writes = bool(roles & {"public", "anyone"}), method.upper() != "GET"
    applied = {
        "login": (_LOGIN, not public),
        "write": (_WRITE, writes and not public),
        "body": (_BODY, operation.body is not None),
        "upload": (_UPLOAD, bool(operation.upload)),
        "query": (_QUERY, operation.query is not None or operation.is_sparse(method)),
        "keyed": (_KEYED, operation.keyed),
        "matched": (_MATCHED, writes and bool(operation.matched)),
        "unmatched": (_UNMATCHED, writes and not operation.matched),
    }
    own = [codes for codes, holds in applied.values() if holds]
    return both(_ALWAYS, *own, _of_path(rule), operation.codes)


def _of_path(rule: str) -> Codes:
    codes = dict.fromkeys(_PATH[part] for part in _PART.findall(rule) if part in _PATH)
    return {404: (*codes, "http.not_found")} if _PART.search(rule) else {}


def _of(codes: tuple[Codes, ...], status: int) -> Iterator[str]:
    for some in codes:
        yield from some.get(status, ())
