"""Signed webhooks: events as HTTPS requests to addresses that administrators and businesses name (docs/webhooks.md)."""
