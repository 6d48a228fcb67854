"""`python -m deploy.drill`: attacks copies of the ledger's database, and shows which check finds what (docs/audit.md).

Works in databases that it makes itself and removes again. The original is only read.
"""
