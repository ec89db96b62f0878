"""Running the service: server, health, figures, backup."""
