"""The decision page of one expression: read on the left, act on the right. Staff only."""
