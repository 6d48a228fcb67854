"""The matcher: who could trade with whom, and why.

Owns an index of members' offers and wants (Elasticsearch). Consumes `directory.events` and `ledger.events`;
produces nothing yet.
"""
