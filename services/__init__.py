"""The five services and the plumbing that they share."""
