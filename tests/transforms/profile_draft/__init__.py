"""Drafting a profile."""
