"""Pure Polars: lazy frames in, lazy frames out; no I/O, no clock, no globals."""
