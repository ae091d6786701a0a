"""The outbox: every email (or printed page) to one person, from written to sent."""
