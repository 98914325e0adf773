"""Orchestration: the Prefect flow, settings, the command line, files in and out."""
