"""What the documentation tells to type is typed, and works."""
