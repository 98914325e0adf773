"""Orchestration: the Prefect flow, settings, the command line, files in and out."""

import os

# The products of matrices here are small: threads of BLAS would only get in each other's way (eleven seconds instead
# of three for the models of a million disputes). Set before anything loads NumPy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Rows keep their order through the whole pipeline, which the streaming engine pays dearly for; frames are cut by month.
os.environ.setdefault("POLARS_ENGINE_AFFINITY", "in-memory")
