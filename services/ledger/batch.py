"""Many commands, one append: decides them in order, in memory, before anything is written. Pure.

The committer, the consumer and the clock hand in what they loaded and write what comes out.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.ledger.appending import Growth
from services.ledger.decisions import FEE_RULES, POLICY, Decision, Moment, decide
from services.ledger.domain import (
    AcceptTransfer,
    AdminTransfer,
    BatchRefused,
    CancelTransfer,
    CommandBatch,
    ExpireTransfer,
    InitiateTransfer,
    KeyReused,
    LedgerError,
    OpenAccount,
    RejectTransfer,
    RemindOfTransfer,
    ReverseTransfer,
    SetConsent,
    SetFeeRules,
    SetLimits,
    SetPolicy,
    SetStanding,
    Single,
)
from services.ledger.records import Batch, Key, Loaded, NewId, Outcome, OutcomeRow, Request, Wanted
from services.ledger.views import account_view, consent_view, fee_rules_view, policy_view, transfer_view

FAILED = "internal"
LARGEST_COMMAND_BATCH = 1000


def wanted_by(requests: Iterable[Request]) -> Wanted:
    """What to load for `requests`."""
    keys: set[Key] = set()
    accounts: set[str] = set()
    transfers: set[str] = set()
    pending_of: set[str] = set()
    for request in requests:
        keys.add((request.scope, request.key))
        command = request.command
        for single in command.commands if isinstance(command, CommandBatch) else (command,):
            _want(single, accounts, transfers, pending_of)
    return Wanted(frozenset(keys), frozenset(accounts), frozenset(transfers), frozenset(pending_of))


def _want(command: Single, accounts: set[str], transfers: set[str], pending_of: set[str]) -> None:
    match command:
        case InitiateTransfer(initiator=one, counterparty=other):
            accounts.update((one, other))
        case AcceptTransfer() | RejectTransfer() | CancelTransfer() | ReverseTransfer():
            transfers.add(command.transfer_id)
        case ExpireTransfer() | RemindOfTransfer():
            transfers.add(command.transfer_id)
        case AdminTransfer(legs=legs):
            accounts.update(leg.account for leg in legs)
        case SetStanding(account=number):
            accounts.add(number)
            pending_of.add(number)
        case SetConsent(account=number, rules=rules):
            accounts.update((number, *(rule.party for rule in rules if rule.party != "any")))
        case SetFeeRules(rules=fees):
            accounts.update(rule.account for rule in fees)
        case OpenAccount(account=number) | SetLimits(account=number):
            accounts.add(number)
        case SetPolicy():
            pass


def decide_batch(
    loaded: Loaded, requests: Sequence[Request], *, name: str, now: datetime, new_id: NewId,
    on_failure: Callable[[Exception], None],
) -> Batch:  # fmt: skip
    """Decide `requests` in order for the book called `name`. Works on `loaded.book`, which is used up.

    `on_failure` hears of a command that broke the code; it alone is answered `internal`, which isn't stored.
    """
    time = max(now, loaded.head.time + timedelta(microseconds=1))
    return _Deciding(loaded, name, time, new_id, on_failure).run(requests)


class _Deciding:
    """One run of `decide_batch`."""

    def __init__(
        self, loaded: Loaded, name: str, time: datetime, new_id: NewId, on_failure: Callable[[Exception], None]
    ) -> None:
        self._book, self._outcomes, self._on_failure = loaded.book, loaded.outcomes, on_failure
        self._moment = Moment.of(time, lambda: new_id(time))
        self._growth = Growth(loaded.book, loaded.head, name, self._moment)

    def run(self, requests: Sequence[Request]) -> Batch:
        batch = self._growth.batch
        batch.answers = [self._answer(request) for request in requests]
        self._growth.finish()
        return batch

    def _answer(self, request: Request) -> str:
        known = self._outcomes.get((request.scope, request.key))
        if known is not None:
            fingerprint, stored = known
            return stored if fingerprint == request.fingerprint else refused(_KEY_REUSED).to_json()
        mark = self._growth.mark()
        try:
            outcome = self._execute(request)
        except Exception as error:  # noqa: BLE001 -- a defect met by one command must not stop the others
            self._growth.back_to(mark)
            self._on_failure(error)
            return Outcome(ok=False, code=FAILED, detail=_OUR_FAULT).to_json()
        answer = outcome.to_json()
        row = OutcomeRow(scope=request.scope, key=request.key, fingerprint=request.fingerprint, outcome=answer)
        self._outcomes[(request.scope, request.key)] = (request.fingerprint, answer)
        self._growth.batch.outcomes.append(row)
        return answer

    def _execute(self, request: Request) -> Outcome:
        if isinstance(request.command, CommandBatch):
            return self._execute_many(request, request.command)
        return self._execute_one(request, request.command)

    def _execute_one(self, request: Request, command: Single) -> Outcome:
        try:
            decision = decide(self._book, command, request.authority, self._moment)
        except LedgerError as refusal:
            return refused(refusal)
        self._growth.append(decision.events, request)
        return self._outcome(decision)

    def _execute_many(self, request: Request, command: CommandBatch) -> Outcome:
        """Each on its own, or all or none: then the first refusal undoes those before it."""
        mark, before = self._growth.mark(), self._growth.batch.head.position
        outcomes = []
        for number, single in enumerate(command.commands):
            outcome = self._execute_one(request, single)
            outcomes.append(outcome)
            if command.atomic and not outcome.ok:
                self._growth.back_to(mark)
                outcome = _undone(outcome)
                why = f"Command {number + 1} was refused, so none of the batch was done. {outcome.detail}"
                return refused(BatchRefused(why, index=number, refused=_result(outcome)))
        reached = self._growth.batch.head.position
        document = {"results": [_result(outcome) for outcome in outcomes]}
        return Outcome(ok=True, position=reached if reached > before else None, document=document)

    def _outcome(self, decision: Decision) -> Outcome:
        position = self._growth.batch.head.position if decision.events else None
        document = self._document(decision.about)
        if decision.refusal is None:
            return Outcome(ok=True, position=position, document=document)
        return refused(decision.refusal, position=position, extra={"transfer": document})

    def _document(self, about: str) -> dict[str, Any]:
        if about in self._book.transfers:
            return transfer_view(self._book.transfers[about])
        if about == FEE_RULES:
            return fee_rules_view(self._book.fee_rules)
        if about == POLICY:
            return policy_view(self._book.policy)
        account = self._book.accounts[about]
        return account_view(account) | consent_view(account)


_OUR_FAULT = "Something went wrong on our side. It has been recorded; try again later."
_KEY_REUSED = KeyReused("This idempotency key was used before with another request.")


def _undone(outcome: Outcome) -> Outcome:
    """A refusal of an atomic batch: what it would have ended is open again, and must not be shown as ended."""
    if outcome.position is None:
        return outcome
    extra = dict(outcome.extra)
    why = extra.pop("transfer")["cancellation"]["reason"]
    return replace(outcome, position=None, detail=f"It would have cancelled the transfer. {why}", extra=extra)


def _result(outcome: Outcome) -> dict[str, Any]:
    """One line of a batch's answer: the document, or the problem."""
    if outcome.ok:
        return {"ok": True, "document": outcome.document}
    problem = {"type": outcome.code, "detail": outcome.detail, **outcome.extra}
    return {"ok": False, **problem, **({"errors": outcome.errors} if outcome.errors else {})}


def refused(error: LedgerError, *, position: int | None = None, extra: Mapping[str, Any] | None = None) -> Outcome:
    """The outcome of a refusal."""
    return Outcome(
        ok=False,
        position=position,
        code=error.code,
        detail=str(error),
        errors=error.errors,
        extra={**error.extra, **(extra or {})},
    )
