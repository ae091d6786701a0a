"""Ready-made replies: words that coordinators write once, for messages sent often."""
