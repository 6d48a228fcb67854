"""How the system is run: images, manifests, topics, and native servers for a machine without containers."""
