"""Faults on purpose: killed processes, full and failing disks. ``make faults`` tries many, ``make test`` a few."""

import os

#: How many moments and sizes are tried; ``make faults`` sets it.
TRIES = int(os.environ.get("RULINGS_FAULTS", "2"))
#: Whether there is time for what takes minutes.
IS_THOROUGH = TRIES > 10
