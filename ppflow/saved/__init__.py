"""Saved views of the queue: a name for a list somebody comes back to."""
