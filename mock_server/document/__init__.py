"""The OpenAPI document: read, found sound, compiled, and handed to Connexion."""
