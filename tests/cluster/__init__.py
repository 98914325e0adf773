"""Tests against a real S3 server and a real Dask cluster."""
