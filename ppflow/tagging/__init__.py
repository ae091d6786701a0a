"""Words of staff by which forms are found together. The applicant never sees them."""
