"""Expressions of interest: the heart. One person's reply, from received to told."""
