"""What is asked of a request before its handler sees it: its key, its parameters, its body."""
