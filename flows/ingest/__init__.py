"""Ingest: batches from the inbox into typed, month-partitioned Parquet."""
