"""Digests: what waits, in one letter a day or a week, for who answers and who coordinates."""
