"""The matcher: who could trade with whom, and why.

Owns a database of members, their accounts and trades (MongoDB). Consumes `directory.events` and `ledger.events`;
produces nothing yet.
"""
