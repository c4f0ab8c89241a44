"""How the mock is deployed, tried without a container engine: the same commands, and the same nginx configuration."""
