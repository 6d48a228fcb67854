"""Topics are created explicitly; the brokers' auto-creation is off."""
