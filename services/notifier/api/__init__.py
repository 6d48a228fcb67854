"""The notifier's HTTP interface, for the gateway alone (docs/internal-api.md)."""

from services.notifier.api import messages, notices, preferences, previews, suppressions, unsubscribing, webhooks
from services.notifier.api.blueprint import bp

__all__ = ["bp", "messages", "notices", "preferences", "previews", "suppressions", "unsubscribing", "webhooks"]
