"""Plumbing with no business words: what would be a bug five times if it were written five times.

At most eight modules and 800 lines (docs/adr/0005). Imports no service and no concrete event.
"""
