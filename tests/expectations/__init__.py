"""Tests of the suites and of what runs them."""
