"""How each kind of message reads, for those who answer for its words. Nothing is sent and nothing is looked up."""

from flask import Response, current_app

from services.chassis.web import allow, answer, query
from services.notifier.api.blueprint import bp, nothing_there
from services.notifier.languages import LANGUAGES
from services.notifier.mail import Stationery
from services.notifier.previews import kinds, preview
from services.notifier.samples import SAMPLED
from services.notifier.schemas import PreviewQuery, kind_view, preview_view

_QUERY = PreviewQuery()


@bp.get("/kinds")
@allow("admin")
def all_kinds() -> Response:
    """Each kind, how it is told and to whom; and the languages that they can be read in, the network's own first."""
    own = _stationery().language()
    languages = [own, *(each for each in LANGUAGES if each != own)]
    return answer({"kinds": [kind_view(kind) for kind in kinds()], "languages": languages})


@bp.get("/kinds/<kind>/preview")
@allow("admin", "coordinator")
def kind_preview(kind: str) -> Response:
    """How one reads, with made up facts but for those that are given."""
    asked = query(_QUERY)
    said = {name: asked[name] for name in ("name", "reason", "previous") if asked[name] is not None}
    if kind not in SAMPLED:
        raise nothing_there()
    stationery = _stationery()
    return answer(preview_view(preview(kind, stationery.language(asked["language"]), stationery, said)))


def _stationery() -> Stationery:
    stationery: Stationery = current_app.extensions["stationery"]
    return stationery
