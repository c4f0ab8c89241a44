"""The operation as its vendor would write it: a FastAPI application with rows of its own making.

The kit is tried on it as on any deployment, so it shares no code with either tool, and none of the fixtures.
"""
