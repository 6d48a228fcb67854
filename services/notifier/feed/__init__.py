"""The feed: all events of ledger, directory and matcher in order, each caller's own, read on from a cursor (ADR 18).

Kept in the transaction that moves the notifier's position; shaped for who reads when it is read.
"""
