"""Shapes of the REST API for whoever checks the ledger: signed heads, proofs, auditors' views.

Hashes are lower-case hex. What is signed keeps the form that it was signed in: sums are integers of the smallest unit.
"""

from typing import Any

from marshmallow import fields, validate

from services.gateway.fields import AccountNumber, Amount, CamelSchema, Moment, Query, Text

_POSITION = validate.Range(min=1, max=2**53)

EVENT_TYPES = (
    *("account-opened", "account-limits-changed", "account-standing-changed", "account-consent-changed"),
    *("fee-rules-changed", "book-policy-changed"),
    *("transfer-initiated", "transfer-expiring", "transfer-completed", "transfer-cancelled"),
)
"""Of the ledger, without its name and the version."""


def _position(**options: Any) -> fields.Integer:
    return fields.Integer(validate=_POSITION, **options)


# --- query strings ----------------------------------------------------------------------------------------------


class HeadsQuery(Query):
    """A page of heads."""

    before = _position(metadata={"description": "number of a head: older ones alone"})
    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=100))


class InclusionQuery(Query):
    """An event, and the tree that it lies in."""

    position = _position(required=True)
    size = _position(metadata={"description": "of the tree; the newest signed head's when left out"})


class SizeQuery(Query):
    """The tree that something lies in."""

    size = _position(metadata={"description": "of the tree; the newest signed head's when left out"})


class ConsistencyQuery(Query):
    """Two sizes of the tree."""

    first = _position(required=True)
    second = _position(metadata={"description": "the newest signed head's size when left out"})


class ExportQuery(Query):
    """A range of events."""

    first = _position(metadata={"description": "the first event when left out"})
    last = _position(metadata={"description": "the newest signed one when left out"})
    gzip = fields.Boolean(load_default=False)


class PeriodQuery(Query):
    """A period of instants. What is left out is open."""

    since = Moment(data_key="from", metadata={"description": "inclusive"})
    until = Moment(data_key="to", metadata={"description": "exclusive"})


class StatementFileQuery(PeriodQuery):
    """One of one's own businesses, and a period."""

    querying_entity_id = fields.String(required=True)


class ViewQuery(PeriodQuery):
    """All that may be asked of auditors' views; each takes some of it. A period may be of positions instead."""

    from_position = _position(metadata={"description": "inclusive"})
    to_position = _position(metadata={"description": "inclusive"})
    position = _position(metadata={"description": "as of this position"})
    at = Moment(metadata={"description": "as of this instant"})
    percent = fields.Integer(
        validate=validate.Range(min=0, max=99), metadata={"description": "of a limit that may be left"}
    )
    n = fields.Integer(validate=validate.Range(min=1, max=1000), metadata={"description": "how many are drawn"})
    seed = Text(100)
    length = fields.Integer(
        validate=validate.Range(min=2, max=5), metadata={"description": "at most so many accounts in a ring"}
    )
    min_amount = Amount()
    text = Text(100, metadata={"description": "words in description or reference"})
    type = fields.String(
        validate=validate.OneOf(EVENT_TYPES),
        metadata={"description": "of events, as in `ledger.<type>.v1`"},
    )
    account = AccountNumber(metadata={"description": "that the event names, or a party of the transfer that it ends"})


class PagedViewQuery(ViewQuery):
    """The same, page by page."""

    after = fields.String(validate=validate.Length(1, 500), metadata={"description": "the `next` of the page before"})
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=500))


# --- answers ----------------------------------------------------------------------------------------------------


class Head(CamelSchema):
    """A signed head of a book: what the ledger can never take back. `jws` signs all the rest but `kid`."""

    book = fields.String(required=True)
    number = fields.Integer(required=True, metadata={"description": "of the book's heads, from 1"})
    size = fields.Integer(required=True, metadata={"description": "events that it covers"})
    root = fields.String(required=True, metadata={"description": "of the Merkle tree (RFC 9162) over their hashes"})
    hash = fields.String(required=True, metadata={"description": "chain hash of the last event"})
    sum = fields.Integer(required=True, metadata={"description": "of all balances: zero"})
    accounts = fields.Integer(required=True)
    time = fields.String(required=True)
    kid = fields.String(required=True, metadata={"description": "which key signed (RFC 7638)"})
    jws = fields.String(required=True, metadata={"description": "compact, EdDSA"})


