"""The ledger: the truth about accounts and transfers of a book, an append-only chained event log in PostgreSQL.

Consumes `directory.events` (who may have an account), produces `ledger.events`.
"""
