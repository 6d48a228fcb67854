"""Gateway: the only door. Pages for people, the REST API under /api/v1, sessions, rate limits.

Owns no data. Asks the ledger, the directory, the matcher and the notifier over HTTP with internal tokens that only it
can sign; consumes and produces no events.
"""
