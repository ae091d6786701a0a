"""Sending a finished form: the check page, all that follows, and the receipt."""
