"""What the person chooses on their own page: a time, a place, or another opportunity."""
