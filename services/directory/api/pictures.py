"""Pictures of businesses: sent as they are, answered as ours."""

from flask import Response, request

from services.chassis.web import Problem, allow
from services.directory.api.blueprint import READERS, bp, by, done, only_own, the_directory
from services.directory.handlers import portraits
from services.directory.pictures import CONTENT_TYPE, MAX_BYTES, SIZES


@bp.put("/entities/<entity_id>/picture")
@allow("member", "admin")
def set_picture(entity_id: str) -> Response:
    """Replace the picture by the body: JPEG, PNG or WebP, at most 5 MB and 40 megapixels."""
    only_own(entity_id)
    # This route alone takes more than the chassis lets through.
    request.max_content_length = MAX_BYTES + 1
    return done(portraits.set_picture(the_directory(), by(), entity_id, request.get_data(cache=False)))


@bp.delete("/entities/<entity_id>/picture")
@allow("member", "admin")
def remove_picture(entity_id: str) -> Response:
    """Have no picture any more."""
    only_own(entity_id)
    return done(portraits.remove_picture(the_directory(), by(), entity_id))


@bp.get("/pictures/<name>/<int:size>")
@allow(*READERS)
def picture(name: str, size: int) -> Response:
    """One size of a picture: who knows its name has seen the business."""
    content = the_directory().store.pictures.get(name, size) if size in SIZES else None
    if content is None:
        raise Problem(404, "picture.unknown", "There is no such picture.")
    return Response(content, content_type=CONTENT_TYPE)
