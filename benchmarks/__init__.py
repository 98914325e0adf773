"""Measurements of the project; each module is run by `python -m benchmarks.<name>` and says its figures in Markdown."""
