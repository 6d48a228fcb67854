"""Use cases around tags that may be one: suggestions, and pairs that are not the same thing."""

from collections.abc import Sequence
from dataclasses import asdict

from services.directory.domain.audit import Entry
from services.directory.domain.errors import UnknownTerm
from services.directory.domain.similar import SUGGESTIONS_MAX, TAGS_MAX
from services.directory.domain.similar import suggestions as near
from services.directory.handlers.writing import By, Directory, Done, once
from services.directory.store import Store
from services.directory.views import View

KEPT_MAX = 300
"""More than are shown: some go before the next look."""
_SIDES = ("keep", "merge")


def work_out(directory: Directory) -> int:
    """Look for pairs and keep what was found, for `suggestions`; how many. Takes a second or three at 5,000 tags."""
    catalogue = directory.store.catalogue
    uses = catalogue.most_used(TAGS_MAX)
    totals = {name: usage.offers + usage.wants for name, usage in uses.items()}
    found = near(totals, catalogue.dismissed(), most=KEPT_MAX)
    catalogue.keep_suggestions([asdict(each) for each in found])
    return len(found)


def suggestions(store: Store) -> list[View]:
    """`{keep, merge, why}`, the most used first; keep and merge are `{term_id, name, offers, wants}`.

    As the schedule found them last, without what was merged, removed or told apart since.
    """
    told_apart, kept = store.catalogue.dismissed(), store.catalogue.kept_suggestions()
    ids = store.catalogue.ids_of(sorted({each[side] for each in kept for side in _SIDES}))
    found = [
        each
        for each in kept
        if {each["keep"], each["merge"]} <= ids.keys() and frozenset((each["keep"], each["merge"])) not in told_apart
    ][:SUGGESTIONS_MAX]
    uses = store.catalogue.usage("tags", sorted({each[side] for each in found for side in _SIDES}))

    def told(name: str) -> View:
        return {"term_id": ids[name], "name": name, "offers": uses[name].offers, "wants": uses[name].wants}

    return [{"keep": told(each["keep"]), "merge": told(each["merge"]), "why": each["why"]} for each in found]


def dismiss(directory: Directory, by: By, names: Sequence[str]) -> Done:
    """These two are not the same thing: `{names}`. Raises UnknownTerm."""

    def work(store: Store) -> Done:
        pair = sorted(names)
        if any(store.catalogue.named("tags", name) is None for name in pair):
            raise UnknownTerm("There is no such tag.")
        if not store.catalogue.dismiss(pair, directory.clock()):
            return Done({"names": pair}, 0)
        entry = Entry(action="tag.told-apart", subject=f"tag/{pair[0]}", concerns=(f"tag/{pair[1]}",))
        return Done({"names": pair}, 0, (entry,))

    return once(directory, by, ["dismiss", sorted(names)], work)
