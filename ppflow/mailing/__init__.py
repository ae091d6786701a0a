"""`/outbox`: every email from written to sent, and ways out for those that failed."""
