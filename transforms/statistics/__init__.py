"""The statistics of rulings: one module per method, small functions of arrays and frames."""
