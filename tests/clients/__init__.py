"""The clients that front ends really use, each against a running mock."""
