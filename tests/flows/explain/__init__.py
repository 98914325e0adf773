"""Tests of what is told of one dispute."""
