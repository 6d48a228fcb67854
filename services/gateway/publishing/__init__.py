"""Writes what programs are written with, from the API's document: types for TypeScript, a client for Python.

Never edited by hand: `make docs` writes them again, a test compares them with the routes.
"""
