"""The notifier: turns events into messages to people, each recorded before it is sent, none sent twice on purpose.

Owns message records and a projection of names and addresses (MongoDB). Consumes `directory.events`,
`ledger.events`, `directory.messages` and `matcher.events`; sends mail by SMTP. Asks no other service anything.
"""
