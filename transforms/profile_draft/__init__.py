"""Drafting a profile: what a file of unknown making most likely is, and how sure that is."""
