"""Figures, never tests: `python -m tests.bench` for the ledger's write path, `tests.bench.freshness` for the system."""
