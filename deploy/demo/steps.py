"""What the demo's people do, each at a moment: values alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Action = Literal["accept", "reject", "cancel"]
Outcome = Literal["completed", "declined", "withdrawn", "cancelled by the system", "pending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignUp:
    """A business joins."""

    at: datetime
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """A business applies for trading membership."""

    at: datetime
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """The administrator sets a status."""

    at: datetime
    slug: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLimits:
    """The administrator sets how far an account may go (smallest unit)."""

    at: datetime
    slug: str
    max_negative: int
    max_positive: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Propose:
    """`initiator` pays `counterparty` (`out`) or asks it for payment (`in`)."""

    at: datetime
    number: int
    initiator: str
    counterparty: str
    direction: Literal["out", "in"]
    amount: int
    description: str

    @property
    def payer(self) -> str:
        return self.initiator if self.direction == "out" else self.counterparty

    @property
    def payee(self) -> str:
        return self.counterparty if self.direction == "out" else self.initiator


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """One side ends a proposal; the limits at that moment may say otherwise."""

    at: datetime
    proposal: Propose
    by: str
    action: Action
    outcome: Outcome
    reason: str = ""


Step = SignUp | Apply | Decide | SetLimits | Propose | End


def key_of(step: Step) -> str:
    """The idempotency key: the same step has the same at every start, so a repeat changes nothing."""
    match step:
        case Propose():
            return f"demo-propose-{step.number}"
        case End():
            return f"demo-{step.action}-{step.proposal.number}"
        case Decide():
            return f"demo-decide-{step.slug}-{step.status}"
        case SetLimits():
            return f"demo-limits-{step.slug}-{step.max_negative}"
        case _:
            return f"demo-{type(step).__name__.lower()}-{step.slug}"


def touched_by(step: Step) -> frozenset[str]:
    """The businesses that a step concerns; steps that share none may happen at once."""
    match step:
        case Propose():
            return frozenset((step.initiator, step.counterparty))
        case End():
            return frozenset((step.proposal.initiator, step.proposal.counterparty))
        case _:
            return frozenset((step.slug,))
