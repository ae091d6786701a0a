"""The demonstration's mailbox: what was mailed, to read and follow. Never in production."""
