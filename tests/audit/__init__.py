"""The offline verifier, by itself."""
