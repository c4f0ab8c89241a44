"""The data behind the rows: fixtures and scenarios, the traffic they tell of, and its sums over any days."""
