"""A second opinion on a book: folds its events by rules written apart from the write path, on purpose. Pure.

`fold` walks the chain, `accounts`, `proposals`, `endings` and `rules` judge the events of each kind, `state` is what
they come to. Nothing here may import `domain` or `decisions`: an error there must not be an error here too.
"""

from .fold import Fold
from .state import AuditedAccount, Finding, Observer, Proposal, consent_key, rule_key

__all__ = ["AuditedAccount", "Finding", "Fold", "Observer", "Proposal", "consent_key", "rule_key"]
