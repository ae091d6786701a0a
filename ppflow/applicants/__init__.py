"""Applicants: who an expression is about and how to reach them, without an account."""
