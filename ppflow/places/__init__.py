"""The places of an opportunity: who has one, who waits, what is prepared, and what is next."""
