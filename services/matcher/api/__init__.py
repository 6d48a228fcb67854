"""The matcher's HTTP interface, for the gateway alone (docs/internal-api.md)."""

from services.matcher.api import clearing, feedback, loops, matches, searches
from services.matcher.api.blueprint import ERRORS, bp

__all__ = ["ERRORS", "bp", "clearing", "feedback", "loops", "matches", "searches"]
