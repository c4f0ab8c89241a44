"""Tests of the check's reports."""
