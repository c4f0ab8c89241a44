"""Serves an OpenAPI document, with rows from fixtures: `feather-mock`."""
