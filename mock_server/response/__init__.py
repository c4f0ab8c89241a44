"""What leaves the mock: answers, refusals, and how each is rendered."""
