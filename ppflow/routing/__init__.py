"""Routing: who answers a new expression, why, and by when the person hears."""
