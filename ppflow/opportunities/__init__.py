"""Opportunities: one advertised way to get involved, with dates, places and pay."""
