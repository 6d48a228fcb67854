"""A mail server for development: takes every mail, keeps it as a file, shows it on a local page, sends nothing on.

Listens on loopback only. Mail is untrusted text here as everywhere: all of it is escaped, and HTML parts are shown in a
sandboxed frame that can neither run scripts nor load anything.
"""
