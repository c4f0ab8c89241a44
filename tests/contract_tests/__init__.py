"""Tests of the check itself."""
