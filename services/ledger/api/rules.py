"""The book's own rules: what transfers cost, and what accounts and proposals begin with."""

from flask import Response

from services.chassis.web import allow, answer
from services.ledger.api.blueprint import bp, checked, command, reader, unit
from services.ledger.domain import SetFeeRules, SetPolicy
from services.ledger.schemas import FEES, POLICY
from services.ledger.views import fee_rules_view, policy_view


@bp.get("/fees")
@allow("member", "admin", "auditor", "service")
def get_fees() -> Response:
    """What new proposals cost."""
    return answer(fee_rules_view(reader().snapshot(()).book.fee_rules))


@bp.put("/fees")
@allow("admin")
def put_fees() -> Response:
    """The complete list; proposals that are open keep the fees they were made with."""
    return command(SetFeeRules(**checked(FEES)), key_needed=True)


@bp.get("/policy")
@allow("member", "admin", "auditor", "service")
def get_policy() -> Response:
    """The settings of the book, and its unit."""
    return answer(policy_view(reader().snapshot(()).book.policy) | {"unit": unit()})


@bp.patch("/policy")
@allow("admin")
def patch_policy() -> Response:
    """Some of the settings; accounts and proposals that are there already keep theirs."""
    return command(SetPolicy(**checked(POLICY)), key_needed=True, also={"unit": unit()})
