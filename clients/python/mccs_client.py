# Made from the OpenAPI document by `make docs`. Do not edit.
"""A client of the MCCS REST API: one method a route, with types. Needs nothing but Python 3.11."""

import json
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, NotRequired, TypedDict
from urllib.parse import quote, urlencode

Number = Decimal | int


class Refused(Exception):
    """The API said no. `codes` are stable; `errors` has a sentence for people each, and often the field."""

    def __init__(self, status: int, document: Mapping[str, Any], retry_after: int | None) -> None:
        self.status, self.retry_after = status, retry_after
        self.errors: list[dict[str, Any]] = list(document.get("errors", ()))
        self.correlation_id: str = document.get("correlationId", "")
        super().__init__(f"{status}: " + " ".join(str(error.get("message")) for error in self.errors))

    @property
    def codes(self) -> list[str]:
        """One for each error."""
        return [str(error["code"]) for error in self.errors]


class Page(list[Any]):
    """The items of a list, with how many there are in all."""

    total = 0
    pages = 1
    next: str | None = None


class Calls:
    """How calls are made. A write gets a fresh Idempotency-Key unless one is given: give the same one to try again."""

    def __init__(self, address: str, token: str = "", seconds: float = 20.0) -> None:
        self.address, self.token, self.seconds = address.rstrip("/"), token, seconds
        self.positions = ""
        """What was seen: later calls are answered from a state at least as new."""

    def _call(
        self,
        method: str,
        path: str,
        *,
        parts: Mapping[str, str],
        query: Mapping[str, Any],
        body: Any = None,
        key: str | None = None,
        keyed: bool = False,
    ) -> Any:
        url = self.address + path.format_map({name: quote(value, safe="") for name, value in parts.items()})
        asked = {name: _written(value) for name, value in query.items() if value is not None}
        content = body if isinstance(body, bytes) or body is None else json.dumps(body, default=_plain).encode()
        request = urllib.request.Request(  # noqa: S310 -- the address is the caller's own
            f"{url}?{urlencode(asked)}" if asked else url, content, self._headers(body), method=method
        )
        if keyed:
            request.add_header("Idempotency-Key", key or uuid.uuid4().hex)
        try:
            with urllib.request.urlopen(request, timeout=self.seconds) as answer:  # noqa: S310
                self.positions = answer.headers.get("Position", self.positions)
                return _read(answer.read(), answer.headers.get_content_type())
        except urllib.error.HTTPError as error:
            with error:
                raise _refusal(error.code, error.read(), error.headers.get("Retry-After")) from None

    def _headers(self, body: Any) -> dict[str, str]:
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return headers | ({"Min-Position": self.positions} if self.positions else {})


def _written(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_written, value))
    if isinstance(value, Decimal):
        return _plain(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"{type(value).__name__} is nothing that JSON knows")


def _read(content: bytes, media: str) -> Any:
    if media != "application/json":
        return content
    document = json.loads(content, parse_float=Decimal)
    if "meta" not in document:
        return document["data"]
    page = Page(document["data"])
    page.total, page.pages = document["meta"]["numberOfResults"], document["meta"]["totalPages"]
    page.next = document["meta"].get("next")
    return page


def _refusal(status: int, content: bytes, retry_after: str | None) -> Refused:
    try:
        document = json.loads(content)
    except ValueError:
        document = {}
    return Refused(status, document, int(retry_after) if retry_after and retry_after.isdigit() else None)


