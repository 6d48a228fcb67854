"""Shapes of requests (docs/internal-api.md): checked, trimmed and normalised here, so that the domain need not."""
