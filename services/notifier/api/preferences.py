"""What a business wants to hear of, by which channel and when: chosen by those who act for it."""

from flask import Response, current_app

from services.chassis.clock import rfc3339
from services.chassis.web import allow, answer, body, caller
from services.notifier.api.blueprint import bp, nothing_there, the_store
from services.notifier.languages import LANGUAGES
from services.notifier.mail import Stationery
from services.notifier.preferences import preference_of
from services.notifier.schemas import Chosen, preference_view

_CHOSEN = Chosen()


@bp.get("/entities/<entity_id>/preferences")
@allow("member", "admin")
def preferences(entity_id: str) -> Response:
    """What it chose, and what holds where it chose nothing."""
    _only_who_may_look(entity_id)
    return answer(_offered(entity_id))


@bp.put("/entities/<entity_id>/preferences")
@allow("member")
def choose(entity_id: str) -> Response:
    """Choose, all at once; answers what holds now."""
    if entity_id not in caller().entities:
        raise nothing_there()
    the_store().preferences.choose(entity_id, body(_CHOSEN))
    return answer(_offered(entity_id))


@bp.get("/entities/<entity_id>/last-digest")
@allow("member", "admin")
def last_digest(entity_id: str) -> Response:
    """When the last daily mail that reached its server was made, if any."""
    _only_who_may_look(entity_id)
    made_at = the_store().records.last_digest(entity_id)
    return answer({"last_digest_at": rfc3339(made_at) if made_at else None})


def _only_who_may_look(entity_id: str) -> None:
    """Raises Problem."""
    asking = caller()
    if entity_id not in asking.entities | asking.viewed and "admin" not in asking.roles:
        raise nothing_there()


def view_of(entity_id: str) -> dict[str, object]:
    """What holds for a business."""
    stationery: Stationery = current_app.extensions["stationery"]
    preference = preference_of(the_store().preferences.of(entity_id), current_app.extensions["time_zone"])
    return preference_view(preference, stationery.language(preference.language))


def _offered(entity_id: str) -> dict[str, object]:
    """The same, with the languages to choose from."""
    languages = [{"code": code, "called": language.called} for code, language in LANGUAGES.items()]
    return {**view_of(entity_id), "languages": languages}
