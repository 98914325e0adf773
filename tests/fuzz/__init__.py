"""Malformed files without end: `make fuzz` runs two minutes of them, the tests a few hundred from fixed seeds."""
