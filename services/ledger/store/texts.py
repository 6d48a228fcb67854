"""Words to look for, as patterns of ILIKE."""


def containing(text: str) -> str:
    """A pattern for what contains `text` as it is."""
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"
