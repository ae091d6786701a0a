"""The staff home page: what waits for me."""
