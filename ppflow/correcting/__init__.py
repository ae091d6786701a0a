"""Putting answers right: by the person on their page, or by staff for somebody who rings."""
