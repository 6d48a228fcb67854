"""The notifier's HTTP interface, for the gateway alone (docs/internal-api.md)."""

from services.notifier.api import feed, messages, notices, preferences, previews, suppressions, unsubscribing, webhooks
from services.notifier.api.blueprint import bp

__all__ = ["bp", "feed", "messages", "notices", "preferences", "previews", "suppressions", "unsubscribing", "webhooks"]
