"""The wire contract: what the services tell each other. The one package every service may import."""
