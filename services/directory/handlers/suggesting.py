"""Use cases around tags that may be one: suggestions, and pairs that are not the same thing."""

from collections.abc import Sequence
from dataclasses import asdict

from services.directory.domain.audit import Entry
from services.directory.domain.errors import UnknownTerm
from services.directory.domain.similar import TAGS_MAX
from services.directory.domain.similar import suggestions as near
from services.directory.handlers.writing import By, Directory, Done, once
from services.directory.store import Store
from services.directory.views import View


def suggestions(store: Store) -> list[View]:
    """`{keep, merge, why}`, the most used first; keep and merge are `{term_id, name, offers, wants}`."""
    uses = store.catalogue.most_used(TAGS_MAX)
    totals = {name: usage.offers + usage.wants for name, usage in uses.items()}
    found = near(totals, store.catalogue.dismissed())
    named = {name for each in found for name in (each.keep, each.merge)}
    ids = store.catalogue.ids_of(sorted(named))

    def side(name: str) -> View:
        return {"term_id": ids[name], "name": name, "offers": uses[name].offers, "wants": uses[name].wants}

    return [
        {**asdict(each), "keep": side(each.keep), "merge": side(each.merge)}
        for each in found
        # Between two reads one may have gone.
        if each.keep in ids and each.merge in ids
    ]


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
