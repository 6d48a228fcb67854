"""The directory: people, businesses, logins, what each offers and wants, and the search over them.

Owns a MongoDB database (the truth) and an Elasticsearch index (rebuilt from it at any time).
Consumes `directory.events` (its own, for the index). Produces `directory.events` and `directory.messages`.
"""
