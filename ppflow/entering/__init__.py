"""Ways into a form and out of it for now: doors, the mailed way back, help by staff."""
