"""The acts among staff beside the life of an expression: calls, notes, who answers, letters."""