AccountAfter = TypedDict(
    "AccountAfter",
    {
        "accountNumber": 'str',
        "amount": 'Number',
        "balance": 'Number',
        "balanceAfter": 'Number',
        "canPayAfter": 'Number',
        "canReceiveAfter": 'Number',
        "levelAfter": 'Literal["ok", "warning", "outside"]',
    },
)
AccountDecision = TypedDict(
    "AccountDecision",
    {
        "position": 'int',
        "createdAt": 'str',
        "type": 'Literal["opened", "limits", "standing", "consent"]',
        "reason": 'str',
        "maxPositiveBalance": NotRequired['Number'],
        "maxNegativeBalance": NotRequired['Number'],
        "previousMaxPositiveBalance": NotRequired['Number'],
        "previousMaxNegativeBalance": NotRequired['Number'],
        "standing": NotRequired['Literal["trading", "frozen", "closed"]'],
        "previousStanding": NotRequired['Literal["trading", "frozen", "closed"]'],
        "closing": NotRequired['bool'],
        "rules": NotRequired['list[ConsentRule]'],
    },
)
AccountHistory = TypedDict(
    "AccountHistory",
    {
        "changes": 'list[AccountDecision]',
        "next": 'int | None',
    },
)
AccountThen = TypedDict(
    "AccountThen",
    {
        "accountNumber": 'str',
        "position": 'int',
        "at": 'str | None',
        "balance": 'Number',
        "maxNegativeBalance": 'Number',
        "maxPositiveBalance": 'Number',
        "standing": 'str',
    },
)
Acting = TypedDict(
    "Acting",
    {
        "entityId": 'str | None',
        "reason": 'str | None',
    },
)
ActingUntil = TypedDict(
    "ActingUntil",
    {
        "entityId": NotRequired['str'],
        "until": NotRequired['str'],
    },
)
ActivityEntry = TypedDict(
    "ActivityEntry",
    {
        "position": 'int',
        "createdAt": 'str',
        "action": 'str',
        "subject": 'str',
        "before": 'dict[str, Any]',
        "after": 'dict[str, Any]',
        "reason": 'str',
        "erased": 'bool',
        "by": 'By',
        "onBehalfOf": NotRequired['By | None'],
    },
)
AdminEntity = TypedDict(
    "AdminEntity",
    {
        "balance": NotRequired['Number'],
        "maxPositiveBalance": NotRequired['Number'],
        "maxNegativeBalance": NotRequired['Number'],
        "canPay": NotRequired['Number'],
        "canReceive": NotRequired['Number'],
        "standing": NotRequired['Literal["trading", "frozen", "closed"]'],
        "level": NotRequired['Literal["ok", "warning", "outside"]'],
        "closing": NotRequired['bool'],
        "outsideLimits": NotRequired['bool'],
        "id": 'str',
        "accountNumber": 'str',
        "name": 'str',
        "email": NotRequired['str'],
        "telephone": 'str',
        "incType": 'str',
        "companyNumber": 'str',
        "website": 'str',
        "declaredTurnover": 'int | None',
        "description": 'str',
        "address": 'str',
        "city": 'str',
        "region": 'str',
        "postalCode": 'str',
        "country": 'str',
        "status": 'Literal["pending", "accepted", "rejected", "tradingPending", "tradingAccepted", "tradingRejected"]',
        "offers": 'list[str]',
        "wants": 'list[str]',
        "categories": 'list[str]',
        "createdAt": 'str',
        "memberStartedAt": NotRequired['str | None'],
        "place": NotRequired['Coordinates | None'],
        "picture": NotRequired['str'],
        "contactable": NotRequired['bool'],
        "why": NotRequired['list[Why]'],
        "isFavorite": NotRequired['bool'],
        "distanceKm": NotRequired['str'],
        "role": NotRequired['Literal["owner", "operator"]'],
        "viewOnly": NotRequired['bool'],
        "maxAmount": NotRequired['Number | None'],
        "decisions": NotRequired['list[Decision]'],
        "visibility": NotRequired['Visibility'],
        "showTagsMatchedSinceLastLogin": NotRequired['bool'],
        "receiveDailyMatchNotificationEmail": NotRequired['bool'],
        "receiveContactEmail": NotRequired['bool'],
        "pendingTransfers": NotRequired['list[AdminTransfer]'],
        "users": 'list[User]',
    },
)
AdminEntityChanges = TypedDict(
    "AdminEntityChanges",
    {
        "incType": NotRequired['str | None'],
        "companyNumber": NotRequired['str | None'],
        "website": NotRequired['str | None'],
        "declaredTurnover": NotRequired['int | None'],
        "description": NotRequired['str | None'],
        "address": NotRequired['str | None'],
        "city": NotRequired['str | None'],
        "region": NotRequired['str | None'],
        "postalCode": NotRequired['str | None'],
        "country": NotRequired['str | None'],
        "offers": NotRequired['list[str | None]'],
        "wants": NotRequired['list[str | None]'],
        "showTagsMatchedSinceLastLogin": NotRequired['bool'],
        "receiveDailyMatchNotificationEmail": NotRequired['bool'],
        "place": NotRequired['Coordinates | None'],
        "visibility": NotRequired['Visibility'],
        "receiveContactEmail": NotRequired['bool'],
        "name": NotRequired['str | None'],
        "email": NotRequired['str | None'],
        "telephone": NotRequired['str | None'],
        "status": NotRequired['Literal["pending", "accepted", "rejected", "tradingPending", "tradingAccepted", "tradingRejected"]'],
        "reason": NotRequired['str | None'],
        "expectedStatus": NotRequired['Literal["pending", "accepted", "rejected", "tradingPending", "tradingAccepted", "tradingRejected"]'],
        "categories": NotRequired['list[str | None]'],
        "users": NotRequired['list[str]'],
        "maxPositiveBalance": NotRequired['Number | str'],
        "maxNegativeBalance": NotRequired['Number | str'],
    },
)
AdminTransfer = TypedDict(
    "AdminTransfer",
    {
        "id": 'str',
        "fromAccountNumber": 'str',
        "fromEntityName": 'str | None',
        "toAccountNumber": 'str',
        "toEntityName": 'str | None',
        "amount": 'Number',
        "description": 'str',
        "reference": 'str | None',
        "type": 'Literal["transfer", "adminTransfer", "reversal"]',
        "status": 'Literal["initiated", "completed", "cancelled"]',
        "initiatorAccountNumber": 'str',
        "byConsent": 'bool',
        "legs": 'list[TransferLeg]',
        "reverses": NotRequired['str'],
        "reversedBy": NotRequired['str'],
        "cancellationKind": NotRequired['str'],
        "cancellationReason": NotRequired['str'],
        "dateProposed": 'str',
        "dateCompleted": NotRequired['str'],
        "dateCancelled": NotRequired['str'],
        "dateExpires": NotRequired['str'],
    },
)
AdminTransferPreview = TypedDict(
    "AdminTransferPreview",
    {
        "legs": 'list[TransferLeg]',
        "accounts": 'list[AccountAfter]',
    },
)
AdminTransferStep = TypedDict(
    "AdminTransferStep",
    {
        "action": 'Literal["cancel"]',
        "cancellationReason": 'str | None',
    },
)
AdminUser = TypedDict(
    "AdminUser",
    {
        "id": 'str',
        "email": 'str',
        "firstName": 'str',
        "lastName": 'str',
        "telephone": 'str',
        "createdAt": NotRequired['str'],
        "lastLoginIP": NotRequired['str'],
        "lastLoginDate": NotRequired['str'],
        "kind": NotRequired['str'],
        "suspended": NotRequired['bool'],
        "expiresAt": NotRequired['str | None'],
        "entities": 'list[UsersEntity]',
    },
)
AdminUserChanges = TypedDict(
    "AdminUserChanges",
    {
        "firstName": NotRequired['str | None'],
        "lastName": NotRequired['str | None'],
        "telephone": NotRequired['str | None'],
        "email": NotRequired['str | None'],
        "password": NotRequired['str'],
        "entities": NotRequired['list[str]'],
    },
)
AlikeTags = TypedDict(
    "AlikeTags",
    {
        "keep": 'CountedTerm',
        "merge": 'CountedTerm',
        "why": 'str',
    },
)
ApiToken = TypedDict(
    "ApiToken",
    {
        "id": NotRequired['str'],
        "name": NotRequired['str'],
        "scopes": NotRequired['list[Literal["read", "directory", "transfer:initiate", "transfer:accept", "admin", "admin:members", "admin:catalogue", "admin:ledger", "admin:mail", "admin:audit"]]'],
        "createdAt": NotRequired['str'],
        "expiresAt": NotRequired['str'],
        "lastUsedAt": NotRequired['str | None'],
        "dayLimit": NotRequired['Number | None'],
    },
)
AuditRows = TypedDict(
    "AuditRows",
    {
        "rows": 'list[dict[str, Any]]',
        "next": 'str | None',
        "facts": 'dict[str, Any]',
    },
)
Balance = TypedDict(
    "Balance",
    {
        "balance": 'Number',
        "maxPositiveBalance": 'Number',
        "maxNegativeBalance": 'Number',
        "canPay": 'Number',
        "canReceive": 'Number',
        "standing": NotRequired['Literal["trading", "frozen", "closed"]'],
        "level": NotRequired['Literal["ok", "warning", "outside"]'],
        "closing": NotRequired['bool'],
        "outsideLimits": NotRequired['bool'],
        "unit": 'str',
    },
)
BalanceThen = TypedDict(
    "BalanceThen",
    {
        "position": 'int',
        "at": 'str',
        "balance": 'Number',
        "maxPositiveBalance": 'Number',
        "maxNegativeBalance": 'Number',
        "standing": 'Literal["trading", "frozen", "closed"]',
    },
)
BatchChange = TypedDict(
    "BatchChange",
    {
        "action": 'Literal["accept", "reject", "cancel"]',
        "cancellationReason": NotRequired['str | None'],
        "id": 'str',
    },
)
BatchCommand = TypedDict(
    "BatchCommand",
    {
        "initiate": NotRequired['NewTransfer'],
        "change": NotRequired['BatchChange'],
        "reverse": NotRequired['BatchReversal'],
    },
)
BatchResult = TypedDict(
    "BatchResult",
    {
        "ok": 'bool',
        "transfer": NotRequired['Transfer'],
        "errors": NotRequired['list[Error]'],
    },
)
BatchResults = TypedDict(
    "BatchResults",
    {
        "results": 'list[BatchResult]',
    },
)
BatchReversal = TypedDict(
    "BatchReversal",
    {
        "reason": 'str | None',
        "id": 'str',
    },
)
BookHead = TypedDict(
    "BookHead",
    {
        "position": 'int',
        "time": 'str | None',
        "accounts": 'int',
        "sumOfBalances": 'Number',
    },
)
By = TypedDict(
    "By",
    {
        "kind": 'Literal["you", "colleague", "member", "administrator", "system"]',
        "name": 'str',
    },
)
CategoryLetters = TypedDict(
    "CategoryLetters",
    {
        "letters": 'dict[str, Any]',
    },
)
CellError = TypedDict(
    "CellError",
    {
        "field": NotRequired['str'],
        "what": NotRequired['str'],
        "next": NotRequired['str'],
    },
)
Clearing = TypedDict(
    "Clearing",
    {
        "below": 'list[Strained]',
        "above": 'list[Strained]',
        "pairs": 'list[ClearingSuggestion]',
        "chains": 'list[ClearingSuggestion]',
    },
)
ClearingSuggestion = TypedDict(
    "ClearingSuggestion",
    {
        "giver": 'Strained',
        "receiver": 'Strained',
        "over": 'Trader | None',
        "gives": 'list[Give]',
        "amount": 'Number',
    },
)
Closed = TypedDict(
    "Closed",
    {
        "id": 'str',
        "accountNumber": 'str',
        "closedAt": 'str',
    },
)
Closing = TypedDict(
    "Closing",
    {
        "reason": NotRequired['str | None'],
    },
)
Code = TypedDict(
    "Code",
    {
        "code": 'str',
    },
)
Consent = TypedDict(
    "Consent",
    {
        "document": 'Literal["terms", "membership-agreement"]',
        "version": 'str | None',
        "at": NotRequired['str'],
        "entityID": NotRequired['str'],
    },
)
ConsentRule = TypedDict(
    "ConsentRule",
    {
        "accountNumber": 'str',
        "direction": 'Literal["pay", "request"]',
        "maxAmount": NotRequired['Number | str | None'],
    },
)
Consistency = TypedDict(
    "Consistency",
    {
        "book": 'str',
        "first": 'int',
        "second": 'int',
        "firstRoot": 'str',
        "secondRoot": 'str',
        "path": 'list[str]',
    },
)
Coordinates = TypedDict(
    "Coordinates",
    {
        "latitude": 'str',
        "longitude": 'str',
        "source": NotRequired['str'],
    },
)
Counted = TypedDict(
    "Counted",
    {
        "value": 'str',
        "count": 'int',
    },
)
CountedTerm = TypedDict(
    "CountedTerm",
    {
        "id": 'str',
        "name": 'str',
        "label": 'str',
        "letter": 'str',
        "createdAt": 'str',
        "offers": 'int',
        "wants": 'int',
        "businesses": 'int',
        "holders": NotRequired['int'],
    },
)
CreatedApiToken = TypedDict(
    "CreatedApiToken",
    {
        "id": NotRequired['str'],
        "name": NotRequired['str'],
        "scopes": NotRequired['list[Literal["read", "directory", "transfer:initiate", "transfer:accept", "admin", "admin:members", "admin:catalogue", "admin:ledger", "admin:mail", "admin:audit"]]'],
        "createdAt": NotRequired['str'],
        "expiresAt": NotRequired['str'],
        "lastUsedAt": NotRequired['str | None'],
        "dayLimit": NotRequired['Number | None'],
        "token": NotRequired['str | None'],
    },
)
CreatedServiceAccountToken = TypedDict(
    "CreatedServiceAccountToken",
    {
        "id": NotRequired['str'],
        "name": NotRequired['str'],
        "createdAt": NotRequired['str'],
        "expiresAt": NotRequired['str | None'],
        "lastUsedAt": NotRequired['str | None'],
        "token": NotRequired['str | None'],
    },
)
Credentials = TypedDict(
    "Credentials",
    {
        "email": 'str | None',
        "password": 'str',
    },
)
Decision = TypedDict(
    "Decision",
    {
        "previousStatus": 'str',
        "status": 'Literal["pending", "accepted", "rejected", "tradingPending", "tradingAccepted", "tradingRejected"]',
        "createdAt": 'str',
        "reason": 'str',
    },
)
Delivery = TypedDict(
    "Delivery",
    {
        "id": NotRequired['str'],
        "eventId": NotRequired['str'],
        "type": NotRequired['str'],
        "source": NotRequired['str'],
        "position": NotRequired['int'],
        "state": NotRequired['Literal["queued", "sending", "failed", "delivered", "dead", "forgotten"]'],
        "tries": NotRequired['int'],
        "createdAt": NotRequired['str'],
        "dueAt": NotRequired['str | None'],
        "endedAt": NotRequired['str | None'],
        "status": NotRequired['int | None'],
        "error": NotRequired['str'],
        "excerpt": NotRequired['str'],
        "milliseconds": NotRequired['int | None'],
        "again": NotRequired['bool'],
        "history": NotRequired['list[Try]'],
    },
)
Email = TypedDict(
    "Email",
    {
        "email": 'str | None',
    },
)
EmailChange = TypedDict(
    "EmailChange",
    {
        "newEmail": NotRequired['str'],
        "askedAt": NotRequired['str'],
        "expiresAt": NotRequired['str'],
        "waitsFor": NotRequired['list[Literal["old", "new"]]'],
    },
)
EmailConfirmed = TypedDict(
    "EmailConfirmed",
    {
        "state": NotRequired['Literal["waiting", "changed"]'],
        "waitsFor": NotRequired['list[Literal["old", "new"]]'],
    },
)
EmailLink = TypedDict(
    "EmailLink",
    {
        "side": 'Literal["old", "new"]',
        "newEmail": 'str',
    },
)
Ended = TypedDict(
    "Ended",
    {
        "ended": NotRequired['int'],
    },
)
Entity = TypedDict(
    "Entity",
    {
        "id": 'str',
        "accountNumber": 'str',
        "name": 'str',
        "email": NotRequired['str'],
        "telephone": 'str',
        "incType": 'str',
        "companyNumber": 'str',
        "website": 'str',
        "declaredTurnover": 'int | None',
        "description": 'str',
        "address": 'str',
        "city": 'str',
        "region": 'str',
        "postalCode": 'str',
        "country": 'str',
        "status": 'Literal["pending", "accepted", "rejected", "tradingPending", "tradingAccepted", "tradingRejected"]',
        "offers": 'list[str]',
        "wants": 'list[str]',
        "categories": 'list[str]',
        "createdAt": 'str',
        "memberStartedAt": NotRequired['str | None'],
        "place": NotRequired['Coordinates | None'],
        "picture": NotRequired['str'],
        "contactable": NotRequired['bool'],
        "why": NotRequired['list[Why]'],
        "isFavorite": NotRequired['bool'],
        "distanceKm": NotRequired['str'],
    },
)
Error = TypedDict(
    "Error",
    {
        "message": 'str',
        "code": 'str',
        "field": NotRequired['str'],
        "maxPossible": NotRequired['Number'],
        "part": NotRequired['str'],
        "limit": NotRequired['str'],
        "left": NotRequired['Number'],
        "resetsAt": NotRequired['str'],
        "oldest": NotRequired['str'],
    },
)
Errors = TypedDict(
    "Errors",
    {
        "errors": 'list[Error]',
        "correlationId": 'str',
    },
)
Event = TypedDict(
    "Event",
    {
        "specversion": NotRequired['str'],
        "id": NotRequired['str'],
        "source": NotRequired['str'],
        "type": NotRequired['str'],
        "time": NotRequired['str'],
        "subject": NotRequired['str'],
        "sequence": NotRequired['str'],
        "partitionkey": NotRequired['str'],
        "correlationid": NotRequired['str'],
        "causationid": NotRequired['str'],
        "actor": NotRequired['str'],
        "onbehalfof": NotRequired['str'],
        "data": NotRequired['dict[str, Any]'],
    },
)
Facets = TypedDict(
    "Facets",
    {
        "total": 'int',
        "categories": 'list[Counted]',
        "city": 'list[Counted]',
        "region": 'list[Counted]',
        "country": 'list[Counted]',
    },
)
Favourite = TypedDict(
    "Favourite",
    {
        "favoriteEntityID": 'str',
        "isFavorite": 'bool',
    },
)
FeeInForce = TypedDict(
    "FeeInForce",
    {
        "accountNumber": 'str',
        "side": 'Literal["payer", "payee"]',
        "fixed": 'Number',
        "basisPoints": 'int',
    },
)
FeeRule = TypedDict(
    "FeeRule",
    {
        "accountNumber": 'str',
        "side": 'Literal["payer", "payee"]',
        "fixed": NotRequired['Number | str'],
        "basisPoints": NotRequired['int'],
    },
)
Feedback = TypedDict(
    "Feedback",
    {
        "id": 'str',
        "entityID": 'str',
        "name": 'str',
        "mine": 'str',
        "theirs": 'str',
        "side": 'Literal["leads", "suppliers"]',
        "createdAt": 'str',
    },
)
Fees = TypedDict(
    "Fees",
    {
        "rules": 'list[FeeRule]',
    },
)
GaugeRead = TypedDict(
    "GaugeRead",
    {
        "status": 'Literal["ok", "warning"]',
        "percent": 'int',
    },
)
Give = TypedDict(
    "Give",
    {
        "giverID": 'str',
        "receiverID": 'str',
        "offer": 'str',
        "want": 'str',
    },
)
Head = TypedDict(
    "Head",
    {
        "book": 'str',
        "number": 'int',
        "size": 'int',
        "root": 'str',
        "hash": 'str',
        "sum": 'int',
        "accounts": 'int',
        "time": 'str',
        "kid": 'str',
        "jws": 'str',
    },
)
HeadKey = TypedDict(
    "HeadKey",
    {
        "kty": 'str',
        "crv": 'str',
        "x": 'str',
        "kid": 'str',
        "use": NotRequired['str'],
        "alg": NotRequired['str'],
        "addedAt": NotRequired['str'],
    },
)
HeadKeys = TypedDict(
    "HeadKeys",
    {
        "keys": 'list[HeadKey]',
    },
)
Heads = TypedDict(
    "Heads",
    {
        "heads": 'list[Head]',
        "next": 'int | None',
    },
)
Health = TypedDict(
    "Health",
    {
        "status": 'Literal["ok", "degraded"]',
        "parts": 'PartStates',
    },
)
Import = TypedDict(
    "Import",
    {
        "id": NotRequired['str'],
        "name": NotRequired['str'],
        "state": NotRequired['Literal["checked", "running", "done", "refused", "stopped"]'],
        "mode": NotRequired['Literal["file", "row", None]'],
        "invite": NotRequired['bool'],
        "rows": NotRequired['int'],
        "bad": NotRequired['int'],
        "imported": NotRequired['int'],
        "createdAt": NotRequired['str'],
        "finishedAt": NotRequired['str | None'],
    },
)
ImportErrors = TypedDict(
    "ImportErrors",
    {
        "rows": NotRequired['list[RowErrors]'],
        "next": NotRequired['int | None'],
    },
)
ImportStart = TypedDict(
    "ImportStart",
    {
        "mode": 'Literal["file", "row"]',
        "invite": NotRequired['bool'],
    },
)
Inclusion = TypedDict(
    "Inclusion",
    {
        "book": 'str',
        "position": 'int',
        "size": 'int',
        "leaf": 'str',
        "path": 'list[str]',
        "root": 'str',
        "head": 'Head | None',
    },
)
Insight = TypedDict(
    "Insight",
    {
        "members": 'int',
        "unmet": 'list[Lacking]',
        "unused": 'list[Lacking]',
        "months": 'list[WantedInMonth]',
    },
)
Invitation = TypedDict(
    "Invitation",
    {
        "role": 'Literal["owner", "operator"]',
        "viewOnly": NotRequired['bool'],
        "maxAmount": NotRequired['Number | None'],
        "email": 'str | None',
        "id": NotRequired['str'],
        "createdAt": NotRequired['str'],
        "expiresAt": NotRequired['str'],
    },
)
InvitedPerson = TypedDict(
    "InvitedPerson",
    {
        "firstName": 'str | None',
        "lastName": 'str | None',
        "password": 'str',
    },
)
Lacking = TypedDict(
    "Lacking",
    {
        "tag": 'str',
        "members": 'int',
        "newestAt": 'str',
        "towns": 'list[dict[str, Any]]',
    },
)
Language = TypedDict(
    "Language",
    {
        "code": 'str',
        "called": 'str',
    },
)
LedgerAccount = TypedDict(
    "LedgerAccount",
    {
        "balance": NotRequired['Number'],
        "maxPositiveBalance": NotRequired['Number'],
        "maxNegativeBalance": NotRequired['Number'],
        "canPay": NotRequired['Number'],
        "canReceive": NotRequired['Number'],
        "standing": NotRequired['Literal["trading", "frozen", "closed"]'],
        "level": NotRequired['Literal["ok", "warning", "outside"]'],
        "closing": NotRequired['bool'],
        "outsideLimits": NotRequired['bool'],
        "accountNumber": 'str',
        "entityID": 'str',
        "entityName": 'str | None',
    },
)
LedgerChange = TypedDict(
    "LedgerChange",
    {
        "position": 'int',
        "createdAt": 'str',
        "type": 'str',
        "actor": 'str',
        "data": 'dict[str, Any]',
    },
)
LedgerChanges = TypedDict(
    "LedgerChanges",
    {
        "changes": 'list[LedgerChange]',
        "next": 'int | None',
    },
)
LegalText = TypedDict(
    "LegalText",
    {
        "name": 'Literal["terms", "privacy", "imprint"]',
        "text": 'str',
    },
)
LimitSimulation = TypedDict(
    "LimitSimulation",
    {
        "maxNegativeBalance": NotRequired['Number | str'],
        "maxPositiveBalance": NotRequired['Number | str'],
        "accounts": NotRequired['list[str]'],
    },
)
LimitsSimulated = TypedDict(
    "LimitsSimulated",
    {
        "outside": 'list[Outside]',
        "count": 'int',
        "total": 'int',
    },
)
LivingSession = TypedDict(
    "LivingSession",
    {
        "id": NotRequired['str'],
        "device": NotRequired['str'],
        "address": NotRequired['str'],
        "openedAt": NotRequired['str'],
        "usedAt": NotRequired['str'],
        "current": NotRequired['bool'],
    },
)
LogEntry = TypedDict(
    "LogEntry",
    {
        "userID": 'str',
        "email": 'str',
        "action": 'str',
        "detail": 'str',
        "category": 'Literal["user", "admin", "system"]',
        "createdAt": 'str',
        "position": 'int',
        "subject": 'str',
        "concerns": 'list[str]',
        "onBehalfOf": 'str | None',
        "before": 'dict[str, Any]',
        "after": 'dict[str, Any]',
        "reason": 'str',
        "erased": 'bool',
        "correlationId": 'str',
        "hash": 'str',
    },
)
LogHead = TypedDict(
    "LogHead",
    {
        "number": 'int',
        "position": 'int',
        "hash": 'str',
        "time": 'str',
        "kid": 'str',
        "jws": 'str',
    },
)
LogHeads = TypedDict(
    "LogHeads",
    {
        "iss": 'str',
        "keys": 'list[dict[str, Any]]',
        "heads": 'list[LogHead]',
    },
)
LogState = TypedDict(
    "LogState",
    {
        "head": 'dict[str, Any]',
        "checked": 'dict[str, Any] | None',
        "signed": 'dict[str, Any] | None',
    },
)
LoggedIn = TypedDict(
    "LoggedIn",
    {
        "token": 'str',
        "expiresIn": 'int',
        "lastLoginIP": NotRequired['str'],
        "lastLoginDate": NotRequired['str'],
    },
)
LoginCode = TypedDict(
    "LoginCode",
    {
        "code": 'str',
        "ticket": 'str',
    },
)
Loop = TypedDict(
    "Loop",
    {
        "id": 'str',
        "score": 'int | None',
        "open": 'bool',
        "members": 'list[LoopMember]',
        "gives": 'list[LoopStep]',
        "farthestKm": NotRequired['str | None'],
        "agreedAt": 'str | None',
    },
)
LoopMember = TypedDict(
    "LoopMember",
    {
        "entityID": 'str',
        "accountNumber": 'str',
        "name": 'str',
        "city": 'str',
        "interestedAt": 'str | None',
    },
)
LoopStep = TypedDict(
    "LoopStep",
    {
        "giverID": 'str',
        "receiverID": 'str',
        "offer": 'str',
        "want": 'str',
    },
)
MadeBusiness = TypedDict(
    "MadeBusiness",
    {
        "id": NotRequired['str'],
        "accountNumber": NotRequired['str'],
    },
)
MadeWebhook = TypedDict(
    "MadeWebhook",
    {
        "id": NotRequired['str'],
        "entityId": NotRequired['str | None'],
        "url": NotRequired['str'],
        "types": NotRequired['list[str]'],
        "description": NotRequired['str'],
        "state": NotRequired['Literal["active", "paused"]'],
        "reason": NotRequired['Literal["", "asked", "failures", "no_success", "gone"]'],
        "failures": NotRequired['int'],
        "failingSince": NotRequired['str | None'],
        "heldUntil": NotRequired['str | None'],
        "pausedAt": NotRequired['str | None'],
        "positions": NotRequired['dict[str, Any]'],
        "createdAt": NotRequired['str'],
        "secrets": NotRequired['list[WebhookSecret]'],
        "secret": NotRequired['str'],
    },
)
Mail = TypedDict(
    "Mail",
    {
        "id": 'str',
        "kind": 'str',
        "entityID": 'str | None',
        "state": 'Literal["queued", "sending", "sent", "failed", "dead", "expired", "discarded"]',
        "tries": 'int',
        "error": 'str',
        "createdAt": 'str',
        "sentAt": 'str | None',
        "diedAt": 'str | None',
        "dueAt": 'str | None',
        "mayRetry": 'bool',
        "mayDiscard": 'bool',
        "spent": 'bool',
    },
)
MailCounts = TypedDict(
    "MailCounts",
    {
        "queued": 'int',
        "sending": 'int',
        "sent": 'int',
        "failed": 'int',
        "dead": 'int',
        "expired": 'int',
        "discarded": 'int',
    },
)
MailKind = TypedDict(
    "MailKind",
    {
        "kind": 'str',
        "group": 'str',
        "channels": 'list[str]',
        "to": 'str',
    },
)
MailKinds = TypedDict(
    "MailKinds",
    {
        "kinds": 'list[MailKind]',
        "languages": 'list[str]',
    },
)
MailPreview = TypedDict(
    "MailPreview",
    {
        "subject": 'str',
        "text": 'str',
        "html": 'str',
        "notice": 'str',
    },
)
Match = TypedDict(
    "Match",
    {
        "entityID": 'str',
        "accountNumber": 'str',
        "name": 'str',
        "city": 'str',
        "trading": 'bool',
        "mine": 'str',
        "theirs": 'str',
        "how": 'Literal["exact", "prefix", "contains", "stem", "synonym", "fuzzy", "related", "category"]',
        "score": 'int',
        "distanceKm": NotRequired['str | None'],
        "trades": 'int',
        "addedAt": 'str | None',
        "together": NotRequired['Together | None'],
    },
)
Matches = TypedDict(
    "Matches",
    {
        "leads": 'list[Match]',
        "suppliers": 'list[Match]',
        "couldTradeUpTo": 'Room',
        "since": 'str | None',
    },
)
Member = TypedDict(
    "Member",
    {
        "role": 'Literal["owner", "operator"]',
        "viewOnly": NotRequired['bool'],
        "maxAmount": NotRequired['Number | None'],
        "userId": NotRequired['str'],
        "email": NotRequired['str'],
        "firstName": NotRequired['str'],
        "lastName": NotRequired['str'],
        "since": NotRequired['str'],
    },
)
NetworkSettings = TypedDict(
    "NetworkSettings",
    {
        "name": 'str',
        "unitName": 'str',
        "welcome": 'str',
        "legalTexts": 'list[Literal["terms", "privacy", "imprint"]]',
        "unit": 'str',
        "publicUrl": 'str',
        "termsVersion": 'str',
        "termsUrl": 'str',
        "recaptchaSiteKey": 'str',
    },
)
NetworkTextChanges = TypedDict(
    "NetworkTextChanges",
    {
        "name": NotRequired['str | None'],
        "unitName": NotRequired['str | None'],
        "welcome": NotRequired['str | None'],
        "terms": NotRequired['str | None'],
        "privacy": NotRequired['str | None'],
        "imprint": NotRequired['str | None'],
    },
)
NetworkTexts = TypedDict(
    "NetworkTexts",
    {
        "name": NotRequired['str | None'],
        "unitName": NotRequired['str | None'],
        "welcome": NotRequired['str | None'],
        "terms": NotRequired['str | None'],
        "privacy": NotRequired['str | None'],
        "imprint": NotRequired['str | None'],
        "changedAt": 'str | None',
    },
)
NewAdminTransfer = TypedDict(
    "NewAdminTransfer",
    {
        "payer": NotRequired['str'],
        "payee": NotRequired['str'],
        "amount": NotRequired['Number | str'],
        "legs": NotRequired['list[NewLeg]'],
        "description": NotRequired['str | None'],
        "reference": NotRequired['str | None'],
        "settle": NotRequired['bool'],
    },
)
NewApiToken = TypedDict(
    "NewApiToken",
    {
        "name": 'str | None',
        "scopes": 'list[Literal["read", "directory", "transfer:initiate", "transfer:accept", "admin", "admin:members", "admin:catalogue", "admin:ledger", "admin:mail", "admin:audit"]]',
        "days": NotRequired['int'],
        "dayLimit": NotRequired['Number | str'],
    },
)
NewBusiness = TypedDict(
    "NewBusiness",
    {
        "name": 'str | None',
    },
)
NewEmail = TypedDict(
    "NewEmail",
    {
        "email": 'str | None',
    },
)
NewFavourite = TypedDict(
    "NewFavourite",
    {
        "addToEntityID": 'str',
        "favoriteEntityID": 'str',
        "favorite": NotRequired['bool'],
        "isFavorite": NotRequired['bool'],
    },
)
NewFeedback = TypedDict(
    "NewFeedback",
    {
        "entityID": 'str',
        "mine": 'str | None',
        "theirs": 'str | None',
        "side": 'Literal["leads", "suppliers"]',
    },
)
NewFees = TypedDict(
    "NewFees",
    {
        "rules": 'list[FeeRule]',
        "reason": 'str | None',
    },
)
NewImport = TypedDict(
    "NewImport",
    {
        "csv": 'str',
        "name": NotRequired['str | None'],
    },
)
NewInvitation = TypedDict(
    "NewInvitation",
    {
        "role": 'Literal["owner", "operator"]',
        "viewOnly": NotRequired['bool'],
        "maxAmount": NotRequired['Number | str | None'],
        "email": 'str | None',
    },
)
NewLeg = TypedDict(
    "NewLeg",
    {
        "accountNumber": 'str',
        "amount": 'Number | str',
    },
)
NewMessage = TypedDict(
    "NewMessage",
    {
        "senderEntityID": 'str',
        "receiverEntityID": 'str',
        "body": 'str | None',
        "copyToSender": NotRequired['bool'],
    },
)
NewPassword = TypedDict(
    "NewPassword",
    {
        "password": 'str',
    },
)
NewReplay = TypedDict(
    "NewReplay",
    {
        "source": 'Literal["ledger", "directory"]',
        "position": 'int',
    },
)
NewSearch = TypedDict(
    "NewSearch",
    {
        "text": 'str | None',
        "side": 'Literal["offers", "wants"]',
        "maxKm": NotRequired['int | None'],
        "category": NotRequired['str | None'],
    },
)
NewServiceAccount = TypedDict(
    "NewServiceAccount",
    {
        "name": 'str | None',
        "purpose": 'str | None',
        "scopes": 'list[Literal["read", "admin", "admin:members", "admin:catalogue", "admin:ledger", "admin:mail", "admin:audit"]]',
    },
)
NewServiceAccountToken = TypedDict(
    "NewServiceAccountToken",
    {
        "name": 'str | None',
        "days": NotRequired['int | None'],
    },
)
NewStaff = TypedDict(
    "NewStaff",
    {
        "email": 'str | None',
        "kind": 'Literal["admin", "coordinator", "auditor"]',
        "firstName": NotRequired['str | None'],
        "lastName": NotRequired['str | None'],
        "until": NotRequired['str | None'],
    },
)
NewTransfer = TypedDict(
    "NewTransfer",
    {
        "transfer": 'Literal["in", "out"]',
        "initiator": 'str',
        "receiver": 'str',
        "amount": 'Number | str',
        "description": NotRequired['str | None'],
        "reference": NotRequired['str | None'],
        "dateExpires": NotRequired['str | None'],
    },
)
NewWebhook = TypedDict(
    "NewWebhook",
    {
        "entityId": NotRequired['str | None'],
        "url": 'str | None',
        "types": 'list[str]',
        "description": NotRequired['str | None'],
    },
)
Note = TypedDict(
    "Note",
    {
        "text": 'str',
        "editedBy": 'str | None',
        "editedAt": 'str | None',
    },
)
NoteText = TypedDict(
    "NoteText",
    {
        "text": 'str | None',
    },
)
Notice = TypedDict(
    "Notice",
    {
        "id": 'str',
        "kind": 'str',
        "text": 'str',
        "path": 'str',
        "entityID": 'str | None',
        "createdAt": 'str',
        "read": 'bool',
    },
)
Offered = TypedDict(
    "Offered",
    {
        "role": 'Literal["owner", "operator"]',
        "viewOnly": NotRequired['bool'],
        "maxAmount": NotRequired['Number | None'],
        "entityName": NotRequired['str'],
        "email": NotRequired['str'],
        "hasLogin": NotRequired['bool'],
        "expiresAt": NotRequired['str'],
    },
)
Outside = TypedDict(
    "Outside",
    {
        "accountNumber": 'str',
        "entityID": 'str',
        "balance": 'Number',
        "by": 'Number',
    },
)
Overview = TypedDict(
    "Overview",
    {
        "joining": 'int | None',
        "applying": 'int | None',
        "trading": 'int | None',
        "mail": 'MailCounts | None',
        "ledger": 'BookHead | None',
    },
)
OwnActivity = TypedDict(
    "OwnActivity",
    {
        "entries": 'list[ActivityEntry]',
        "next": 'int | None',
    },
)
OwnEntity = TypedDict(
    "OwnEntity",
    {
        "balance": NotRequired['Number'],
        "maxPositiveBalance": NotRequired['Number'],
        "maxNegativeBalance": NotRequired['Number'],
        "canPay": NotRequired['Number'],
        "canReceive": NotRequired['Number'],
        "standing": NotRequired['Literal["trading", "frozen", "closed"]'],
        "level": NotRequired['Literal["ok", "warning", "outside"]'],
        "closing": NotRequired['bool'],
        "outsideLimits": NotRequired['bool'],
        "id": 'str',
        "accountNumber": 'str',
        "name": 'str',
        "email": NotRequired['str'],
        "telephone": 'str',
        "incType": 'str',
        "companyNumber": 'str',
        "website": 'str',
        "declaredTurnover": 'int | None',
        "description": 'str',
        "address": 'str',
        "city": 'str',
        "region": 'str',
        "postalCode": 'str',
        "country": 'str',
        "status": 'Literal["pending", "accepted", "rejected", "tradingPending", "tradingAccepted", "tradingRejected"]',
        "offers": 'list[str]',
        "wants": 'list[str]',
        "categories": 'list[str]',
        "createdAt": 'str',
        "memberStartedAt": NotRequired['str | None'],
        "place": NotRequired['Coordinates | None'],
        "picture": NotRequired['str'],
        "contactable": NotRequired['bool'],
        "why": NotRequired['list[Why]'],
        "isFavorite": NotRequired['bool'],
        "distanceKm": NotRequired['str'],
        "role": NotRequired['Literal["owner", "operator"]'],
        "viewOnly": NotRequired['bool'],
        "maxAmount": NotRequired['Number | None'],
        "decisions": NotRequired['list[Decision]'],
        "visibility": NotRequired['Visibility'],
        "showTagsMatchedSinceLastLogin": NotRequired['bool'],
        "receiveDailyMatchNotificationEmail": NotRequired['bool'],
        "receiveContactEmail": NotRequired['bool'],
        "pendingTransfers": NotRequired['list[Transfer]'],
    },
)
Part = TypedDict(
    "Part",
    {
        "role": 'Literal["owner", "operator"]',
        "viewOnly": NotRequired['bool'],
        "maxAmount": NotRequired['Number | str | None'],
    },
)
PartStates = TypedDict(
    "PartStates",
    {
        "ledger": 'Literal["up", "down"]',
        "directory": 'Literal["up", "down"]',
        "matcher": 'Literal["up", "down"]',
        "notifier": 'Literal["up", "down"]',
    },
)
PasswordChange = TypedDict(
    "PasswordChange",
    {
        "currentPassword": 'str',
        "password": 'str',
    },
)
People = TypedDict(
    "People",
    {
        "members": NotRequired['list[Member]'],
        "invitations": NotRequired['list[Invitation]'],
    },
)
Policy = TypedDict(
    "Policy",
    {
        "defaultMaxNegativeBalance": NotRequired['Number'],
        "defaultMaxPositiveBalance": NotRequired['Number'],
        "expiresAfterDays": NotRequired['int'],
        "reminderDays": NotRequired['int'],
        "warningPercent": NotRequired['int'],
        "unit": 'str',
    },
)
PolicyChanges = TypedDict(
    "PolicyChanges",
    {
        "defaultMaxNegativeBalance": NotRequired['Number | str'],
        "defaultMaxPositiveBalance": NotRequired['Number | str'],
        "expiresAfterDays": NotRequired['int'],
        "reminderDays": NotRequired['int'],
        "warningPercent": NotRequired['int'],
        "reason": 'str | None',
    },
)
ProfileChanges = TypedDict(
    "ProfileChanges",
    {
        "incType": NotRequired['str | None'],
        "companyNumber": NotRequired['str | None'],
        "website": NotRequired['str | None'],
        "declaredTurnover": NotRequired['int | None'],
        "description": NotRequired['str | None'],
        "address": NotRequired['str | None'],
        "city": NotRequired['str | None'],
        "region": NotRequired['str | None'],
        "postalCode": NotRequired['str | None'],
        "country": NotRequired['str | None'],
        "offers": NotRequired['list[str | None]'],
        "wants": NotRequired['list[str | None]'],
        "showTagsMatchedSinceLastLogin": NotRequired['bool'],
        "receiveDailyMatchNotificationEmail": NotRequired['bool'],
        "place": NotRequired['Coordinates | None'],
        "visibility": NotRequired['Visibility'],
        "receiveContactEmail": NotRequired['bool'],
        "name": NotRequired['str | None'],
        "email": NotRequired['str | None'],
        "telephone": NotRequired['str | None'],
    },
)
ProvenEvent = TypedDict(
    "ProvenEvent",
    {
        "position": 'int',
        "type": 'str',
        "leaf": 'str',
        "prevHash": 'str',
        "path": 'list[str]',
        "event": 'str | None',
    },
)
QuietHours = TypedDict(
    "QuietHours",
    {
        "from": 'str',
        "to": 'str',
    },
)
ReadUntil = TypedDict(
    "ReadUntil",
    {
        "until": NotRequired['str | None'],
    },
)
Reason = TypedDict(
    "Reason",
    {
        "reason": 'str | None',
    },
)
RecoveryCodes = TypedDict(
    "RecoveryCodes",
    {
        "recoveryCodes": NotRequired['list[str]'],
    },
)
Replay = TypedDict(
    "Replay",
    {
        "id": NotRequired['str'],
        "source": NotRequired['Literal["ledger", "directory"]'],
        "first": NotRequired['int'],
        "last": NotRequired['int'],
        "reached": NotRequired['int'],
        "queued": NotRequired['int'],
        "state": NotRequired['Literal["running", "done", "stopped"]'],
        "createdAt": NotRequired['str'],
    },
)
Reversal = TypedDict(
    "Reversal",
    {
        "reason": 'str | None',
    },
)
Room = TypedDict(
    "Room",
    {
        "leads": 'Number | None',
        "suppliers": 'Number | None',
    },
)
RowErrors = TypedDict(
    "RowErrors",
    {
        "number": NotRequired['int'],
        "errors": NotRequired['list[CellError]'],
    },
)
Search = TypedDict(
    "Search",
    {
        "id": 'str',
        "text": 'str',
        "side": 'Literal["offers", "wants"]',
        "maxKm": 'int | None',
        "category": 'str | None',
        "createdAt": 'str',
        "found": 'int',
    },
)
ServiceAccount = TypedDict(
    "ServiceAccount",
    {
        "id": NotRequired['str'],
        "name": NotRequired['str'],
        "purpose": NotRequired['str'],
        "scopes": NotRequired['list[Literal["read", "admin", "admin:members", "admin:catalogue", "admin:ledger", "admin:mail", "admin:audit"]]'],
        "madeBy": NotRequired['str'],
        "madeByName": NotRequired['str'],
        "createdAt": NotRequired['str'],
        "disabledAt": NotRequired['str | None'],
        "lastUsedAt": NotRequired['str | None'],
        "tokens": NotRequired['list[ServiceAccountToken]'],
    },
)
ServiceAccountChanges = TypedDict(
    "ServiceAccountChanges",
    {
        "name": NotRequired['str | None'],
        "purpose": NotRequired['str | None'],
        "scopes": NotRequired['list[Literal["read", "admin", "admin:members", "admin:catalogue", "admin:ledger", "admin:mail", "admin:audit"]]'],
        "disabled": NotRequired['bool'],
    },
)
ServiceAccountToken = TypedDict(
    "ServiceAccountToken",
    {
        "id": NotRequired['str'],
        "name": NotRequired['str'],
        "createdAt": NotRequired['str'],
        "expiresAt": NotRequired['str | None'],
        "lastUsedAt": NotRequired['str | None'],
    },
)
SignUp = TypedDict(
    "SignUp",
    {
        "incType": NotRequired['str | None'],
        "companyNumber": NotRequired['str | None'],
        "website": NotRequired['str | None'],
        "declaredTurnover": NotRequired['int | None'],
        "description": NotRequired['str | None'],
        "address": NotRequired['str | None'],
        "city": NotRequired['str | None'],
        "region": NotRequired['str | None'],
        "postalCode": NotRequired['str | None'],
        "country": NotRequired['str | None'],
        "offers": NotRequired['list[str | None]'],
        "wants": NotRequired['list[str | None]'],
        "showTagsMatchedSinceLastLogin": NotRequired['bool'],
        "receiveDailyMatchNotificationEmail": NotRequired['bool'],
        "place": NotRequired['Coordinates | None'],
        "visibility": NotRequired['Visibility'],
        "receiveContactEmail": NotRequired['bool'],
        "userEmail": 'str | None',
        "password": 'str',
        "firstName": NotRequired['str | None'],
        "lastName": NotRequired['str | None'],
        "userPhone": NotRequired['str | None'],
        "entityName": 'str | None',
        "entityEmail": NotRequired['str | None'],
        "entityPhone": NotRequired['str | None'],
        "termsVersion": NotRequired['str | None'],
    },
)
SignedUp = TypedDict(
    "SignedUp",
    {
        "userID": 'str',
        "entityID": 'str',
        "accountNumber": 'str',
        "token": 'str',
        "expiresIn": 'int',
    },
)
Staff = TypedDict(
    "Staff",
    {
        "id": 'str',
        "email": 'str',
        "firstName": 'str',
        "lastName": 'str',
        "telephone": 'str',
        "createdAt": NotRequired['str'],
        "lastLoginIP": NotRequired['str'],
        "lastLoginDate": NotRequired['str'],
        "kind": NotRequired['str'],
        "suspended": NotRequired['bool'],
        "expiresAt": NotRequired['str | None'],
    },
)
StaffChanges = TypedDict(
    "StaffChanges",
    {
        "until": NotRequired['str | None'],
        "suspended": NotRequired['bool'],
    },
)
StandingConsent = TypedDict(
    "StandingConsent",
    {
        "rules": 'list[ConsentRule]',
    },
)
Statement = TypedDict(
    "Statement",
    {
        "accountNumber": 'str',
        "from": 'str | None',
        "to": 'str | None',
        "fromPosition": 'int',
        "toPosition": 'int',
        "openingBalance": 'Number',
        "closingBalance": 'Number',
        "totals": 'StatementTotals',
        "entries": 'list[StatementEntry]',
        "next": 'int | None',
        "previous": 'int | None',
    },
)
StatementChecked = TypedDict(
    "StatementChecked",
    {
        "code": 'str',
        "book": 'str',
        "unit": 'str',
        "accountNumber": 'str',
        "from": 'str | None',
        "to": 'str | None',
        "fromPosition": 'int',
        "toPosition": 'int',
        "openingBalance": 'Number',
        "closingBalance": 'Number',
        "entries": 'int',
        "paid": 'Number',
        "received": 'Number',
        "madeAt": 'str',
        "holds": 'bool',
        "head": 'Head | None',
        "path": 'list[str] | None',
        "leaf": 'str | None',
    },
)
StatementEntry = TypedDict(
    "StatementEntry",
    {
        "position": 'int',
        "transferID": 'str',
        "date": 'str',
        "accountNumber": 'str',
        "entityName": 'str | None',
        "amount": 'Number',
        "balance": 'Number',
        "description": 'str | None',
        "reference": 'str | None',
        "role": 'Literal["payer", "payee", "leg", "fee"]',
        "kind": 'Literal["transfer", "admin", "reversal"]',
        "direction": 'str',
    },
)
StatementTotals = TypedDict(
    "StatementTotals",
    {
        "count": 'int',
        "paid": 'Number',
        "received": 'Number',
    },
)
Stop = TypedDict(
    "Stop",
    {
        "all": NotRequired['bool'],
    },
)
Strained = TypedDict(
    "Strained",
    {
        "id": 'str',
        "accountNumber": 'str',
        "name": 'str',
        "balance": 'Number',
        "percent": 'int',
    },
)
SuggestedBusiness = TypedDict(
    "SuggestedBusiness",
    {
        "id": 'str',
        "name": 'str',
    },
)
Suggestions = TypedDict(
    "Suggestions",
    {
        "tags": 'list[str]',
        "businesses": 'list[SuggestedBusiness]',
        "places": 'list[str]',
        "categories": 'list[str]',
    },
)
Suppression = TypedDict(
    "Suppression",
    {
        "digest": 'str',
        "reason": 'Literal["bounce", "spam", "unsubscribe", "asked"]',
        "at": 'str',
    },
)
SuppressionSearch = TypedDict(
    "SuppressionSearch",
    {
        "address": NotRequired['str | None'],
        "page": NotRequired['int'],
        "pageSize": NotRequired['int'],
    },
)
Suspension = TypedDict(
    "Suspension",
    {
        "suspended": 'bool',
        "reason": NotRequired['str | None'],
    },
)
TagsApart = TypedDict(
    "TagsApart",
    {
        "names": 'list[str | None]',
    },
)
Term = TypedDict(
    "Term",
    {
        "id": 'str',
        "name": 'str',
        "label": 'str',
    },
)
TermChanged = TypedDict(
    "TermChanged",
    {
        "id": 'str',
        "name": 'str',
        "label": 'str',
        "touched": NotRequired['int'],
        "merged": NotRequired['int'],
    },
)
TermMerge = TypedDict(
    "TermMerge",
    {
        "ids": 'list[str]',
        "into": 'str',
    },
)
TermName = TypedDict(
    "TermName",
    {
        "name": 'str | None',
    },
)
Together = TypedDict(
    "Together",
    {
        "members": 'int',
        "trades": 'int',
        "of": 'int',
    },
)
ToldGroup = TypedDict(
    "ToldGroup",
    {
        "group": 'str',
        "mail": 'bool | None',
        "notice": 'bool | None',
    },
)
ToldPreferences = TypedDict(
    "ToldPreferences",
    {
        "groups": 'list[ToldGroup]',
        "quietHours": 'QuietHours | None',
        "digestHour": 'int',
        "timeZone": 'str',
        "language": NotRequired['str'],
        "languages": NotRequired['list[Language]'],
    },
)
Trader = TypedDict(
    "Trader",
    {
        "id": 'str',
        "accountNumber": 'str',
        "name": 'str',
    },
)
TradingApplication = TypedDict(
    "TradingApplication",
    {
        "firstName": NotRequired['str | None'],
        "lastName": NotRequired['str | None'],
        "userPhone": NotRequired['str | None'],
        "name": NotRequired['str | None'],
        "telephone": NotRequired['str | None'],
        "incType": NotRequired['str | None'],
        "companyNumber": NotRequired['str | None'],
        "website": NotRequired['str | None'],
        "description": NotRequired['str | None'],
        "address": NotRequired['str | None'],
        "city": NotRequired['str | None'],
        "region": NotRequired['str | None'],
        "postalCode": NotRequired['str | None'],
        "country": NotRequired['str | None'],
        "termsVersion": NotRequired['str | None'],
    },
)
Transfer = TypedDict(
    "Transfer",
    {
        "id": 'str',
        "transfer": 'Literal["in", "out"]',
        "isInitiator": 'bool',
        "accountNumber": 'str',
        "entityName": 'str | None',
        "from": 'str',
        "to": 'str',
        "amount": 'Number',
        "description": 'str',
        "reference": NotRequired['str'],
        "fees": 'Number',
        "legs": NotRequired['list[TransferLeg]'],
        "kind": 'Literal["transfer", "admin", "reversal"]',
        "status": 'Literal["initiated", "completed", "cancelled"]',
        "byConsent": 'bool',
        "reverses": NotRequired['str'],
        "reversedBy": NotRequired['str'],
        "dateExpires": NotRequired['str'],
        "cancellationKind": NotRequired['str'],
        "cancellationReason": NotRequired['str'],
        "dateProposed": 'str',
        "dateCompleted": NotRequired['str'],
        "dateCancelled": NotRequired['str'],
    },
)
TransferBatch = TypedDict(
    "TransferBatch",
    {
        "atomic": NotRequired['bool'],
        "commands": 'list[BatchCommand]',
    },
)
TransferFee = TypedDict(
    "TransferFee",
    {
        "accountNumber": 'str',
        "side": 'Literal["payer", "payee"]',
        "amount": 'Number',
    },
)
TransferLeg = TypedDict(
    "TransferLeg",
    {
        "accountNumber": 'str',
        "amount": 'Number',
    },
)
TransferPreview = TypedDict(
    "TransferPreview",
    {
        "legs": 'list[TransferLeg]',
        "fees": 'list[TransferFee]',
        "total": 'Number',
        "received": 'Number',
        "dateExpires": 'str | None',
        "completesAtOnce": 'bool',
        "accounts": 'list[AccountAfter]',
    },
)
TransferProof = TypedDict(
    "TransferProof",
    {
        "book": 'str',
        "transferId": 'str',
        "size": 'int',
        "root": 'str',
        "head": 'Head | None',
        "events": 'list[ProvenEvent]',
    },
)
TransferStep = TypedDict(
    "TransferStep",
    {
        "action": 'Literal["accept", "reject", "cancel"]',
        "cancellationReason": NotRequired['str | None'],
    },
)
Try = TypedDict(
    "Try",
    {
        "at": NotRequired['str'],
        "status": NotRequired['int | None'],
        "error": NotRequired['str'],
        "milliseconds": NotRequired['int | None'],
    },
)
TwoFactor = TypedDict(
    "TwoFactor",
    {
        "on": NotRequired['bool'],
        "since": NotRequired['str | None'],
        "recoveryCodesLeft": NotRequired['int'],
        "required": NotRequired['bool'],
    },
)
TwoFactorSecret = TypedDict(
    "TwoFactorSecret",
    {
        "secret": NotRequired['str'],
        "uri": NotRequired['str'],
    },
)
Unread = TypedDict(
    "Unread",
    {
        "unread": 'int',
    },
)
Unsubscription = TypedDict(
    "Unsubscription",
    {
        "group": 'str',
        "name": 'str',
        "stopped": 'bool',
        "allStopped": 'bool',
    },
)
User = TypedDict(
    "User",
    {
        "id": 'str',
        "email": 'str',
        "firstName": 'str',
        "lastName": 'str',
        "telephone": 'str',
        "createdAt": NotRequired['str'],
        "lastLoginIP": NotRequired['str'],
        "lastLoginDate": NotRequired['str'],
    },
)
UserChanges = TypedDict(
    "UserChanges",
    {
        "firstName": NotRequired['str | None'],
        "lastName": NotRequired['str | None'],
        "telephone": NotRequired['str | None'],
    },
)
UsersEntity = TypedDict(
    "UsersEntity",
    {
        "id": 'str',
        "accountNumber": 'str',
        "name": 'str',
        "email": NotRequired['str'],
        "telephone": 'str',
        "incType": 'str',
        "companyNumber": 'str',
        "website": 'str',
        "declaredTurnover": 'int | None',
        "description": 'str',
        "address": 'str',
        "city": 'str',
        "region": 'str',
        "postalCode": 'str',
        "country": 'str',
        "status": 'Literal["pending", "accepted", "rejected", "tradingPending", "tradingAccepted", "tradingRejected"]',
        "offers": 'list[str]',
        "wants": 'list[str]',
        "categories": 'list[str]',
        "createdAt": 'str',
        "memberStartedAt": NotRequired['str | None'],
        "place": NotRequired['Coordinates | None'],
        "picture": NotRequired['str'],
        "contactable": NotRequired['bool'],
        "why": NotRequired['list[Why]'],
        "isFavorite": NotRequired['bool'],
        "distanceKm": NotRequired['str'],
        "showTagsMatchedSinceLastLogin": NotRequired['bool'],
        "receiveDailyMatchNotificationEmail": NotRequired['bool'],
        "role": 'str',
        "viewOnly": 'bool',
    },
)
Verification = TypedDict(
    "Verification",
    {
        "password": NotRequired['str'],
        "code": NotRequired['str'],
    },
)
Visibility = TypedDict(
    "Visibility",
    {
        "telephone": NotRequired['Literal["everyone", "members", "nobody"]'],
        "website": NotRequired['Literal["everyone", "members", "nobody"]'],
        "description": NotRequired['Literal["everyone", "members", "nobody"]'],
        "address": NotRequired['Literal["everyone", "members", "nobody"]'],
        "postalCode": NotRequired['Literal["everyone", "members", "nobody"]'],
        "companyNumber": NotRequired['Literal["everyone", "members", "nobody"]'],
        "declaredTurnover": NotRequired['Literal["everyone", "members", "nobody"]'],
        "email": NotRequired['Literal["everyone", "members", "nobody"]'],
    },
)
WantedInMonth = TypedDict(
    "WantedInMonth",
    {
        "month": 'str',
        "area": 'str',
        "tag": 'str',
        "members": 'int',
    },
)
Webhook = TypedDict(
    "Webhook",
    {
        "id": NotRequired['str'],
        "entityId": NotRequired['str | None'],
        "url": NotRequired['str'],
        "types": NotRequired['list[str]'],
        "description": NotRequired['str'],
        "state": NotRequired['Literal["active", "paused"]'],
        "reason": NotRequired['Literal["", "asked", "failures", "no_success", "gone"]'],
        "failures": NotRequired['int'],
        "failingSince": NotRequired['str | None'],
        "heldUntil": NotRequired['str | None'],
        "pausedAt": NotRequired['str | None'],
        "positions": NotRequired['dict[str, Any]'],
        "createdAt": NotRequired['str'],
        "secrets": NotRequired['list[WebhookSecret]'],
    },
)
WebhookChange = TypedDict(
    "WebhookChange",
    {
        "url": NotRequired['str | None'],
        "types": NotRequired['list[str]'],
        "description": NotRequired['str | None'],
    },
)
WebhookSecret = TypedDict(
    "WebhookSecret",
    {
        "madeAt": NotRequired['str'],
        "until": NotRequired['str | None'],
    },
)
Why = TypedDict(
    "Why",
    {
        "side": 'Literal["offers", "wants", "name", "category", "description", "city", "place"]',
        "term": 'str',
        "matched": 'str',
        "how": 'Literal["exact", "stem", "prefix", "contains", "part", "fuzzy", "distance"]',
        "distanceKm": NotRequired['str'],
    },
)
WordGroups = TypedDict(
    "WordGroups",
    {
        "groups": 'list[list[str | None]]',
        "version": 'int',
    },
)
WordList = TypedDict(
    "WordList",
    {
        "groups": 'list[list[str | None]]',
        "version": 'int',
        "editedAt": 'str | None',
    },
)
WordSuggestion = TypedDict(
    "WordSuggestion",
    {
        "one": 'str',
        "other": 'str',
        "members": 'int',
        "trades": 'int',
        "of": 'int',
    },
)


