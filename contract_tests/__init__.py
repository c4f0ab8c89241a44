"""Checks any deployment of the Feather API against the document: `feather-check`."""
