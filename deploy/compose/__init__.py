"""Running the system with Docker Compose: secrets, start, stop, demo data, audit."""
