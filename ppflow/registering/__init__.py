"""Registering interest: the pages of a form, from the first question to the receipt."""