class Heads(CamelSchema):
    """Some heads, newest first."""

    heads = fields.List(fields.Nested(Head), required=True)
    next = fields.Integer(required=True, allow_none=True, metadata={"description": "`before` of the next page"})


class HeadKey(CamelSchema):
    """A public key that heads are, or were, signed with (JWK, RFC 8037)."""

    kty = fields.String(required=True)
    crv = fields.String(required=True)
    x = fields.String(required=True)
    kid = fields.String(required=True)
    use = fields.String()
    alg = fields.String()
    added_at = fields.String()


class HeadKeys(CamelSchema):
    """All of them."""

    keys = fields.List(fields.Nested(HeadKey), required=True)


def _path() -> fields.List[str]:
    return fields.List(fields.String(), required=True, metadata={"description": "hashes, from the leaf up"})


class Inclusion(CamelSchema):
    """That the event at a position lies in a tree (RFC 9162 2.1.3)."""

    book = fields.String(required=True)
    position = fields.Integer(required=True)
    size = fields.Integer(required=True)
    leaf = fields.String(required=True, metadata={"description": "chain hash of the event"})
    path = _path()
    root = fields.String(required=True)
    head = fields.Nested(Head, required=True, allow_none=True, metadata={"description": "of exactly that size"})


class Consistency(CamelSchema):
    """That one tree is the beginning of another (RFC 9162 2.1.4)."""

    book = fields.String(required=True)
    first = fields.Integer(required=True)
    second = fields.Integer(required=True)
    first_root = fields.String(required=True)
    second_root = fields.String(required=True)
    path = _path()


class ProvenEvent(CamelSchema):
    """One event of a transfer, with its way to the root."""

    position = fields.Integer(required=True)
    type = fields.String(required=True)
    leaf = fields.String(required=True)
    prev_hash = fields.String(required=True)
    path = _path()
    event = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "its canonical text; null where it holds what the other side alone may see"},
    )


class TransferProof(CamelSchema):
    """That the events of a transfer lie in a tree."""

    book = fields.String(required=True)
    transfer_id = fields.String(required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True)
    head = fields.Nested(Head, required=True, allow_none=True)
    events = fields.List(fields.Nested(ProvenEvent), required=True)


class AuditRows(CamelSchema):
    """A page of an auditor's view."""

    rows = fields.List(
        fields.Dict(),
        required=True,
        metadata={"description": "columns as in the CSV, camelCase; amounts with two decimals"},
    )
    next = fields.String(required=True, allow_none=True, metadata={"description": "`after` of the next page"})
    facts = fields.Dict(required=True, metadata={"description": "what holds for the whole view, camelCase"})


class StatementChecked(CamelSchema):
    """What the statement with a code says, whether the book still says so, and the proof that it was in the book."""

    code = fields.String(required=True)
    book = fields.String(required=True)
    unit = fields.String(required=True)
    account = fields.String(required=True, data_key="accountNumber")
    since = fields.String(required=True, allow_none=True, data_key="from")
    until = fields.String(required=True, allow_none=True, data_key="to")
    from_position = fields.Integer(required=True)
    to_position = fields.Integer(required=True)
    opening_balance = Amount(required=True)
    closing_balance = Amount(required=True)
    entries = fields.Integer(required=True)
    paid = Amount(required=True)
    received = Amount(required=True)
    made_at = fields.String(required=True)
    holds = fields.Boolean(required=True, metadata={"description": "worked out now; false: something was changed"})
    head = fields.Nested(
        Head, required=True, allow_none=True, metadata={"description": "the first that covers it; null: none yet"}
    )
    path = fields.List(fields.String(), required=True, allow_none=True)
    leaf = fields.String(required=True, allow_none=True)
