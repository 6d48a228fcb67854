"""The matcher's HTTP interface, for the gateway alone (docs/internal-api.md)."""

from services.matcher.api import clearing, feedback, insight, loops, matches, searches, words
from services.matcher.api.blueprint import ERRORS, bp

__all__ = ["ERRORS", "bp", "clearing", "feedback", "insight", "loops", "matches", "searches", "words"]
