"""Demo data: sixty small businesses and half a year of trade between them, for development alone."""
