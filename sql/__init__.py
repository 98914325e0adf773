"""One file per table of the warehouse."""

from pathlib import Path

FOLDER = Path(__file__).parent