class Client(Calls):
    """Every route of the API. Methods raise Refused."""

    def sign_up(
        self,
        body: SignUp,
        *,
        key: str | None = None,
    ) -> SignedUp:
        """Sign up a person and their business."""
        return self._call("POST", "/api/v1/signup", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def log_in(
        self,
        body: Credentials,
    ) -> LoggedIn:
        """Log in as a member."""
        return self._call("POST", "/api/v1/login", parts={}, query={}, body=body)  # type: ignore[no-any-return]

    def log_in_admin(
        self,
        body: Credentials,
    ) -> LoggedIn:
        """Log in as an administrator or auditor."""
        return self._call("POST", "/api/v1/admin/login", parts={}, query={}, body=body)  # type: ignore[no-any-return]

    def enter_code(
        self,
        body: LoginCode,
    ) -> LoggedIn:
        """The second step of a login, when the first one answered `login.code_needed` with a `ticket`."""
        return self._call("POST", "/api/v1/login/code", parts={}, query={}, body=body)  # type: ignore[no-any-return]

    def log_out(
        self,
    ) -> None:
        """Log out: the session ends and its tokens are refused from now on."""
        self._call("POST", "/api/v1/logout", parts={}, query={})

    def log_out_admin(
        self,
    ) -> None:
        """Log out as an administrator or auditor."""
        self._call("POST", "/api/v1/admin/logout", parts={}, query={})

    def renew_token(
        self,
    ) -> LoggedIn:
        """Exchange a token, expired at most a day ago, for a fresh one while its session lives."""
        return self._call("POST", "/api/v1/token/renew", parts={}, query={})  # type: ignore[no-any-return]

    def request_reset(
        self,
        body: Email,
    ) -> None:
        """Have a reset link mailed; the answer is the same for unknown addresses."""
        self._call("POST", "/api/v1/password-reset", parts={}, query={}, body=body)

    def request_admin_reset(
        self,
        body: Email,
    ) -> None:
        """The same for administrators."""
        self._call("POST", "/api/v1/admin/password-reset", parts={}, query={}, body=body)

    def reset_password(
        self,
        token: str,
        body: NewPassword,
    ) -> None:
        """Set a new password by the mailed token; all sessions of the user end."""
        self._call("POST", "/api/v1/password-reset/{token}", parts={"token": token}, query={}, body=body)

    def reset_admin_password(
        self,
        token: str,
        body: NewPassword,
    ) -> None:
        """The same for administrators."""
        self._call("POST", "/api/v1/admin/password-reset/{token}", parts={"token": token}, query={}, body=body)

    def user(
        self,
        *,
        fields: list[Literal["id", "email", "firstName", "lastName", "telephone", "createdAt", "lastLoginIP", "lastLoginDate"]] | None = None,
    ) -> User:
        """The person who is logged in."""
        return self._call("GET", "/api/v1/user", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def change_user(
        self,
        body: UserChanges,
        *,
        key: str | None = None,
    ) -> User:
        """Change one's own name or telephone."""
        return self._call("PATCH", "/api/v1/user", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def own_entities(
        self,
        *,
        fields: list[Literal["balance", "maxPositiveBalance", "maxNegativeBalance", "canPay", "canReceive", "standing", "level", "closing", "outsideLimits", "id", "accountNumber", "name", "email", "telephone", "incType", "companyNumber", "website", "declaredTurnover", "description", "address", "city", "region", "postalCode", "country", "status", "offers", "wants", "categories", "createdAt", "memberStartedAt", "place", "picture", "contactable", "why", "isFavorite", "distanceKm", "role", "viewOnly", "maxAmount", "decisions", "visibility", "showTagsMatchedSinceLastLogin", "receiveDailyMatchNotificationEmail", "receiveContactEmail", "pendingTransfers"]] | None = None,
    ) -> list[OwnEntity]:
        """One's own businesses with balance, limits, headroom and what is pending."""
        return self._call("GET", "/api/v1/user/entities", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def register_business(
        self,
        body: NewBusiness,
        *,
        key: str | None = None,
    ) -> MadeBusiness:
        """Register another business of one's own."""
        return self._call("POST", "/api/v1/user/entities", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def own_entity(
        self,
        entity_id: str,
        *,
        fields: list[Literal["balance", "maxPositiveBalance", "maxNegativeBalance", "canPay", "canReceive", "standing", "level", "closing", "outsideLimits", "id", "accountNumber", "name", "email", "telephone", "incType", "companyNumber", "website", "declaredTurnover", "description", "address", "city", "region", "postalCode", "country", "status", "offers", "wants", "categories", "createdAt", "memberStartedAt", "place", "picture", "contactable", "why", "isFavorite", "distanceKm", "role", "viewOnly", "maxAmount", "decisions", "visibility", "showTagsMatchedSinceLastLogin", "receiveDailyMatchNotificationEmail", "receiveContactEmail", "pendingTransfers"]] | None = None,
    ) -> OwnEntity:
        """One of one's own businesses, with balance, limits, headroom and what is pending."""
        return self._call("GET", "/api/v1/user/entities/{entity_id}", parts={"entity_id": entity_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def change_own_entity(
        self,
        entity_id: str,
        body: ProfileChanges,
        *,
        key: str | None = None,
    ) -> OwnEntity:
        """Change one's own business."""
        return self._call("PATCH", "/api/v1/user/entities/{entity_id}", parts={"entity_id": entity_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def apply_for_trading(
        self,
        entity_id: str,
        body: TradingApplication,
        *,
        key: str | None = None,
    ) -> Entity:
        """Apply for trading membership."""
        return self._call("POST", "/api/v1/user/entities/{entity_id}/trading-application", parts={"entity_id": entity_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def logs(
        self,
        *,
        page: int | None = None,
        page_size: int | None = None,
        email: str | None | None = None,
        category: str | None | None = None,
        action: str | None | None = None,
        detail: str | None | None = None,
        date_from: str | None | None = None,
        date_to: str | None | None = None,
        actor: str | None | None = None,
        subject: str | None | None = None,
        concerns: str | None | None = None,
        correlation_id: str | None | None = None,
        before: int | None = None,
        cursor: str | None = None,
        fields: list[Literal["userID", "email", "action", "detail", "category", "createdAt", "position", "subject", "concerns", "onBehalfOf", "before", "after", "reason", "erased", "correlationId", "hash"]] | None = None,
    ) -> list[LogEntry]:
        """Who did what, newest first."""
        return self._call("GET", "/api/v1/admin/logs", parts={}, query={"page": page, "page_size": page_size, "email": email, "category": category, "action": action, "detail": detail, "date_from": date_from, "date_to": date_to, "actor": actor, "subject": subject, "concerns": concerns, "correlation_id": correlation_id, "before": before, "cursor": cursor, "fields": fields})  # type: ignore[no-any-return]

    def logs_state(
        self,
        *,
        fields: list[Literal["head", "checked", "signed"]] | None = None,
    ) -> LogState:
        """The head of the log, and what its last check came to."""
        return self._call("GET", "/api/v1/admin/logs/state", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def logs_heads(
        self,
        *,
        fields: list[Literal["iss", "keys", "heads"]] | None = None,
    ) -> LogHeads:
        """The signed heads of the log, and their keys."""
        return self._call("GET", "/api/v1/admin/logs/heads", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def logs_csv(
        self,
        *,
        email: str | None | None = None,
        category: str | None | None = None,
        action: str | None | None = None,
        detail: str | None | None = None,
        date_from: str | None | None = None,
        date_to: str | None | None = None,
        actor: str | None | None = None,
        subject: str | None | None = None,
        concerns: str | None | None = None,
        correlation_id: str | None | None = None,
    ) -> bytes:
        """The same as CSV, oldest first."""
        return self._call("GET", "/api/v1/admin/logs.csv", parts={}, query={"email": email, "category": category, "action": action, "detail": detail, "date_from": date_from, "date_to": date_to, "actor": actor, "subject": subject, "concerns": concerns, "correlation_id": correlation_id})  # type: ignore[no-any-return]

    def logs_ndjson(
        self,
        *,
        email: str | None | None = None,
        category: str | None | None = None,
        action: str | None | None = None,
        detail: str | None | None = None,
        date_from: str | None | None = None,
        date_to: str | None | None = None,
        actor: str | None | None = None,
        subject: str | None | None = None,
        concerns: str | None | None = None,
        correlation_id: str | None | None = None,
    ) -> bytes:
        """The same as NDJSON, oldest first."""
        return self._call("GET", "/api/v1/admin/logs.ndjson", parts={}, query={"email": email, "category": category, "action": action, "detail": detail, "date_from": date_from, "date_to": date_to, "actor": actor, "subject": subject, "concerns": concerns, "correlation_id": correlation_id})  # type: ignore[no-any-return]

    def own_activity(
        self,
        *,
        entity_id: str | None = None,
        before: int | None = None,
        limit: int | None = None,
        fields: list[Literal["entries", "next"]] | None = None,
    ) -> OwnActivity:
        """What was done by or about oneself, or about one's business."""
        return self._call("GET", "/api/v1/user/activity", parts={}, query={"entity_id": entity_id, "before": before, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def initiate(
        self,
        body: NewTransfer,
        *,
        key: str | None = None,
    ) -> Transfer:
        """Propose a payment, or ask for one."""
        return self._call("POST", "/api/v1/transfers", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def transfers(
        self,
        *,
        status: Literal["all", "initiated", "completed", "cancelled"],
        querying_entity_id: str,
        page: int | None = None,
        page_size: int | None = None,
        date_from: str | None = None,
        date_to: str | None = None,
        after: int | None = None,
        counterparty: str | None = None,
        text: str | None = None,
        reference: str | None = None,
        kind: Literal["transfer", "admin", "reversal"] | None = None,
        min_amount: Number | str | None = None,
        max_amount: Number | str | None = None,
        cursor: str | None = None,
        fields: list[Literal["id", "transfer", "isInitiator", "accountNumber", "entityName", "from", "to", "amount", "description", "reference", "fees", "legs", "kind", "status", "byConsent", "reverses", "reversedBy", "dateExpires", "cancellationKind", "cancellationReason", "dateProposed", "dateCompleted", "dateCancelled"]] | None = None,
    ) -> list[Transfer]:
        """Transfers of one's own business, newest first."""
        return self._call("GET", "/api/v1/transfers", parts={}, query={"status": status, "querying_entity_id": querying_entity_id, "page": page, "page_size": page_size, "date_from": date_from, "date_to": date_to, "after": after, "counterparty": counterparty, "text": text, "reference": reference, "kind": kind, "min_amount": min_amount, "max_amount": max_amount, "cursor": cursor, "fields": fields})  # type: ignore[no-any-return]

    def preview_transfer(
        self,
        body: NewTransfer,
    ) -> TransferPreview:
        """What a transfer would do: fees, balance and headroom afterwards, or why it would be refused."""
        return self._call("POST", "/api/v1/transfers/preview", parts={}, query={}, body=body)  # type: ignore[no-any-return]

    def transfer(
        self,
        transfer_id: str,
        *,
        fields: list[Literal["id", "transfer", "isInitiator", "accountNumber", "entityName", "from", "to", "amount", "description", "reference", "fees", "legs", "kind", "status", "byConsent", "reverses", "reversedBy", "dateExpires", "cancellationKind", "cancellationReason", "dateProposed", "dateCompleted", "dateCancelled"]] | None = None,
    ) -> Transfer:
        """One transfer of one's own business."""
        return self._call("GET", "/api/v1/transfers/{transfer_id}", parts={"transfer_id": transfer_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def change_transfer(
        self,
        transfer_id: str,
        body: TransferStep,
        *,
        key: str | None = None,
    ) -> Transfer:
        """Accept, reject or cancel a proposal."""
        return self._call("PATCH", "/api/v1/transfers/{transfer_id}", parts={"transfer_id": transfer_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def give_back(
        self,
        transfer_id: str,
        body: Reversal,
        *,
        key: str | None = None,
    ) -> Transfer:
        """Give back what one's business received, by a new transfer."""
        return self._call("POST", "/api/v1/transfers/{transfer_id}/reversal", parts={"transfer_id": transfer_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def balance(
        self,
        *,
        querying_entity_id: str,
        fields: list[Literal["balance", "maxPositiveBalance", "maxNegativeBalance", "canPay", "canReceive", "standing", "level", "closing", "outsideLimits", "unit"]] | None = None,
    ) -> Balance:
        """The balance of one's own business."""
        return self._call("GET", "/api/v1/balance", parts={}, query={"querying_entity_id": querying_entity_id, "fields": fields})  # type: ignore[no-any-return]

    def admin_transfers(
        self,
        *,
        page: int | None = None,
        page_size: int | None = None,
        date_from: str | None = None,
        date_to: str | None = None,
        after: int | None = None,
        status: str | None = None,
        account_number: str | None = None,
        text: str | None = None,
        kind: Literal["transfer", "admin", "reversal"] | None = None,
        cursor: str | None = None,
        fields: list[Literal["id", "fromAccountNumber", "fromEntityName", "toAccountNumber", "toEntityName", "amount", "description", "reference", "type", "status", "initiatorAccountNumber", "byConsent", "legs", "reverses", "reversedBy", "cancellationKind", "cancellationReason", "dateProposed", "dateCompleted", "dateCancelled", "dateExpires"]] | None = None,
    ) -> list[AdminTransfer]:
        """Transfers of the whole network, newest first."""
        return self._call("GET", "/api/v1/admin/transfers", parts={}, query={"page": page, "page_size": page_size, "date_from": date_from, "date_to": date_to, "after": after, "status": status, "account_number": account_number, "text": text, "kind": kind, "cursor": cursor, "fields": fields})  # type: ignore[no-any-return]

    def make_admin_transfer(
        self,
        body: NewAdminTransfer,
        *,
        key: str | None = None,
    ) -> AdminTransfer:
        """Move money between two or more accounts, at once."""
        return self._call("POST", "/api/v1/admin/transfers", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def admin_transfer(
        self,
        transfer_id: str,
        *,
        fields: list[Literal["id", "fromAccountNumber", "fromEntityName", "toAccountNumber", "toEntityName", "amount", "description", "reference", "type", "status", "initiatorAccountNumber", "byConsent", "legs", "reverses", "reversedBy", "cancellationKind", "cancellationReason", "dateProposed", "dateCompleted", "dateCancelled", "dateExpires"]] | None = None,
    ) -> AdminTransfer:
        """Any transfer."""
        return self._call("GET", "/api/v1/admin/transfers/{transfer_id}", parts={"transfer_id": transfer_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def end_transfer(
        self,
        transfer_id: str,
        body: AdminTransferStep,
        *,
        key: str | None = None,
    ) -> AdminTransfer:
        """End a proposal of others."""
        return self._call("PATCH", "/api/v1/admin/transfers/{transfer_id}", parts={"transfer_id": transfer_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def preview_admin_transfer(
        self,
        body: NewAdminTransfer,
    ) -> AdminTransferPreview:
        """What such a transfer would do to the accounts."""
        return self._call("POST", "/api/v1/admin/transfers/preview", parts={}, query={}, body=body)  # type: ignore[no-any-return]

    def reverse_transfer(
        self,
        transfer_id: str,
        body: Reversal,
        *,
        key: str | None = None,
    ) -> AdminTransfer:
        """Undo a completed transfer by a new one."""
        return self._call("POST", "/api/v1/admin/transfers/{transfer_id}/reversal", parts={"transfer_id": transfer_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def entities(
        self,
        *,
        page: int | None = None,
        page_size: int | None = None,
        q: str | None | None = None,
        in_: Literal["any", "offers", "wants", "name"] | None = None,
        text: str | None | None = None,
        has: str | None = None,
        offers: str | None = None,
        wants: str | None = None,
        name: str | None | None = None,
        category: str | None | None = None,
        city: str | None | None = None,
        region: str | None | None = None,
        country: str | None | None = None,
        near: str | None | None = None,
        within: int | None = None,
        tagged_since: str | None = None,
        favorites_only: bool | None = None,
        querying_entity_id: str | None | None = None,
        sort: Literal["relevance", "newest", "name", "distance"] | None = None,
        after: str | None | None = None,
        cursor: str | None = None,
        fields: list[Literal["id", "accountNumber", "name", "email", "telephone", "incType", "companyNumber", "website", "declaredTurnover", "description", "address", "city", "region", "postalCode", "country", "status", "offers", "wants", "categories", "createdAt", "memberStartedAt", "place", "picture", "contactable", "why", "isFavorite", "distanceKm"]] | None = None,
    ) -> list[Entity]:
        """Search the directory: best first, trading members first."""
        return self._call("GET", "/api/v1/entities", parts={}, query={"page": page, "page_size": page_size, "q": q, "in": in_, "text": text, "has": has, "offers": offers, "wants": wants, "name": name, "category": category, "city": city, "region": region, "country": country, "near": near, "within": within, "tagged_since": tagged_since, "favorites_only": favorites_only, "querying_entity_id": querying_entity_id, "sort": sort, "after": after, "cursor": cursor, "fields": fields})  # type: ignore[no-any-return]

    def facets(
        self,
        *,
        page: int | None = None,
        page_size: int | None = None,
        q: str | None | None = None,
        in_: Literal["any", "offers", "wants", "name"] | None = None,
        text: str | None | None = None,
        has: str | None = None,
        offers: str | None = None,
        wants: str | None = None,
        name: str | None | None = None,
        category: str | None | None = None,
        city: str | None | None = None,
        region: str | None | None = None,
        country: str | None | None = None,
        near: str | None | None = None,
        within: int | None = None,
        tagged_since: str | None = None,
        favorites_only: bool | None = None,
        querying_entity_id: str | None | None = None,
        sort: Literal["relevance", "newest", "name", "distance"] | None = None,
        after: str | None | None = None,
        fields: list[Literal["total", "categories", "city", "region", "country"]] | None = None,
    ) -> Facets:
        """How many of what such a search finds have which category, town, region, country."""
        return self._call("GET", "/api/v1/entities/facets", parts={}, query={"page": page, "page_size": page_size, "q": q, "in": in_, "text": text, "has": has, "offers": offers, "wants": wants, "name": name, "category": category, "city": city, "region": region, "country": country, "near": near, "within": within, "tagged_since": tagged_since, "favorites_only": favorites_only, "querying_entity_id": querying_entity_id, "sort": sort, "after": after, "fields": fields})  # type: ignore[no-any-return]

    def entity(
        self,
        entity_id: str,
        *,
        querying_entity_id: str | None = None,
        fields: list[Literal["id", "accountNumber", "name", "email", "telephone", "incType", "companyNumber", "website", "declaredTurnover", "description", "address", "city", "region", "postalCode", "country", "status", "offers", "wants", "categories", "createdAt", "memberStartedAt", "place", "picture", "contactable", "why", "isFavorite", "distanceKm"]] | None = None,
    ) -> Entity:
        """One business."""
        return self._call("GET", "/api/v1/entities/{entity_id}", parts={"entity_id": entity_id}, query={"querying_entity_id": querying_entity_id, "fields": fields})  # type: ignore[no-any-return]

    def suggestions(
        self,
        *,
        text: str | None | None = None,
        fields: list[Literal["tags", "businesses", "places", "categories"]] | None = None,
    ) -> Suggestions:
        """Words, businesses, towns, categories that begin so."""
        return self._call("GET", "/api/v1/suggestions", parts={}, query={"text": text, "fields": fields})  # type: ignore[no-any-return]

    def admin_entities(
        self,
        *,
        page: int | None = None,
        page_size: int | None = None,
        q: str | None | None = None,
        in_: Literal["any", "offers", "wants", "name"] | None = None,
        text: str | None | None = None,
        has: str | None = None,
        offers: str | None = None,
        wants: str | None = None,
        name: str | None | None = None,
        category: str | None | None = None,
        city: str | None | None = None,
        region: str | None | None = None,
        country: str | None | None = None,
        near: str | None | None = None,
        within: int | None = None,
        tagged_since: str | None = None,
        favorites_only: bool | None = None,
        querying_entity_id: str | None | None = None,
        sort: Literal["relevance", "newest", "name", "distance", "balance"] | None = None,
        after: str | None | None = None,
        status: str | None = None,
        account_number: str | None = None,
        email: str | None | None = None,
        balance: Number | str | None = None,
        max_pos_bal: Number | str | None = None,
        max_neg_bal: Number | str | None = None,
        cursor: str | None = None,
        fields: list[Literal["balance", "maxPositiveBalance", "maxNegativeBalance", "canPay", "canReceive", "standing", "level", "closing", "outsideLimits", "id", "accountNumber", "name", "email", "telephone", "incType", "companyNumber", "website", "declaredTurnover", "description", "address", "city", "region", "postalCode", "country", "status", "offers", "wants", "categories", "createdAt", "memberStartedAt", "place", "picture", "contactable", "why", "isFavorite", "distanceKm", "role", "viewOnly", "maxAmount", "decisions", "visibility", "showTagsMatchedSinceLastLogin", "receiveDailyMatchNotificationEmail", "receiveContactEmail", "pendingTransfers", "users"]] | None = None,
    ) -> list[AdminEntity]:
        """Businesses of all statuses, newest first."""
        return self._call("GET", "/api/v1/admin/entities", parts={}, query={"page": page, "page_size": page_size, "q": q, "in": in_, "text": text, "has": has, "offers": offers, "wants": wants, "name": name, "category": category, "city": city, "region": region, "country": country, "near": near, "within": within, "tagged_since": tagged_since, "favorites_only": favorites_only, "querying_entity_id": querying_entity_id, "sort": sort, "after": after, "status": status, "account_number": account_number, "email": email, "balance": balance, "max_pos_bal": max_pos_bal, "max_neg_bal": max_neg_bal, "cursor": cursor, "fields": fields})  # type: ignore[no-any-return]

    def admin_entity(
        self,
        entity_id: str,
        *,
        fields: list[Literal["balance", "maxPositiveBalance", "maxNegativeBalance", "canPay", "canReceive", "standing", "level", "closing", "outsideLimits", "id", "accountNumber", "name", "email", "telephone", "incType", "companyNumber", "website", "declaredTurnover", "description", "address", "city", "region", "postalCode", "country", "status", "offers", "wants", "categories", "createdAt", "memberStartedAt", "place", "picture", "contactable", "why", "isFavorite", "distanceKm", "role", "viewOnly", "maxAmount", "decisions", "visibility", "showTagsMatchedSinceLastLogin", "receiveDailyMatchNotificationEmail", "receiveContactEmail", "pendingTransfers", "users"]] | None = None,
    ) -> AdminEntity:
        """One business with users, balance, limits and what is pending."""
        return self._call("GET", "/api/v1/admin/entities/{entity_id}", parts={"entity_id": entity_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def change_admin_entity(
        self,
        entity_id: str,
        body: AdminEntityChanges,
        *,
        key: str | None = None,
    ) -> AdminEntity:
        """Decide on a business: status, categories, limits, profile, people."""
        return self._call("PATCH", "/api/v1/admin/entities/{entity_id}", parts={"entity_id": entity_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def delete_admin_entity(
        self,
        entity_id: str,
        *,
        reason: str | None | None = None,
        key: str | None = None,
    ) -> Closed:
        """Close a business for good."""
        return self._call("DELETE", "/api/v1/admin/entities/{entity_id}", parts={"entity_id": entity_id}, query={"reason": reason}, key=key, keyed=True)  # type: ignore[no-any-return]

    def users(
        self,
        *,
        page: int | None = None,
        page_size: int | None = None,
        after: str | None | None = None,
        last_name: str | None = None,
        email: str | None = None,
        email_part: str | None = None,
        cursor: str | None = None,
        fields: list[Literal["id", "email", "firstName", "lastName", "telephone", "createdAt", "lastLoginIP", "lastLoginDate", "kind", "suspended", "expiresAt", "entities"]] | None = None,
    ) -> list[AdminUser]:
        """Members' logins by last name or address."""
        return self._call("GET", "/api/v1/admin/users", parts={}, query={"page": page, "page_size": page_size, "after": after, "last_name": last_name, "email": email, "email_part": email_part, "cursor": cursor, "fields": fields})  # type: ignore[no-any-return]

    def admin_user(
        self,
        user_id: str,
        *,
        fields: list[Literal["id", "email", "firstName", "lastName", "telephone", "createdAt", "lastLoginIP", "lastLoginDate", "kind", "suspended", "expiresAt", "entities"]] | None = None,
    ) -> AdminUser:
        """One login, with its businesses."""
        return self._call("GET", "/api/v1/admin/users/{user_id}", parts={"user_id": user_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def change_admin_user(
        self,
        user_id: str,
        body: AdminUserChanges,
        *,
        key: str | None = None,
    ) -> AdminUser:
        """Change somebody's login: names, address, password, businesses."""
        return self._call("PATCH", "/api/v1/admin/users/{user_id}", parts={"user_id": user_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def close_admin_user(
        self,
        user_id: str,
        *,
        reason: str | None | None = None,
    ) -> AdminUser:
        """End a member's login for good; its businesses stay."""
        return self._call("DELETE", "/api/v1/admin/users/{user_id}", parts={"user_id": user_id}, query={"reason": reason})  # type: ignore[no-any-return]

    def sign_head(
        self,
    ) -> Head:
        """Have a head signed that covers everything up to now."""
        return self._call("POST", "/api/v1/audit/head", parts={}, query={})  # type: ignore[no-any-return]

    def export(
        self,
        *,
        first: int | None = None,
        last: int | None = None,
        gzip: bool | None = None,
    ) -> bytes:
        """All events, or a range of them, as a file that mccs-audit checks."""
        return self._call("GET", "/api/v1/audit/export", parts={}, query={"first": first, "last": last, "gzip": gzip})  # type: ignore[no-any-return]

    def audit_trial_balance(
        self,
        *,
        position: int | None = None,
        at: str | None = None,
        after: str | None = None,
        limit: int | None = None,
        fields: list[Literal["rows", "next", "facts"]] | None = None,
    ) -> AuditRows:
        """All accounts with their balances, as of a position or an instant."""
        return self._call("GET", "/api/v1/audit/trial-balance", parts={}, query={"position": position, "at": at, "after": after, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def audit_trial_balance_csv(
        self,
        *,
        position: int | None = None,
        at: str | None = None,
    ) -> bytes:
        """All accounts with their balances, as of a position or an instant, as CSV."""
        return self._call("GET", "/api/v1/audit/trial-balance.csv", parts={}, query={"position": position, "at": at})  # type: ignore[no-any-return]

    def audit_near_limits(
        self,
        *,
        position: int | None = None,
        at: str | None = None,
        percent: int | None = None,
        after: str | None = None,
        limit: int | None = None,
        fields: list[Literal["rows", "next", "facts"]] | None = None,
    ) -> AuditRows:
        """Accounts near or past a limit, and since when, worst first."""
        return self._call("GET", "/api/v1/audit/near-limits", parts={}, query={"position": position, "at": at, "percent": percent, "after": after, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def audit_near_limits_csv(
        self,
        *,
        position: int | None = None,
        at: str | None = None,
        percent: int | None = None,
    ) -> bytes:
        """Accounts near or past a limit, and since when, worst first, as CSV."""
        return self._call("GET", "/api/v1/audit/near-limits.csv", parts={}, query={"position": position, "at": at, "percent": percent})  # type: ignore[no-any-return]

    def audit_system_cancellations(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
        after: str | None = None,
        limit: int | None = None,
        fields: list[Literal["rows", "next", "facts"]] | None = None,
    ) -> AuditRows:
        """Transfers that the system cancelled, and why."""
        return self._call("GET", "/api/v1/audit/system-cancellations", parts={}, query={"from": from_, "to": to, "from_position": from_position, "to_position": to_position, "after": after, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def audit_system_cancellations_csv(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
    ) -> bytes:
        """Transfers that the system cancelled, and why, as CSV."""
        return self._call("GET", "/api/v1/audit/system-cancellations.csv", parts={}, query={"from": from_, "to": to, "from_position": from_position, "to_position": to_position})  # type: ignore[no-any-return]

    def audit_reversals(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
        after: str | None = None,
        limit: int | None = None,
        fields: list[Literal["rows", "next", "facts"]] | None = None,
    ) -> AuditRows:
        """Transfers that were reversed, by whom and why."""
        return self._call("GET", "/api/v1/audit/reversals", parts={}, query={"from": from_, "to": to, "from_position": from_position, "to_position": to_position, "after": after, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def audit_reversals_csv(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
    ) -> bytes:
        """Transfers that were reversed, by whom and why, as CSV."""
        return self._call("GET", "/api/v1/audit/reversals.csv", parts={}, query={"from": from_, "to": to, "from_position": from_position, "to_position": to_position})  # type: ignore[no-any-return]

    def audit_limit_changes(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
        after: str | None = None,
        limit: int | None = None,
        fields: list[Literal["rows", "next", "facts"]] | None = None,
    ) -> AuditRows:
        """Changes of limits, with reasons."""
        return self._call("GET", "/api/v1/audit/limit-changes", parts={}, query={"from": from_, "to": to, "from_position": from_position, "to_position": to_position, "after": after, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def audit_limit_changes_csv(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
    ) -> bytes:
        """Changes of limits, with reasons, as CSV."""
        return self._call("GET", "/api/v1/audit/limit-changes.csv", parts={}, query={"from": from_, "to": to, "from_position": from_position, "to_position": to_position})  # type: ignore[no-any-return]

    def audit_changes(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
        after: str | None = None,
        limit: int | None = None,
        fields: list[Literal["rows", "next", "facts"]] | None = None,
    ) -> AuditRows:
        """Every event, for what changed since a position."""
        return self._call("GET", "/api/v1/audit/changes", parts={}, query={"from": from_, "to": to, "from_position": from_position, "to_position": to_position, "after": after, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def audit_changes_csv(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
    ) -> bytes:
        """Every event, for what changed since a position, as CSV."""
        return self._call("GET", "/api/v1/audit/changes.csv", parts={}, query={"from": from_, "to": to, "from_position": from_position, "to_position": to_position})  # type: ignore[no-any-return]

    def audit_events(
        self,
        *,
        type: Literal["account-opened", "account-limits-changed", "account-standing-changed", "account-consent-changed", "fee-rules-changed", "book-policy-changed", "transfer-initiated", "transfer-expiring", "transfer-completed", "transfer-cancelled"] | None = None,
        account: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
        after: str | None = None,
        limit: int | None = None,
        fields: list[Literal["rows", "next", "facts"]] | None = None,
    ) -> AuditRows:
        """Events newest first: all, of a type, or what concerns an account."""
        return self._call("GET", "/api/v1/audit/events", parts={}, query={"type": type, "account": account, "from": from_, "to": to, "from_position": from_position, "to_position": to_position, "after": after, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def audit_events_csv(
        self,
        *,
        type: Literal["account-opened", "account-limits-changed", "account-standing-changed", "account-consent-changed", "fee-rules-changed", "book-policy-changed", "transfer-initiated", "transfer-expiring", "transfer-completed", "transfer-cancelled"] | None = None,
        account: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
    ) -> bytes:
        """Events newest first: all, of a type, or what concerns an account, as CSV."""
        return self._call("GET", "/api/v1/audit/events.csv", parts={}, query={"type": type, "account": account, "from": from_, "to": to, "from_position": from_position, "to_position": to_position})  # type: ignore[no-any-return]

    def audit_sample(
        self,
        *,
        n: int | None = None,
        seed: str | None | None = None,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
        after: str | None = None,
        limit: int | None = None,
        fields: list[Literal["rows", "next", "facts"]] | None = None,
    ) -> AuditRows:
        """Transfers drawn by lot; the same seed draws the same."""
        return self._call("GET", "/api/v1/audit/sample", parts={}, query={"n": n, "seed": seed, "from": from_, "to": to, "from_position": from_position, "to_position": to_position, "after": after, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def audit_sample_csv(
        self,
        *,
        n: int | None = None,
        seed: str | None | None = None,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
    ) -> bytes:
        """Transfers drawn by lot; the same seed draws the same, as CSV."""
        return self._call("GET", "/api/v1/audit/sample.csv", parts={}, query={"n": n, "seed": seed, "from": from_, "to": to, "from_position": from_position, "to_position": to_position})  # type: ignore[no-any-return]

    def audit_rings(
        self,
        *,
        length: int | None = None,
        min_amount: Number | str | None = None,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
        after: str | None = None,
        limit: int | None = None,
        fields: list[Literal["rows", "next", "facts"]] | None = None,
    ) -> AuditRows:
        """Money that goes round among few accounts, most first."""
        return self._call("GET", "/api/v1/audit/rings", parts={}, query={"length": length, "min_amount": min_amount, "from": from_, "to": to, "from_position": from_position, "to_position": to_position, "after": after, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def audit_rings_csv(
        self,
        *,
        length: int | None = None,
        min_amount: Number | str | None = None,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
    ) -> bytes:
        """Money that goes round among few accounts, most first, as CSV."""
        return self._call("GET", "/api/v1/audit/rings.csv", parts={}, query={"length": length, "min_amount": min_amount, "from": from_, "to": to, "from_position": from_position, "to_position": to_position})  # type: ignore[no-any-return]

    def audit_search(
        self,
        *,
        text: str | None | None = None,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
        after: str | None = None,
        limit: int | None = None,
        fields: list[Literal["rows", "next", "facts"]] | None = None,
    ) -> AuditRows:
        """Transfers by words in description or reference, newest first."""
        return self._call("GET", "/api/v1/audit/search", parts={}, query={"text": text, "from": from_, "to": to, "from_position": from_position, "to_position": to_position, "after": after, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def audit_search_csv(
        self,
        *,
        text: str | None | None = None,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
    ) -> bytes:
        """Transfers by words in description or reference, newest first, as CSV."""
        return self._call("GET", "/api/v1/audit/search.csv", parts={}, query={"text": text, "from": from_, "to": to, "from_position": from_position, "to_position": to_position})  # type: ignore[no-any-return]

    def transfer_batch(
        self,
        body: TransferBatch,
        *,
        key: str | None = None,
    ) -> BatchResults:
        """Many commands at once, each judged as if it came alone."""
        return self._call("POST", "/api/v1/transfers/batch", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def consent(
        self,
        entity_id: str,
        *,
        fields: list[Literal["rules"]] | None = None,
    ) -> StandingConsent:
        """What completes at once, without an answer of one's business."""
        return self._call("GET", "/api/v1/user/entities/{entity_id}/consent", parts={"entity_id": entity_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def set_consent(
        self,
        entity_id: str,
        body: StandingConsent,
        *,
        key: str | None = None,
    ) -> StandingConsent:
        """Say what completes at once: the complete list, an empty one revokes all."""
        return self._call("PUT", "/api/v1/user/entities/{entity_id}/consent", parts={"entity_id": entity_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def fees_in_force(
        self,
        *,
        fields: list[Literal["accountNumber", "side", "fixed", "basisPoints"]] | None = None,
    ) -> list[FeeInForce]:
        """What transfers between members cost."""
        return self._call("GET", "/api/v1/fees", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def tags(
        self,
        *,
        page: int | None = None,
        page_size: int | None = None,
        fragment: str | None | None = None,
        after: str | None | None = None,
        cursor: str | None = None,
        fields: list[Literal["id", "name", "label"]] | None = None,
    ) -> list[Term]:
        """Tags that contain a fragment, by name."""
        return self._call("GET", "/api/v1/tags", parts={}, query={"page": page, "page_size": page_size, "fragment": fragment, "after": after, "cursor": cursor, "fields": fields})  # type: ignore[no-any-return]

    def categories(
        self,
        *,
        page: int | None = None,
        page_size: int | None = None,
        fragment: str | None | None = None,
        after: str | None | None = None,
        prefix: str | None | None = None,
        letter: str | None = None,
        cursor: str | None = None,
        fields: list[Literal["id", "name", "label"]] | None = None,
    ) -> list[Term]:
        """Categories by prefix and fragment, by name."""
        return self._call("GET", "/api/v1/categories", parts={}, query={"page": page, "page_size": page_size, "fragment": fragment, "after": after, "prefix": prefix, "letter": letter, "cursor": cursor, "fields": fields})  # type: ignore[no-any-return]

    def create_term(
        self,
        kind: str,
        body: TermName,
        *,
        key: str | None = None,
    ) -> Term:
        """Create a tag or category."""
        return self._call("POST", "/api/v1/admin/{kind}", parts={"kind": kind}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def counted_terms(
        self,
        kind: str,
        *,
        page: int | None = None,
        page_size: int | None = None,
        fragment: str | None | None = None,
        after: str | None | None = None,
        prefix: str | None | None = None,
        letter: str | None = None,
        unused: bool | None = None,
        cursor: str | None = None,
        fields: list[Literal["id", "name", "label", "letter", "createdAt", "offers", "wants", "businesses", "holders"]] | None = None,
    ) -> list[CountedTerm]:
        """Tags or categories with how many have them."""
        return self._call("GET", "/api/v1/admin/{kind}", parts={"kind": kind}, query={"page": page, "page_size": page_size, "fragment": fragment, "after": after, "prefix": prefix, "letter": letter, "unused": unused, "cursor": cursor, "fields": fields})  # type: ignore[no-any-return]

    def rename_term(
        self,
        kind: str,
        term_id: str,
        body: TermName,
        *,
        key: str | None = None,
    ) -> TermChanged:
        """Rename a tag or category for everybody who has it; the name of another one merges both."""
        return self._call("PATCH", "/api/v1/admin/{kind}/{term_id}", parts={"kind": kind, "term_id": term_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def remove_term(
        self,
        kind: str,
        term_id: str,
        *,
        key: str | None = None,
    ) -> TermChanged:
        """Remove a tag or category from everybody who has it."""
        return self._call("DELETE", "/api/v1/admin/{kind}/{term_id}", parts={"kind": kind, "term_id": term_id}, query={}, key=key, keyed=True)  # type: ignore[no-any-return]

    def counted_term(
        self,
        kind: str,
        term_id: str,
        *,
        fields: list[Literal["id", "name", "label", "letter", "createdAt", "offers", "wants", "businesses", "holders"]] | None = None,
    ) -> CountedTerm:
        """One tag or category, and how many a change would touch."""
        return self._call("GET", "/api/v1/admin/{kind}/{term_id}", parts={"kind": kind, "term_id": term_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def merge_terms(
        self,
        kind: str,
        body: TermMerge,
        *,
        key: str | None = None,
    ) -> TermChanged:
        """Make several tags or categories one."""
        return self._call("POST", "/api/v1/admin/{kind}/merges", parts={"kind": kind}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def events(
        self,
        *,
        cursor: str | None | None = None,
        since: Literal["beginning", None] | None = None,
        wait: int | None = None,
        types: str | None | None = None,
        querying_entity_id: str | None | None = None,
        limit: int | None = None,
        fields: list[Literal["specversion", "id", "source", "type", "time", "subject", "sequence", "partitionkey", "correlationid", "causationid", "actor", "onbehalfof", "data"]] | None = None,
    ) -> list[Event]:
        """Events that concern the caller, oldest first, from a cursor on; waited for, or as a stream."""
        return self._call("GET", "/api/v1/events", parts={}, query={"cursor": cursor, "since": since, "wait": wait, "types": types, "querying_entity_id": querying_entity_id, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def health(
        self,
        *,
        fields: list[Literal["status", "parts"]] | None = None,
    ) -> Health:
        """Which parts answer."""
        return self._call("GET", "/api/v1/health", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def machine_disk(
        self,
        *,
        fields: list[Literal["status", "percent"]] | None = None,
    ) -> GaugeRead:
        """How full the machine is: disk."""
        return self._call("GET", "/api/v1/disk", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def machine_cpu(
        self,
        *,
        fields: list[Literal["status", "percent"]] | None = None,
    ) -> GaugeRead:
        """How full the machine is: cpu."""
        return self._call("GET", "/api/v1/cpu", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def machine_ram(
        self,
        *,
        fields: list[Literal["status", "percent"]] | None = None,
    ) -> GaugeRead:
        """How full the machine is: ram."""
        return self._call("GET", "/api/v1/ram", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def network_settings(
        self,
        *,
        fields: list[Literal["name", "unitName", "welcome", "legalTexts", "unit", "publicUrl", "termsVersion", "termsUrl", "recaptchaSiteKey"]] | None = None,
    ) -> NetworkSettings:
        """Settings of the network that everybody may know."""
        return self._call("GET", "/api/v1/network", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def overview(
        self,
        *,
        fields: list[Literal["joining", "applying", "trading", "mail", "ledger"]] | None = None,
    ) -> Overview:
        """Numbers that lead to the lists behind them."""
        return self._call("GET", "/api/v1/admin/overview", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def statement(
        self,
        *,
        querying_entity_id: str,
        from_: str | None = None,
        to: str | None = None,
        from_position: int | None = None,
        to_position: int | None = None,
        before: int | None = None,
        after: int | None = None,
        limit: int | None = None,
        counterparty: str | None = None,
        text: str | None = None,
        min_amount: Number | str | None = None,
        max_amount: Number | str | None = None,
        sign: Literal["in", "out"] | None = None,
        fields: list[Literal["accountNumber", "from", "to", "fromPosition", "toPosition", "openingBalance", "closingBalance", "totals", "entries", "next", "previous"]] | None = None,
    ) -> Statement:
        """The statement of a period, a page at a time, newest first."""
        return self._call("GET", "/api/v1/statement", parts={}, query={"querying_entity_id": querying_entity_id, "from": from_, "to": to, "from_position": from_position, "to_position": to_position, "before": before, "after": after, "limit": limit, "counterparty": counterparty, "text": text, "min_amount": min_amount, "max_amount": max_amount, "sign": sign, "fields": fields})  # type: ignore[no-any-return]

    def balance_then(
        self,
        entity_id: str,
        *,
        at: str | None = None,
        position: int | None = None,
        fields: list[Literal["position", "at", "balance", "maxPositiveBalance", "maxNegativeBalance", "standing"]] | None = None,
    ) -> BalanceThen:
        """Balance, limits and standing of one's own business as of an instant or a position."""
        return self._call("GET", "/api/v1/user/entities/{entity_id}/balance", parts={"entity_id": entity_id}, query={"at": at, "position": position, "fields": fields})  # type: ignore[no-any-return]

    def account_history(
        self,
        entity_id: str,
        *,
        before: int | None = None,
        limit: int | None = None,
        type: Literal["opened", "limits", "standing", "consent"] | None = None,
        fields: list[Literal["changes", "next"]] | None = None,
    ) -> AccountHistory:
        """What was decided about the account of one's own business: limits, standing, consent; newest first."""
        return self._call("GET", "/api/v1/user/entities/{entity_id}/account-history", parts={"entity_id": entity_id}, query={"before": before, "limit": limit, "type": type, "fields": fields})  # type: ignore[no-any-return]

    def check_import(
        self,
        body: NewImport,
        *,
        key: str | None = None,
    ) -> Import:
        """Check a CSV file of members: a dry run that changes nothing."""
        return self._call("POST", "/api/v1/admin/imports", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def imports(
        self,
        *,
        fields: list[Literal["id", "name", "state", "mode", "invite", "rows", "bad", "imported", "createdAt", "finishedAt"]] | None = None,
    ) -> list[Import]:
        """The last files of members, newest first."""
        return self._call("GET", "/api/v1/admin/imports", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def import_(
        self,
        import_id: str,
        *,
        fields: list[Literal["id", "name", "state", "mode", "invite", "rows", "bad", "imported", "createdAt", "finishedAt"]] | None = None,
    ) -> Import:
        """How far an import is."""
        return self._call("GET", "/api/v1/admin/imports/{import_id}", parts={"import_id": import_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def stop_import(
        self,
        import_id: str,
        *,
        key: str | None = None,
    ) -> Import:
        """Let the rest of an import be; who became a member stays one."""
        return self._call("DELETE", "/api/v1/admin/imports/{import_id}", parts={"import_id": import_id}, query={}, key=key, keyed=True)  # type: ignore[no-any-return]

    def import_errors(
        self,
        import_id: str,
        *,
        after: int | None = None,
        limit: int | None = None,
        fields: list[Literal["rows", "next"]] | None = None,
    ) -> ImportErrors:
        """What is wrong with which rows, and what to do about it."""
        return self._call("GET", "/api/v1/admin/imports/{import_id}/errors", parts={"import_id": import_id}, query={"after": after, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def start_import(
        self,
        import_id: str,
        body: ImportStart,
        *,
        key: str | None = None,
    ) -> Import:
        """Let a checked file become members: all or nothing, or row by row."""
        return self._call("POST", "/api/v1/admin/imports/{import_id}/start", parts={"import_id": import_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def community_export(
        self,
    ) -> bytes:
        """The community as a zip of CSVs, without secrets and private marks."""
        return self._call("GET", "/api/v1/admin/community-export", parts={}, query={})  # type: ignore[no-any-return]

    def favourites(
        self,
        *,
        querying_entity_id: str,
        page: int | None = None,
        page_size: int | None = None,
        after: str | None | None = None,
        cursor: str | None = None,
        fields: list[Literal["id", "accountNumber", "name", "email", "telephone", "incType", "companyNumber", "website", "declaredTurnover", "description", "address", "city", "region", "postalCode", "country", "status", "offers", "wants", "categories", "createdAt", "memberStartedAt", "place", "picture", "contactable", "why", "isFavorite", "distanceKm"]] | None = None,
    ) -> list[Entity]:
        """What a business of one's own has marked, newest first."""
        return self._call("GET", "/api/v1/favorites", parts={}, query={"querying_entity_id": querying_entity_id, "page": page, "page_size": page_size, "after": after, "cursor": cursor, "fields": fields})  # type: ignore[no-any-return]

    def set_favourite(
        self,
        body: NewFavourite,
        *,
        key: str | None = None,
    ) -> Favourite:
        """Mark a business, or take the mark away."""
        return self._call("POST", "/api/v1/favorites", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def send_email(
        self,
        body: NewMessage,
        *,
        key: str | None = None,
    ) -> None:
        """Mail a text to a business whose address is hidden."""
        self._call("POST", "/api/v1/send-email", parts={}, query={}, body=body, key=key, keyed=True)

    def report_contact(
        self,
        token: str,
    ) -> None:
        """Say by the link in a message that it should not have been sent."""
        self._call("POST", "/api/v1/contact-reports/{token}", parts={"token": token}, query={})

    def note(
        self,
        entity_id: str,
        other_id: str,
        *,
        fields: list[Literal["text", "editedBy", "editedAt"]] | None = None,
    ) -> Note:
        """The private note of a business of one's own about another one."""
        return self._call("GET", "/api/v1/user/entities/{entity_id}/notes/{other_id}", parts={"entity_id": entity_id, "other_id": other_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def keep_note(
        self,
        entity_id: str,
        other_id: str,
        body: NoteText,
    ) -> Note:
        """Keep a private note about a business."""
        return self._call("PUT", "/api/v1/user/entities/{entity_id}/notes/{other_id}", parts={"entity_id": entity_id, "other_id": other_id}, query={}, body=body)  # type: ignore[no-any-return]

    def ledger_head(
        self,
        *,
        fields: list[Literal["book", "number", "size", "root", "hash", "sum", "accounts", "time", "kid", "jws"]] | None = None,
    ) -> Head:
        """The newest signed head of the ledger."""
        return self._call("GET", "/api/v1/ledger/head", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def ledger_heads(
        self,
        *,
        before: int | None = None,
        limit: int | None = None,
        fields: list[Literal["heads", "next"]] | None = None,
    ) -> Heads:
        """All signed heads, newest first."""
        return self._call("GET", "/api/v1/ledger/heads", parts={}, query={"before": before, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def ledger_keys(
        self,
        *,
        fields: list[Literal["keys"]] | None = None,
    ) -> HeadKeys:
        """The public keys that heads are signed with, old ones too."""
        return self._call("GET", "/api/v1/ledger/keys", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def ledger_inclusion(
        self,
        *,
        position: int,
        size: int | None = None,
        fields: list[Literal["book", "position", "size", "leaf", "path", "root", "head"]] | None = None,
    ) -> Inclusion:
        """Proof that an event lies in the signed ledger."""
        return self._call("GET", "/api/v1/ledger/inclusion", parts={}, query={"position": position, "size": size, "fields": fields})  # type: ignore[no-any-return]

    def ledger_consistency(
        self,
        *,
        first: int,
        second: int | None = None,
        fields: list[Literal["book", "first", "second", "firstRoot", "secondRoot", "path"]] | None = None,
    ) -> Consistency:
        """Proof that nothing was changed between two sizes."""
        return self._call("GET", "/api/v1/ledger/consistency", parts={}, query={"first": first, "second": second, "fields": fields})  # type: ignore[no-any-return]

    def transfer_proof(
        self,
        transfer_id: str,
        *,
        size: int | None = None,
        fields: list[Literal["book", "transferId", "size", "root", "head", "events"]] | None = None,
    ) -> TransferProof:
        """Proof that a transfer of one's own lies in the signed ledger."""
        return self._call("GET", "/api/v1/transfers/{transfer_id}/proof", parts={"transfer_id": transfer_id}, query={"size": size, "fields": fields})  # type: ignore[no-any-return]

    def statement_checked(
        self,
        code: str,
        *,
        fields: list[Literal["code", "book", "unit", "accountNumber", "from", "to", "fromPosition", "toPosition", "openingBalance", "closingBalance", "entries", "paid", "received", "madeAt", "holds", "head", "path", "leaf"]] | None = None,
    ) -> StatementChecked:
        """What the statement with this code says, to compare with the paper."""
        return self._call("GET", "/api/v1/statement-codes/{code}", parts={"code": code}, query={"fields": fields})  # type: ignore[no-any-return]

    def loops(
        self,
        entity_id: str,
        *,
        limit: int | None = None,
        fields: list[Literal["id", "score", "open", "members", "gives", "farthestKm", "agreedAt"]] | None = None,
    ) -> list[Loop]:
        """Trading loops with one's own business, the best first."""
        return self._call("GET", "/api/v1/user/entities/{entity_id}/loops", parts={"entity_id": entity_id}, query={"limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def loop(
        self,
        entity_id: str,
        loop_id: str,
        *,
        fields: list[Literal["id", "score", "open", "members", "gives", "farthestKm", "agreedAt"]] | None = None,
    ) -> Loop:
        """One loop: who gives what to whom, and who is interested."""
        return self._call("GET", "/api/v1/user/entities/{entity_id}/loops/{loop_id}", parts={"entity_id": entity_id, "loop_id": loop_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def say_interest(
        self,
        entity_id: str,
        loop_id: str,
        *,
        key: str | None = None,
    ) -> Loop:
        """Say that one's business is interested in a loop."""
        return self._call("POST", "/api/v1/user/entities/{entity_id}/loops/{loop_id}/interest", parts={"entity_id": entity_id, "loop_id": loop_id}, query={}, key=key, keyed=True)  # type: ignore[no-any-return]

    def take_interest_back(
        self,
        entity_id: str,
        loop_id: str,
        *,
        key: str | None = None,
    ) -> Loop:
        """Be interested no more."""
        return self._call("DELETE", "/api/v1/user/entities/{entity_id}/loops/{loop_id}/interest", parts={"entity_id": entity_id, "loop_id": loop_id}, query={}, key=key, keyed=True)  # type: ignore[no-any-return]

    def mails(
        self,
        *,
        page: int | None = None,
        page_size: int | None = None,
        after: str | None | None = None,
        state: Literal["queued", "sending", "sent", "failed", "dead", "expired", "discarded"] | None = None,
        cursor: str | None = None,
        fields: list[Literal["id", "kind", "entityID", "state", "tries", "error", "createdAt", "sentAt", "diedAt", "dueAt", "mayRetry", "mayDiscard", "spent"]] | None = None,
    ) -> list[Mail]:
        """Mails by state, each with why its last try failed."""
        return self._call("GET", "/api/v1/admin/mail", parts={}, query={"page": page, "page_size": page_size, "after": after, "state": state, "cursor": cursor, "fields": fields})  # type: ignore[no-any-return]

    def mail_summary(
        self,
        *,
        fields: list[Literal["queued", "sending", "sent", "failed", "dead", "expired", "discarded"]] | None = None,
    ) -> MailCounts:
        """How many mails wait, failed, were given up."""
        return self._call("GET", "/api/v1/admin/mail/summary", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def decide_mail(
        self,
        action: str,
        message_id: str,
        *,
        key: str | None = None,
    ) -> None:
        """Try a mail again now, or never send it."""
        self._call("POST", "/api/v1/admin/mail/{message_id}/{action}", parts={"action": action, "message_id": message_id}, query={}, key=key, keyed=True)

    def mail_kinds(
        self,
        *,
        fields: list[Literal["kinds", "languages"]] | None = None,
    ) -> MailKinds:
        """The kinds of mail: how each is told, and to whom."""
        return self._call("GET", "/api/v1/admin/mail/kinds", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def mail_preview(
        self,
        kind: str,
        *,
        language: str | None | None = None,
        fields: list[Literal["subject", "text", "html", "notice"]] | None = None,
    ) -> MailPreview:
        """How a kind of mail reads, with made up facts."""
        return self._call("GET", "/api/v1/admin/mail/kinds/{kind}/preview", parts={"kind": kind}, query={"language": language, "fields": fields})  # type: ignore[no-any-return]

    def suppressions(
        self,
        body: SuppressionSearch,
    ) -> list[Suppression]:
        """Addresses that are not written to any more."""
        return self._call("POST", "/api/v1/admin/mail/suppressions/search", parts={}, query={}, body=body)  # type: ignore[no-any-return]

    def remove_suppression(
        self,
        digest: str,
        *,
        key: str | None = None,
    ) -> None:
        """Write to an address again."""
        self._call("DELETE", "/api/v1/admin/mail/suppressions/{digest}", parts={"digest": digest}, query={}, key=key, keyed=True)

    def matches(
        self,
        entity_id: str,
        *,
        since: str | None = None,
        limit: int | None = None,
        fields: list[Literal["leads", "suppliers", "couldTradeUpTo", "since"]] | None = None,
    ) -> Matches:
        """Leads and suppliers of one's own business, the best first, each with why."""
        return self._call("GET", "/api/v1/user/entities/{entity_id}/matches", parts={"entity_id": entity_id}, query={"since": since, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def hidden_matches(
        self,
        entity_id: str,
        *,
        fields: list[Literal["id", "entityID", "name", "mine", "theirs", "side", "createdAt"]] | None = None,
    ) -> list[Feedback]:
        """What one's business called not relevant, newest first."""
        return self._call("GET", "/api/v1/user/entities/{entity_id}/matches/not-relevant", parts={"entity_id": entity_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def hide_match(
        self,
        entity_id: str,
        body: NewFeedback,
        *,
        key: str | None = None,
    ) -> Feedback:
        """A match is not relevant: do not show it again."""
        return self._call("POST", "/api/v1/user/entities/{entity_id}/matches/not-relevant", parts={"entity_id": entity_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def show_match_again(
        self,
        entity_id: str,
        feedback_id: str,
        *,
        key: str | None = None,
    ) -> None:
        """It was relevant after all: show it again."""
        self._call("DELETE", "/api/v1/user/entities/{entity_id}/matches/not-relevant/{feedback_id}", parts={"entity_id": entity_id, "feedback_id": feedback_id}, query={}, key=key, keyed=True)

    def legal_text(
        self,
        which: str,
        *,
        fields: list[Literal["name", "text"]] | None = None,
    ) -> LegalText:
        """One of the legal texts of the network."""
        return self._call("GET", "/api/v1/network/texts/{which}", parts={"which": which}, query={"fields": fields})  # type: ignore[no-any-return]

    def network_texts(
        self,
        *,
        fields: list[Literal["name", "unitName", "welcome", "terms", "privacy", "imprint", "changedAt"]] | None = None,
    ) -> NetworkTexts:
        """Name, unit and texts of the network."""
        return self._call("GET", "/api/v1/admin/network", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def change_network_texts(
        self,
        body: NetworkTextChanges,
        *,
        key: str | None = None,
    ) -> NetworkTexts:
        """Change name, unit and texts of the network."""
        return self._call("PATCH", "/api/v1/admin/network", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def notices(
        self,
        *,
        page: int | None = None,
        page_size: int | None = None,
        after: str | None | None = None,
        cursor: str | None = None,
        fields: list[Literal["id", "kind", "text", "path", "entityID", "createdAt", "read"]] | None = None,
    ) -> list[Notice]:
        """What one was told, and one's businesses, newest first."""
        return self._call("GET", "/api/v1/notices", parts={}, query={"page": page, "page_size": page_size, "after": after, "cursor": cursor, "fields": fields})  # type: ignore[no-any-return]

    def unread_notices(
        self,
        *,
        fields: list[Literal["unread"]] | None = None,
    ) -> Unread:
        """How many notices one has not read."""
        return self._call("GET", "/api/v1/notices/unread", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def read_notice(
        self,
        notice_id: str,
        *,
        key: str | None = None,
    ) -> Notice:
        """One has read this."""
        return self._call("POST", "/api/v1/notices/{notice_id}/read", parts={"notice_id": notice_id}, query={}, key=key, keyed=True)  # type: ignore[no-any-return]

    def read_all_notices(
        self,
        body: ReadUntil,
        *,
        key: str | None = None,
    ) -> None:
        """One has read all of them."""
        self._call("POST", "/api/v1/notices/read-all", parts={}, query={}, body=body, key=key, keyed=True)

    def notification_preferences(
        self,
        entity_id: str,
        *,
        fields: list[Literal["groups", "quietHours", "digestHour", "timeZone", "language", "languages"]] | None = None,
    ) -> ToldPreferences:
        """What one's business wants to hear of, by which channel, and when."""
        return self._call("GET", "/api/v1/user/entities/{entity_id}/notifications", parts={"entity_id": entity_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def choose_notifications(
        self,
        entity_id: str,
        body: ToldPreferences,
        *,
        key: str | None = None,
    ) -> ToldPreferences:
        """Choose it, all at once."""
        return self._call("PUT", "/api/v1/user/entities/{entity_id}/notifications", parts={"entity_id": entity_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def unsubscription(
        self,
        token: str,
        *,
        fields: list[Literal["group", "name", "stopped", "allStopped"]] | None = None,
    ) -> Unsubscription:
        """What the link of a mail stops."""
        return self._call("GET", "/api/v1/unsubscriptions/{token}", parts={"token": token}, query={"fields": fields})  # type: ignore[no-any-return]

    def unsubscribe(
        self,
        token: str,
        body: Stop,
    ) -> Unsubscription:
        """Stop it: the link says whose mails."""
        return self._call("POST", "/api/v1/unsubscriptions/{token}", parts={"token": token}, query={}, body=body)  # type: ignore[no-any-return]

    def members(
        self,
        entity_id: str,
        *,
        fields: list[Literal["members", "invitations"]] | None = None,
    ) -> People:
        """Who belongs to one's business, and who is invited to."""
        return self._call("GET", "/api/v1/user/entities/{entity_id}/members", parts={"entity_id": entity_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def change_member(
        self,
        entity_id: str,
        user_id: str,
        body: Part,
        *,
        key: str | None = None,
    ) -> Member:
        """Let somebody do more or less for one's business."""
        return self._call("PATCH", "/api/v1/user/entities/{entity_id}/members/{user_id}", parts={"entity_id": entity_id, "user_id": user_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def remove_member(
        self,
        entity_id: str,
        user_id: str,
        *,
        key: str | None = None,
    ) -> None:
        """Remove somebody from one's business (owners), or leave it (everybody)."""
        self._call("DELETE", "/api/v1/user/entities/{entity_id}/members/{user_id}", parts={"entity_id": entity_id, "user_id": user_id}, query={}, key=key, keyed=True)

    def invite(
        self,
        entity_id: str,
        body: NewInvitation,
        *,
        key: str | None = None,
    ) -> Invitation:
        """Mail somebody a link to join one's business by."""
        return self._call("POST", "/api/v1/user/entities/{entity_id}/invitations", parts={"entity_id": entity_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def revoke_invitation(
        self,
        entity_id: str,
        invitation_id: str,
        *,
        key: str | None = None,
    ) -> None:
        """Take an invitation back."""
        self._call("DELETE", "/api/v1/user/entities/{entity_id}/invitations/{invitation_id}", parts={"entity_id": entity_id, "invitation_id": invitation_id}, query={}, key=key, keyed=True)

    def invitation(
        self,
        token: str,
        *,
        fields: list[Literal["role", "viewOnly", "maxAmount", "entityName", "email", "hasLogin", "expiresAt"]] | None = None,
    ) -> Offered:
        """What a mailed invitation offers."""
        return self._call("GET", "/api/v1/invitations/{token}", parts={"token": token}, query={"fields": fields})  # type: ignore[no-any-return]

    def accept_invitation(
        self,
        token: str,
        *,
        key: str | None = None,
    ) -> Member:
        """Join a business by a mailed invitation."""
        return self._call("POST", "/api/v1/invitations/{token}/accept", parts={"token": token}, query={}, key=key, keyed=True)  # type: ignore[no-any-return]

    def sign_up_by_invitation(
        self,
        token: str,
        body: InvitedPerson,
    ) -> None:
        """Sign up with the invited address, without a business of one's own."""
        self._call("POST", "/api/v1/invitations/{token}/signup", parts={"token": token}, query={}, body=body)

    def policy(
        self,
        *,
        fields: list[Literal["defaultMaxNegativeBalance", "defaultMaxPositiveBalance", "expiresAfterDays", "reminderDays", "warningPercent", "unit"]] | None = None,
    ) -> Policy:
        """With which limits accounts begin, and when proposals expire."""
        return self._call("GET", "/api/v1/admin/policy", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def change_policy(
        self,
        body: PolicyChanges,
        *,
        key: str | None = None,
    ) -> Policy:
        """Change with which limits accounts begin, and when proposals expire."""
        return self._call("PATCH", "/api/v1/admin/policy", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def policy_changes(
        self,
        *,
        before: int | None = None,
        limit: int | None = None,
        fields: list[Literal["changes", "next"]] | None = None,
    ) -> LedgerChanges:
        """What was changed of these settings, by whom and why."""
        return self._call("GET", "/api/v1/admin/policy/changes", parts={}, query={"before": before, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def fees(
        self,
        *,
        fields: list[Literal["rules"]] | None = None,
    ) -> Fees:
        """What transfers cost."""
        return self._call("GET", "/api/v1/admin/fees", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def set_fees(
        self,
        body: NewFees,
        *,
        key: str | None = None,
    ) -> Fees:
        """Replace what transfers cost."""
        return self._call("PUT", "/api/v1/admin/fees", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def fee_changes(
        self,
        *,
        before: int | None = None,
        limit: int | None = None,
        fields: list[Literal["changes", "next"]] | None = None,
    ) -> LedgerChanges:
        """What was changed of the fees, by whom and why."""
        return self._call("GET", "/api/v1/admin/fees/changes", parts={}, query={"before": before, "limit": limit, "fields": fields})  # type: ignore[no-any-return]

    def simulate_limits(
        self,
        body: LimitSimulation,
    ) -> LimitsSimulated:
        """Who would be outside if limits were others."""
        return self._call("POST", "/api/v1/admin/limit-simulations", parts={}, query={}, body=body)  # type: ignore[no-any-return]

    def ledger_account(
        self,
        account_number: str,
        *,
        fields: list[Literal["balance", "maxPositiveBalance", "maxNegativeBalance", "canPay", "canReceive", "standing", "level", "closing", "outsideLimits", "accountNumber", "entityID", "entityName"]] | None = None,
    ) -> LedgerAccount:
        """One account by its number."""
        return self._call("GET", "/api/v1/admin/accounts/{account_number}", parts={"account_number": account_number}, query={"fields": fields})  # type: ignore[no-any-return]

    def account_then(
        self,
        account_number: str,
        *,
        at: str | None = None,
        position: int | None = None,
        fields: list[Literal["accountNumber", "position", "at", "balance", "maxNegativeBalance", "maxPositiveBalance", "standing"]] | None = None,
    ) -> AccountThen:
        """Balance and limits of an account as of a position, or an instant."""
        return self._call("GET", "/api/v1/admin/accounts/{account_number}/balance", parts={"account_number": account_number}, query={"at": at, "position": position, "fields": fields})  # type: ignore[no-any-return]

    def account_changes(
        self,
        account_number: str,
        *,
        before: int | None = None,
        limit: int | None = None,
        type: Literal["opened", "limits", "standing", "consent"] | None = None,
        fields: list[Literal["changes", "next"]] | None = None,
    ) -> LedgerChanges:
        """How an account came to be as it is: opening, limits, standing, consent."""
        return self._call("GET", "/api/v1/admin/accounts/{account_number}/changes", parts={"account_number": account_number}, query={"before": before, "limit": limit, "type": type, "fields": fields})  # type: ignore[no-any-return]

    def set_picture(
        self,
        entity_id: str,
        body: bytes,
        *,
        key: str | None = None,
    ) -> Entity:
        """Replace the picture of one's own business."""
        return self._call("PUT", "/api/v1/user/entities/{entity_id}/picture", parts={"entity_id": entity_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def remove_picture(
        self,
        entity_id: str,
        *,
        key: str | None = None,
    ) -> Entity:
        """Have no picture any more."""
        return self._call("DELETE", "/api/v1/user/entities/{entity_id}/picture", parts={"entity_id": entity_id}, query={}, key=key, keyed=True)  # type: ignore[no-any-return]

    def consents(
        self,
        *,
        fields: list[Literal["document", "version", "at", "entityID"]] | None = None,
    ) -> list[Consent]:
        """What one has agreed to, oldest first."""
        return self._call("GET", "/api/v1/user/consents", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def agree(
        self,
        body: Consent,
        *,
        key: str | None = None,
    ) -> list[Consent]:
        """Agree to a version of the terms."""
        return self._call("POST", "/api/v1/user/consents", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def own_data(
        self,
    ) -> bytes:
        """Everything that is known of oneself, as a zip."""
        return self._call("GET", "/api/v1/user/personal-data", parts={}, query={})  # type: ignore[no-any-return]

    def own_entity_data(
        self,
        entity_id: str,
    ) -> bytes:
        """Everything that is known of one's own business, as a zip."""
        return self._call("GET", "/api/v1/user/entities/{entity_id}/personal-data", parts={"entity_id": entity_id}, query={})  # type: ignore[no-any-return]

    def close_own(
        self,
        entity_id: str,
        body: Closing,
        *,
        key: str | None = None,
    ) -> Closed:
        """Close one's own business for good."""
        return self._call("POST", "/api/v1/user/entities/{entity_id}/closing", parts={"entity_id": entity_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def close_login(
        self,
    ) -> None:
        """End one's own login for good."""
        self._call("POST", "/api/v1/user/closing", parts={}, query={})

    def entity_data(
        self,
        entity_id: str,
    ) -> bytes:
        """Everything that is known of a business, as a zip."""
        return self._call("GET", "/api/v1/admin/entities/{entity_id}/personal-data", parts={"entity_id": entity_id}, query={})  # type: ignore[no-any-return]

    def user_data(
        self,
        user_id: str,
    ) -> bytes:
        """Everything that is known of a person, as a zip."""
        return self._call("GET", "/api/v1/admin/users/{user_id}/personal-data", parts={"user_id": user_id}, query={})  # type: ignore[no-any-return]

    def close_entity(
        self,
        entity_id: str,
        body: Closing,
        *,
        key: str | None = None,
    ) -> Closed:
        """Close a business for good, with a reason."""
        return self._call("POST", "/api/v1/admin/entities/{entity_id}/closing", parts={"entity_id": entity_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def searches(
        self,
        entity_id: str,
        *,
        fields: list[Literal["id", "text", "side", "maxKm", "category", "createdAt", "found"]] | None = None,
    ) -> list[Search]:
        """What one's business looks for all the time, newest first."""
        return self._call("GET", "/api/v1/user/entities/{entity_id}/searches", parts={"entity_id": entity_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def save_search(
        self,
        entity_id: str,
        body: NewSearch,
        *,
        key: str | None = None,
    ) -> Search:
        """Keep one more search."""
        return self._call("POST", "/api/v1/user/entities/{entity_id}/searches", parts={"entity_id": entity_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def delete_search(
        self,
        entity_id: str,
        search_id: str,
        *,
        key: str | None = None,
    ) -> None:
        """Be told of nothing more for a search."""
        self._call("DELETE", "/api/v1/user/entities/{entity_id}/searches/{search_id}", parts={"entity_id": entity_id, "search_id": search_id}, query={}, key=key, keyed=True)

    def verify_session(
        self,
        body: Verification,
    ) -> None:
        """Show that it is still you: for ten minutes this session may do what is sensitive."""
        self._call("POST", "/api/v1/session/verification", parts={}, query={}, body=body)

    def change_password(
        self,
        body: PasswordChange,
    ) -> None:
        """Another password, by the current one; all other sessions end."""
        self._call("POST", "/api/v1/password-change", parts={}, query={}, body=body)

    def change_admin_password(
        self,
        body: PasswordChange,
    ) -> None:
        """The same for administrators, coordinators and auditors."""
        self._call("POST", "/api/v1/admin/password-change", parts={}, query={}, body=body)

    def sessions(
        self,
        *,
        fields: list[Literal["id", "device", "address", "openedAt", "usedAt", "current"]] | None = None,
    ) -> list[LivingSession]:
        """Where you are logged in, the one used last first."""
        return self._call("GET", "/api/v1/sessions", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def end_other_sessions(
        self,
    ) -> Ended:
        """End all your sessions but this one."""
        return self._call("DELETE", "/api/v1/sessions", parts={}, query={})  # type: ignore[no-any-return]

    def end_session(
        self,
        handle: str,
    ) -> None:
        """End one of your sessions."""
        self._call("DELETE", "/api/v1/sessions/{handle}", parts={"handle": handle}, query={})

    def two_factor(
        self,
        *,
        fields: list[Literal["on", "since", "recoveryCodesLeft", "required"]] | None = None,
    ) -> TwoFactor:
        """Whether your login asks for a code."""
        return self._call("GET", "/api/v1/two-factor", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def begin_two_factor(
        self,
    ) -> TwoFactorSecret:
        """A secret for an app; it counts when it is confirmed. Needs a verified session."""
        return self._call("POST", "/api/v1/two-factor", parts={}, query={})  # type: ignore[no-any-return]

    def switch_two_factor_off(
        self,
    ) -> None:
        """Your login asks for no code any more. Needs a verified session."""
        self._call("DELETE", "/api/v1/two-factor", parts={}, query={})

    def confirm_two_factor(
        self,
        body: Code,
    ) -> RecoveryCodes:
        """The app shows this code: from now on your login asks for one."""
        return self._call("POST", "/api/v1/two-factor/confirmation", parts={}, query={}, body=body)  # type: ignore[no-any-return]

    def renew_recovery_codes(
        self,
    ) -> RecoveryCodes:
        """Ten new recovery codes; those before work no more. Needs a verified session."""
        return self._call("POST", "/api/v1/recovery-codes", parts={}, query={})  # type: ignore[no-any-return]

    def reset_two_factor(
        self,
        user_id: str,
        body: Reason,
        *,
        key: str | None = None,
    ) -> None:
        """Remove the second factor of somebody who lost it; all their sessions end."""
        self._call("POST", "/api/v1/admin/users/{user_id}/two-factor/reset", parts={"user_id": user_id}, query={}, body=body, key=key, keyed=True)

    def service_accounts(
        self,
        *,
        fields: list[Literal["id", "name", "purpose", "scopes", "madeBy", "madeByName", "createdAt", "disabledAt", "lastUsedAt", "tokens"]] | None = None,
    ) -> list[ServiceAccount]:
        """Service accounts with their tokens, by name."""
        return self._call("GET", "/api/v1/admin/service-accounts", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def create_service_account(
        self,
        body: NewServiceAccount,
        *,
        key: str | None = None,
    ) -> ServiceAccount:
        """Make a service account, which programs act as by tokens of its own."""
        return self._call("POST", "/api/v1/admin/service-accounts", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def service_account(
        self,
        service_account_id: str,
        *,
        fields: list[Literal["id", "name", "purpose", "scopes", "madeBy", "madeByName", "createdAt", "disabledAt", "lastUsedAt", "tokens"]] | None = None,
    ) -> ServiceAccount:
        """A service account with its tokens."""
        return self._call("GET", "/api/v1/admin/service-accounts/{service_account_id}", parts={"service_account_id": service_account_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def change_service_account(
        self,
        service_account_id: str,
        body: ServiceAccountChanges,
        *,
        key: str | None = None,
    ) -> ServiceAccount:
        """Change a service account, disable it (which revokes its tokens) or enable it."""
        return self._call("PATCH", "/api/v1/admin/service-accounts/{service_account_id}", parts={"service_account_id": service_account_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def remove_service_account(
        self,
        service_account_id: str,
        *,
        key: str | None = None,
    ) -> None:
        """Delete a service account with its tokens."""
        self._call("DELETE", "/api/v1/admin/service-accounts/{service_account_id}", parts={"service_account_id": service_account_id}, query={}, key=key, keyed=True)

    def create_service_account_token(
        self,
        service_account_id: str,
        body: NewServiceAccountToken,
        *,
        key: str | None = None,
    ) -> CreatedServiceAccountToken:
        """Make a token of a service account: its secret is in this answer alone."""
        return self._call("POST", "/api/v1/admin/service-accounts/{service_account_id}/tokens", parts={"service_account_id": service_account_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def revoke_service_account_token(
        self,
        service_account_id: str,
        token_id: str,
        *,
        key: str | None = None,
    ) -> None:
        """Revoke a token of a service account, at once and everywhere."""
        self._call("DELETE", "/api/v1/admin/service-accounts/{service_account_id}/tokens/{token_id}", parts={"service_account_id": service_account_id, "token_id": token_id}, query={}, key=key, keyed=True)

    def staff(
        self,
        *,
        fields: list[Literal["id", "email", "firstName", "lastName", "telephone", "createdAt", "lastLoginIP", "lastLoginDate", "kind", "suspended", "expiresAt"]] | None = None,
    ) -> list[Staff]:
        """Administrators, coordinators, auditors."""
        return self._call("GET", "/api/v1/admin/staff", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def create_staff(
        self,
        body: NewStaff,
        *,
        key: str | None = None,
    ) -> Staff:
        """Invite somebody to work for the network."""
        return self._call("POST", "/api/v1/admin/staff", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def change_staff(
        self,
        user_id: str,
        body: StaffChanges,
        *,
        key: str | None = None,
    ) -> Staff:
        """Stop a login of the staff, let it go on, set its last day."""
        return self._call("PATCH", "/api/v1/admin/staff/{user_id}", parts={"user_id": user_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def remove_staff(
        self,
        user_id: str,
        *,
        key: str | None = None,
    ) -> None:
        """Remove a login of the staff for good."""
        self._call("DELETE", "/api/v1/admin/staff/{user_id}", parts={"user_id": user_id}, query={}, key=key, keyed=True)

    def invite_staff_again(
        self,
        user_id: str,
        *,
        key: str | None = None,
    ) -> Staff:
        """Mail a fresh link to set the password by."""
        return self._call("POST", "/api/v1/admin/staff/{user_id}/invitation", parts={"user_id": user_id}, query={}, key=key, keyed=True)  # type: ignore[no-any-return]

    def suspend_user(
        self,
        user_id: str,
        body: Suspension,
        *,
        key: str | None = None,
    ) -> Staff:
        """Stop a member's login, or let it go on."""
        return self._call("PUT", "/api/v1/admin/users/{user_id}/suspension", parts={"user_id": user_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def link_member(
        self,
        entity_id: str,
        user_id: str,
        body: Part,
        *,
        key: str | None = None,
    ) -> Member:
        """Make a user a member of a business."""
        return self._call("PUT", "/api/v1/admin/entities/{entity_id}/members/{user_id}", parts={"entity_id": entity_id, "user_id": user_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def unlink_member(
        self,
        entity_id: str,
        user_id: str,
        *,
        key: str | None = None,
    ) -> None:
        """Take a user out of a business."""
        self._call("DELETE", "/api/v1/admin/entities/{entity_id}/members/{user_id}", parts={"entity_id": entity_id, "user_id": user_id}, query={}, key=key, keyed=True)

    def act_for(
        self,
        body: Acting,
        *,
        key: str | None = None,
    ) -> ActingUntil:
        """Act for a member in this session, at most an hour."""
        return self._call("PUT", "/api/v1/admin/acting", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def act_for_nobody(
        self,
        *,
        key: str | None = None,
    ) -> None:
        """Act for nobody any more."""
        self._call("DELETE", "/api/v1/admin/acting", parts={}, query={}, key=key, keyed=True)

    def statement_csv(
        self,
        *,
        querying_entity_id: str,
        from_: str | None = None,
        to: str | None = None,
    ) -> bytes:
        """The statement of a period as CSV, oldest first."""
        return self._call("GET", "/api/v1/statement.csv", parts={}, query={"querying_entity_id": querying_entity_id, "from": from_, "to": to})  # type: ignore[no-any-return]

    def statement_pdf(
        self,
        *,
        querying_entity_id: str,
        from_: str | None = None,
        to: str | None = None,
    ) -> bytes:
        """The statement of a period as PDF, oldest first."""
        return self._call("GET", "/api/v1/statement.pdf", parts={}, query={"querying_entity_id": querying_entity_id, "from": from_, "to": to})  # type: ignore[no-any-return]

    def api_tokens(
        self,
        *,
        fields: list[Literal["id", "name", "scopes", "createdAt", "expiresAt", "lastUsedAt", "dayLimit"]] | None = None,
    ) -> list[ApiToken]:
        """One's own API tokens, newest first."""
        return self._call("GET", "/api/v1/user/api-tokens", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def create_api_token(
        self,
        body: NewApiToken,
        *,
        key: str | None = None,
    ) -> CreatedApiToken:
        """Make an API token: its secret is in this answer alone."""
        return self._call("POST", "/api/v1/user/api-tokens", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def revoke_api_token(
        self,
        token_id: str,
        *,
        key: str | None = None,
    ) -> None:
        """Revoke an API token, at once and everywhere."""
        self._call("DELETE", "/api/v1/user/api-tokens/{token_id}", parts={"token_id": token_id}, query={}, key=key, keyed=True)

    def email_change(
        self,
        *,
        fields: list[Literal["newEmail", "askedAt", "expiresAt", "waitsFor"]] | None = None,
    ) -> EmailChange:
        """The change of one's mail address that is under way."""
        return self._call("GET", "/api/v1/user/email-change", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def request_email_change(
        self,
        body: NewEmail,
        *,
        key: str | None = None,
    ) -> EmailChange:
        """Ask for another mail address: links to both, the change takes effect when both have confirmed."""
        return self._call("POST", "/api/v1/user/email-change", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def cancel_email_change(
        self,
        *,
        key: str | None = None,
    ) -> None:
        """Let it be: its links are dead."""
        self._call("DELETE", "/api/v1/user/email-change", parts={}, query={}, key=key, keyed=True)

    def email_link(
        self,
        token: str,
        *,
        fields: list[Literal["side", "newEmail"]] | None = None,
    ) -> EmailLink:
        """What a mailed link confirms."""
        return self._call("GET", "/api/v1/email-confirmations/{token}", parts={"token": token}, query={"fields": fields})  # type: ignore[no-any-return]

    def confirm_email(
        self,
        token: str,
    ) -> EmailConfirmed:
        """Confirm another mail address by a mailed link, once."""
        return self._call("POST", "/api/v1/email-confirmations/{token}", parts={"token": token}, query={})  # type: ignore[no-any-return]

    def stop_email_change(
        self,
        token: str,
    ) -> None:
        """It was somebody else: stop it by the link to the old address, end all sessions and tokens."""
        self._call("POST", "/api/v1/email-confirmations/{token}/stop", parts={"token": token}, query={})

    def webhooks(
        self,
        *,
        entity_id: str | None | None = None,
        fields: list[Literal["id", "entityId", "url", "types", "description", "state", "reason", "failures", "failingSince", "heldUntil", "pausedAt", "positions", "createdAt", "secrets"]] | None = None,
    ) -> list[Webhook]:
        """The webhooks of a business, or of the network."""
        return self._call("GET", "/api/v1/webhooks", parts={}, query={"entity_id": entity_id, "fields": fields})  # type: ignore[no-any-return]

    def make_webhook(
        self,
        body: NewWebhook,
        *,
        key: str | None = None,
    ) -> MadeWebhook:
        """Make a webhook: its secret is in this answer alone."""
        return self._call("POST", "/api/v1/webhooks", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def webhook(
        self,
        webhook_id: str,
        *,
        fields: list[Literal["id", "entityId", "url", "types", "description", "state", "reason", "failures", "failingSince", "heldUntil", "pausedAt", "positions", "createdAt", "secrets"]] | None = None,
    ) -> Webhook:
        """One webhook."""
        return self._call("GET", "/api/v1/webhooks/{webhook_id}", parts={"webhook_id": webhook_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def change_webhook(
        self,
        webhook_id: str,
        body: WebhookChange,
        *,
        key: str | None = None,
    ) -> Webhook:
        """Another address, other events."""
        return self._call("PATCH", "/api/v1/webhooks/{webhook_id}", parts={"webhook_id": webhook_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def delete_webhook(
        self,
        webhook_id: str,
        *,
        key: str | None = None,
    ) -> None:
        """Delete a webhook with its log."""
        self._call("DELETE", "/api/v1/webhooks/{webhook_id}", parts={"webhook_id": webhook_id}, query={}, key=key, keyed=True)

    def rotate_webhook_secret(
        self,
        webhook_id: str,
        *,
        key: str | None = None,
    ) -> MadeWebhook:
        """A new secret; the former one signs beside it for 24 hours."""
        return self._call("POST", "/api/v1/webhooks/{webhook_id}/secret", parts={"webhook_id": webhook_id}, query={}, key=key, keyed=True)  # type: ignore[no-any-return]

    def switch_webhook(
        self,
        action: str,
        webhook_id: str,
        *,
        key: str | None = None,
    ) -> None:
        """Pause a webhook, resume it with all that waits, or send it a test event."""
        self._call("POST", "/api/v1/webhooks/{webhook_id}/{action}", parts={"action": action, "webhook_id": webhook_id}, query={}, key=key, keyed=True)

    def deliveries(
        self,
        webhook_id: str,
        *,
        page: int | None = None,
        page_size: int | None = None,
        after: str | None | None = None,
        state: Literal["queued", "sending", "failed", "delivered", "dead", "forgotten", None] | None = None,
        cursor: str | None = None,
        fields: list[Literal["id", "eventId", "type", "source", "position", "state", "tries", "createdAt", "dueAt", "endedAt", "status", "error", "excerpt", "milliseconds", "again", "history"]] | None = None,
    ) -> list[Delivery]:
        """What was delivered, and what was answered, newest first."""
        return self._call("GET", "/api/v1/webhooks/{webhook_id}/deliveries", parts={"webhook_id": webhook_id}, query={"page": page, "page_size": page_size, "after": after, "state": state, "cursor": cursor, "fields": fields})  # type: ignore[no-any-return]

    def redeliver(
        self,
        delivery_id: str,
        webhook_id: str,
        *,
        key: str | None = None,
    ) -> None:
        """Send one again."""
        self._call("POST", "/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redelivery", parts={"delivery_id": delivery_id, "webhook_id": webhook_id}, query={}, key=key, keyed=True)

    def replays(
        self,
        webhook_id: str,
        *,
        fields: list[Literal["id", "source", "first", "last", "reached", "queued", "state", "createdAt"]] | None = None,
    ) -> list[Replay]:
        """The newest replays."""
        return self._call("GET", "/api/v1/webhooks/{webhook_id}/replays", parts={"webhook_id": webhook_id}, query={"fields": fields})  # type: ignore[no-any-return]

    def replay(
        self,
        webhook_id: str,
        body: NewReplay,
        *,
        key: str | None = None,
    ) -> Replay:
        """Deliver again what happened from a position on."""
        return self._call("POST", "/api/v1/webhooks/{webhook_id}/replays", parts={"webhook_id": webhook_id}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def words(
        self,
        *,
        fields: list[Literal["groups", "version", "editedAt"]] | None = None,
    ) -> WordList:
        """Words for the same trade."""
        return self._call("GET", "/api/v1/admin/words", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def put_words(
        self,
        body: WordGroups,
        *,
        key: str | None = None,
    ) -> WordList:
        """Replace the words for the same trade."""
        return self._call("PUT", "/api/v1/admin/words", parts={}, query={}, body=body, key=key, keyed=True)  # type: ignore[no-any-return]

    def word_suggestions(
        self,
        *,
        fields: list[Literal["one", "other", "members", "trades", "of"]] | None = None,
    ) -> list[WordSuggestion]:
        """Pairs of tags that are often together."""
        return self._call("GET", "/api/v1/admin/words/suggestions", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def insight(
        self,
        *,
        fields: list[Literal["members", "unmet", "unused", "months"]] | None = None,
    ) -> Insight:
        """What the network lacks: wants nobody meets, offers nobody uses."""
        return self._call("GET", "/api/v1/admin/insight", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def insight_file(
        self,
    ) -> bytes:
        """The same as CSV."""
        return self._call("GET", "/api/v1/admin/insight.csv", parts={}, query={})  # type: ignore[no-any-return]

    def clearing(
        self,
        *,
        fields: list[Literal["below", "above", "pairs", "chains"]] | None = None,
    ) -> Clearing:
        """Who is far from zero, and which real offers and wants would help."""
        return self._call("GET", "/api/v1/admin/clearing", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def tags_alike(
        self,
        *,
        fields: list[Literal["keep", "merge", "why"]] | None = None,
    ) -> list[AlikeTags]:
        """Pairs of tags that may be one."""
        return self._call("GET", "/api/v1/admin/tags/alike", parts={}, query={"fields": fields})  # type: ignore[no-any-return]

    def tell_tags_apart(
        self,
        body: TagsApart,
        *,
        key: str | None = None,
    ) -> None:
        """These two tags are not the same thing: don't suggest it again."""
        self._call("POST", "/api/v1/admin/tags/apart", parts={}, query={}, body=body, key=key, keyed=True)

    def category_letters(
        self,
        *,
        fields: list[Literal["letters"]] | None = None,
    ) -> CategoryLetters:
        """How many categories there are under each letter."""
        return self._call("GET", "/api/v1/categories/letters", parts={}, query={"fields": fields})  # type: ignore[no-any-return]
