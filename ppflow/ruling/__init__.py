"""Rules for new forms: kept by coordinators, off until a programme switches them on."""
