"""Trading loops that one's business could be part of, and its interest in them."""

from services.chassis.web import allow
from services.gateway import session
from services.gateway.clients import Document
from services.gateway.permissions import acts
from services.gateway.rest.blueprint import bp
from services.gateway.rest.members import must_own
from services.gateway.rest.operations import Listed, operation
from services.gateway.schemas_trading import Loop, LoopQuery
from services.gateway.scopes import DIRECTORY

_HERE = "/user/entities/<entity_id>/loops"
_TRADING = {403: ("loop.not_trading",)}
_KNOWN = _TRADING | {404: ("loop.unknown",)}


@bp.get(_HERE)
@allow("member")
@operation(
    "Trading loops with one's own business, the best first", query=LoopQuery(), data=Loop(), listed=True, codes=_TRADING
)
def loops(entity_id: str, query: Document) -> Listed:
    """After them those that it was interested in and that do not close any more."""
    must_own(entity_id)
    return Listed.whole(session.parts().matcher.loops(entity_id, limit=query["limit"])["loops"])


@bp.get(f"{_HERE}/<loop_id>")
@allow("member")
@operation("One loop: who gives what to whom, and who is interested", data=Loop(), codes=_KNOWN)
def loop(entity_id: str, loop_id: str) -> Document:
    """For its members."""
    must_own(entity_id)
    return session.parts().matcher.loop(entity_id, loop_id)


@bp.post(f"{_HERE}/<loop_id>/interest")
@allow("member")
@acts("operator")
@operation(
    "Say that one's business is interested in a loop",
    data=Loop(),
    keyed=True,
    scope=DIRECTORY,
    codes=_KNOWN | {409: ("loop.gone",)},
)
def say_interest(entity_id: str, loop_id: str, key: str | None) -> Document:
    """The others see it; when all are interested everybody is told. Again changes nothing."""
    must_own(entity_id)
    return session.parts().matcher.say_interest(entity_id, loop_id, interested=True, key=key)


@bp.delete(f"{_HERE}/<loop_id>/interest")
@allow("member")
@acts("operator")
@operation("Be interested no more", data=Loop(), keyed=True, scope=DIRECTORY, codes=_KNOWN)
def take_interest_back(entity_id: str, loop_id: str, key: str | None) -> Document:
    """The others see that, too."""
    must_own(entity_id)
    return session.parts().matcher.say_interest(entity_id, loop_id, interested=False, key=key)
