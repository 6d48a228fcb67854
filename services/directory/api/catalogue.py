"""Tags and categories: lists with usage for everybody, changes and suggestions to merge for administrators."""

from collections.abc import Callable
from typing import Any

from flask import Response, current_app

from services.chassis.logs import log
from services.chassis.web import Problem, allow, answer, body, query
from services.directory.api.blueprint import READERS, bp, by, done, the_directory, the_index, window
from services.directory.domain.catalogue import Kind
from services.directory.handlers import catalogue, suggesting
from services.directory.handlers.propagation import index_all
from services.directory.handlers.writing import Done
from services.directory.indexing import put_again
from services.directory.schemas.catalogue import MergeBody, PairBody, TermBody, TermsQuery
from services.directory.store import SearchUnavailable
from services.directory.store.catalogue import Wanted
from services.directory.words import normal_tag

_TERMS, _TERM, _MERGE, _PAIR = TermsQuery(), TermBody(), MergeBody(), PairBody()
_KIND = "/catalogue/<any(tags, categories):kind>"


@bp.app_errorhandler(catalogue.CatalogueBusy)
def refuse_while_busy(error: catalogue.CatalogueBusy) -> Any:
    """Nothing is wrong with the command: it may be repeated in a moment."""
    return current_app.handle_user_exception(Problem(409, "term.busy", str(error), retry_after=2))


@bp.get(_KIND)
@allow(*READERS)
def catalogue_terms(kind: Kind) -> Response:
    """Tags or categories by name, with how many listed businesses have each."""
    asked = query(_TERMS)
    skip, limit = window(asked)
    wanted = Wanted(
        prefix=normal_tag(asked["prefix"]),
        fragment=normal_tag(asked["fragment"]),
        letter=asked["letter"],
        unused=asked["unused"],
        after=asked["after"],
        skip=0 if asked["after"] else skip,
        # One more tells whether there is a page after this one.
        limit=limit + 1,
    )
    found, total = catalogue.terms(the_directory().store, kind, wanted)
    following = found[limit - 1]["name"] if len(found) > limit else None
    return answer({"terms": found[:limit], "total": total, "next": following})


@bp.get("/catalogue/categories/letters")
@allow(*READERS)
def category_letters() -> Response:
    """How many categories there are under each letter."""
    return answer({"letters": the_directory().store.catalogue.letters()})


@bp.get("/catalogue/tags/suggestions")
@allow("admin", "coordinator")
def tag_suggestions() -> Response:
    """Pairs of tags that may be one."""
    return answer({"suggestions": suggesting.suggestions(the_directory().store)})


@bp.post("/catalogue/tags/dismissals")
@allow("admin", "coordinator")
def tell_tags_apart() -> Response:
    """These two are not the same thing."""
    return done(suggesting.dismiss(the_directory(), by(), body(_PAIR)["names"]))


@bp.get(f"{_KIND}/<term_id>")
@allow("admin", "coordinator")
def catalogue_term(kind: Kind, term_id: str) -> Response:
    """One, and how many businesses a change would touch."""
    return answer(catalogue.term(the_directory().store, kind, term_id))


@bp.post(_KIND)
@allow("admin", "coordinator")
def create_term(kind: Kind) -> Response:
    """A new one."""
    return done(catalogue.create(the_directory(), by(), kind, body(_TERM)["name"]))


@bp.patch(f"{_KIND}/<term_id>")
@allow("admin", "coordinator")
def rename_term(kind: Kind, term_id: str) -> Response:
    """Another name, for everybody who has it."""
    name = body(_TERM)["name"]
    return _then_indexed(lambda: catalogue.rename(the_directory(), by(), kind, term_id, name))


@bp.delete(f"{_KIND}/<term_id>")
@allow("admin", "coordinator")
def remove_term(kind: Kind, term_id: str) -> Response:
    """Take one away from everybody."""
    return _then_indexed(lambda: catalogue.remove(the_directory(), by(), kind, term_id))


@bp.post(f"{_KIND}/merges")
@allow("admin", "coordinator")
def merge_terms(kind: Kind) -> Response:
    """Several become one."""
    asked = body(_MERGE)
    return _then_indexed(lambda: catalogue.merge(the_directory(), by(), kind, asked["term_ids"], asked["into"]))


def _then_indexed(command: Callable[[], Done]) -> Response:
    """What was rewritten is findable when this answers; without the search, the schedule sees to it later."""
    carried_out, directory = command(), the_directory()
    try:
        index_all(directory, put_again(directory.store, the_index()), lambda: None)
    except SearchUnavailable as error:
        log.warning("catalogue.index_behind", error=str(error))
    return done(carried_out)
