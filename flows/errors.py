"""Errors that a person reads: one sentence that says what was got, where, and what to do."""


class RunError(Exception):
    """The data could not be read or failed a gate; nothing is published (exit status 1)."""


class UsageError(Exception):
    """The command was called in a way that cannot be carried out (exit status 2)."""
