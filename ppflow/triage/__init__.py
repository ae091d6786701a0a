"""Triage: the queue, and the decision page of one expression. Staff only."""
