"""What auditors ask of a whole book, one function a view. Reads only, each call bounded.

Answers are of one stretch of the log, fixed by the first page and carried by the cursors: what is written meanwhile
changes no page.
"""

from collections.abc import Mapping
from functools import partial

from services.ledger.findings import Rows
from services.ledger.store.audits.browsing import browse
from services.ledger.store.audits.circles import Circles
from services.ledger.store.audits.happenings import changes, limit_changes, reversals, system_cancellations
from services.ledger.store.audits.periods import Asked, Bounds, Connection, View
from services.ledger.store.audits.sampling import Samples
from services.ledger.store.audits.searching import search
from services.ledger.store.audits.standings import near_limits, trial_balance
from services.ledger.store.lists import TrialBalances

__all__ = ["Asked", "Audits", "Bounds"]

_BOUNDS = Bounds()


class Audits:
    """The views of one book."""

    def __init__(self, book: str, trial_balances: TrialBalances, bounds: Bounds = _BOUNDS) -> None:
        self._book = book
        self._views: Mapping[str, View] = {
            "trial-balance": partial(trial_balance, trial_balances),
            "near-limits": partial(near_limits, bounds),
            "system-cancellations": system_cancellations,
            "reversals": reversals,
            "limit-changes": limit_changes,
            "changes": changes,
            "events": partial(browse, bounds),
            "sample": Samples().read,
            "rings": Circles(bounds).read,
            "search": partial(search, bounds),
        }

    def read(self, connection: Connection, view: str, asked: Asked) -> Rows:
        """A page of a view of that name (QUESTIONS of schemas/audits.py has them all). Raises NotYet."""
        return self._views[view](connection, self._book, asked)
