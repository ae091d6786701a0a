"""Equality questions, asked apart after a form is sent: counted, linked to nobody."""
