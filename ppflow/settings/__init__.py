"""Settings that people keep: people and their roles, away dates, organisations."""
